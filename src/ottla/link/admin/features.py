"""Features of a cluster: their levels, and changes of these (KIP-584)."""

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

from ottla.link.call import ANYONE, CONTROLLER, Call, Node, error_code, raise_error
from ottla.model.errors import ApiError, ErrorCode
from ottla.wire.messages.api_versions_request import ApiVersionsRequest
from ottla.wire.messages.api_versions_response import ApiVersionsResponse
from ottla.wire.messages.update_features_request import FeatureUpdateKey, UpdateFeaturesRequest
from ottla.wire.messages.update_features_response import UpdateFeaturesResponse

_TIMEOUT_MS = 30_000
_SOFTWARE = ("ottla", "0.1.0")


class Direction(IntEnum):
    """Whether a level may go down; `UNSAFE_DOWNGRADE` even where that loses metadata."""

    UPGRADE = 1
    SAFE_DOWNGRADE = 2
    UNSAFE_DOWNGRADE = 3


class Features(NamedTuple):
    """`supported` by the node asked, from level to level; `finalized` in its cluster since `epoch`."""

    supported: dict[str, tuple[int, int]]
    finalized: dict[str, int]
    epoch: int | None


def describe_features(node: int | None = None) -> Call[Features]:
    """As `node` sees them, or any node."""
    request = ApiVersionsRequest(client_software_name=_SOFTWARE[0], client_software_version=_SOFTWARE[1])
    return Call("describeFeatures", ANYONE if node is None else Node(node), request, _described)


def _described(response: ApiVersionsResponse) -> Features:
    raise_error(response.error_code)
    return Features(
        {each.name: (each.min_version, each.max_version) for each in response.supported_features},
        {each.name: each.max_version_level for each in response.finalized_features},
        response.finalized_features_epoch if response.finalized_features_epoch >= 0 else None,
    )


def update_features(
    levels: Mapping[str, int], direction: Direction, *, validate_only: bool
) -> Call[dict[str, ApiError | None]]:
    """What became of each: the new level is finalized, or why not."""
    request = UpdateFeaturesRequest(
        timeout_ms=_TIMEOUT_MS,
        feature_updates=[
            FeatureUpdateKey(feature=feature, max_version_level=level, upgrade_type=direction)
            for feature, level in levels.items()
        ],
        validate_only=validate_only,
    )

    def read(response: UpdateFeaturesResponse) -> dict[str, ApiError | None]:
        outcome: dict[str, ApiError | None] = dict.fromkeys(levels)
        try:
            raise_error(response.error_code, response.error_message, passing=(ErrorCode.NOT_CONTROLLER,))
        except ApiError as error:
            return dict.fromkeys(levels, error)
        for each in response.results:
            if each.error_code:
                outcome[each.feature] = ApiError(error_code(each.error_code), each.error_message)
        return outcome

    return Call("updateFeatures", CONTROLLER, request, read)
