"""UpdateFeatures (key 57): finalize other levels of features (KIP-584).

Versions: 1 adds the kind of upgrade and validate-only (KIP-778), 2 answers for all at once.
Errors: FEATURE_UPDATE_FAILED, INVALID_UPDATE_VERSION, NOT_CONTROLLER.
"""

from ottla.controller.update_features import UpdateFeatures
from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.update_features_request import UpdateFeaturesRequest
from ottla.wire.messages.update_features_response import UpdateFeaturesResponse


def update_features(request: UpdateFeaturesRequest, context: RequestContext) -> Later[UpdateFeaturesResponse]:
    version = context.version
    return context.quorum.submit(lambda ticket: UpdateFeatures(ticket, request, version))
