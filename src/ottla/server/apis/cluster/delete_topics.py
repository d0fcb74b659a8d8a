"""DeleteTopics (key 20): remove topics, by name or by id.

Versions: 1 to 6; 4 is flexible, 5 tells messages, 6 takes ids (KIP-516).
Errors, per topic: UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, INVALID_REQUEST, NOT_CONTROLLER.
"""

from ottla.controller.delete_topics import DeleteTopics
from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.delete_topics_request import DeleteTopicsRequest
from ottla.wire.messages.delete_topics_response import DeleteTopicsResponse


def delete_topics(request: DeleteTopicsRequest, context: RequestContext) -> Later[DeleteTopicsResponse]:
    version = context.version
    return context.quorum.submit(lambda ticket: DeleteTopics(ticket, request, version))
