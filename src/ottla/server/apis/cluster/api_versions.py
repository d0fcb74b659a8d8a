"""ApiVersions (key 18): what this listener serves, and the cluster's features (KIP-35, KIP-511, KIP-584).

Versions: 3 is flexible and carries features; before 4 a feature whose lowest level is 0 is left out,
since older clients refuse it.
Errors: INVALID_REQUEST for a client software name or version with illegal characters; UNSUPPORTED_VERSION,
in version 0, is answered by dispatch.
"""

from ottla.metadata.features import KRAFT_VERSION, SERVED, TOLERATED
from ottla.model.errors import ApiError, ErrorCode
from ottla.server.context import RequestContext
from ottla.wire.messages.api_versions_request import ApiVersionsRequest
from ottla.wire.messages.api_versions_response import (
    ApiVersion,
    ApiVersionsResponse,
    FinalizedFeatureKey,
    SupportedFeatureKey,
)

_PRODUCE = 0
_LEGAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")


def api_versions(request: ApiVersionsRequest, context: RequestContext) -> ApiVersionsResponse:
    if context.version >= 3 and not (
        _is_legal(request.client_software_name) and _is_legal(request.client_software_version)
    ):
        raise ApiError(ErrorCode.INVALID_REQUEST)
    # Other nodes must know what we can replay; clients only what we serve.
    supported = TOLERATED if context.listener.kind == "controller" else SERVED
    return ApiVersionsResponse(
        api_keys=[_range(key, *api.entry.versions) for key, api in sorted(context.apis.items())],
        supported_features=[
            SupportedFeatureKey(name=name, min_version=lowest, max_version=highest)
            for name, (lowest, highest) in sorted(supported.items())
            if context.version >= 4 or lowest > 0
        ],
        finalized_features_epoch=context.image.provenance.offset,
        finalized_features=[
            FinalizedFeatureKey(name=name, max_version_level=level, min_version_level=level)
            for name, level in _finalized(context).items()
            if name in supported
        ],
    )


def _finalized(context: RequestContext) -> dict[str, int]:
    levels = context.image.features.finalized()
    if context.kraft_version > 0:
        levels[KRAFT_VERSION] = context.kraft_version
    return levels


def _range(key: int, lowest: int, highest: int) -> ApiVersion:
    # As Kafka does: old librdkafka takes a broker without Produce 0 for one without Produce (KAFKA-18659).
    return ApiVersion(api_key=key, min_version=0 if key == _PRODUCE else lowest, max_version=highest)


def _is_legal(name: str) -> bool:
    return bool(name) and _LEGAL.issuperset(name) and name[0] not in ".-" and name[-1] not in ".-"
