"""CreateTopics (key 19): new topics with their partitions and configurations.

Versions: 2 to 7; 4 lets partitions and replication factor be left to the defaults, 5 is flexible and answers
with the configurations, 7 with the topic's id.
Errors, per topic: INVALID_REQUEST for a topic named twice, and those of the controller: TOPIC_ALREADY_EXISTS,
INVALID_TOPIC_EXCEPTION, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR, INVALID_REPLICA_ASSIGNMENT,
INVALID_CONFIG, POLICY_VIOLATION, NOT_CONTROLLER.
"""

from collections import Counter

from ottla.controller.create_topics import CreateTopics
from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.server.context import RequestContext
from ottla.wire.messages.create_topics_request import CreateTopicsRequest
from ottla.wire.messages.create_topics_response import CreatableTopicResult, CreateTopicsResponse


def create_topics(request: CreateTopicsRequest, context: RequestContext) -> Later[CreateTopicsResponse]:
    named = Counter(topic.name for topic in request.topics)
    twice = sorted(name for name, count in named.items() if count > 1)
    request.topics = [topic for topic in request.topics if named[topic.name] == 1]
    describable = frozenset(topic.name for topic in request.topics)
    answer = context.quorum.submit(lambda ticket: CreateTopics(ticket, request, describable))
    return answer.then(lambda response: _with_refusals(response, twice))


def _with_refusals(response: CreateTopicsResponse, twice: list[str]) -> CreateTopicsResponse:
    for name in twice:
        response.topics.append(
            CreatableTopicResult(
                name=name,
                error_code=ErrorCode.INVALID_REQUEST,
                error_message="Duplicate topic name.",
                num_partitions=-1,
                replication_factor=-1,
            )
        )
    return response
