"""UpdateFeatures (57): which levels the cluster finalizes (`FeatureControlManager`, KIP-584)."""

from enum import IntEnum
from typing import NamedTuple

from ottla.controller.turn import Outcome, Turn
from ottla.metadata import metadata_version
from ottla.metadata.features import (
    DISABLED,
    KRAFT_VERSION,
    TOLERATED,
    VersionRange,
    missing_dependency,
)
from ottla.metadata.record import MetadataRecord
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.wire.messages.feature_level_record import FeatureLevelRecord
from ottla.wire.messages.update_features_request import FeatureUpdateKey, UpdateFeaturesRequest
from ottla.wire.messages.update_features_response import UpdatableFeatureResult, UpdateFeaturesResponse


class UpgradeType(IntEnum):
    """As numbered in the request."""

    UNKNOWN = 0
    UPGRADE = 1
    SAFE_DOWNGRADE = 2
    UNSAFE_DOWNGRADE = 3


class UpdateFeatures(NamedTuple):
    """Finalize other levels, all of `request` or none. `version` is the request's."""

    ticket: Ticket
    request: UpdateFeaturesRequest
    version: int

    def decide(self, turn: Turn) -> Outcome:
        updates = {update.feature: update.max_version_level for update in self.request.feature_updates}
        proposed = turn.image.features.finalized() | updates
        records: list[MetadataRecord] = []
        for update in self.request.feature_updates:
            records += _update(turn, update, _upgrade_type(update), proposed)
        response = UpdateFeaturesResponse(error_message=None)
        if self.version <= 1:
            response.results = [
                UpdatableFeatureResult(feature=update.feature, error_message=ErrorCode.NONE.text)
                for update in self.request.feature_updates
            ]
        return turn.answer(self.ticket, response, () if self.request.validate_only else records)

    def refused(self, error: ApiError) -> UpdateFeaturesResponse:
        return UpdateFeaturesResponse(
            error_code=error.code,
            error_message="The update failed for all features since the following feature had an error: "
            f"{error.message}",
        )


def _upgrade_type(update: FeatureUpdateKey) -> UpgradeType:
    try:
        return UpgradeType(update.upgrade_type)
    except ValueError:
        return UpgradeType.UNKNOWN


def _update(
    turn: Turn, update: FeatureUpdateKey, type_: UpgradeType, proposed: dict[str, int]
) -> list[MetadataRecord]:
    name, level = update.feature, update.max_version_level
    present = turn.image.features.get(name) or 0
    if name == KRAFT_VERSION:
        present = turn.config.kraft_version
    if type_ is UpgradeType.UNKNOWN:
        raise _invalid(name, level, "The controller does not support the given upgrade type.")
    if level < 0:
        raise _invalid(name, level, "A feature version cannot be less than 0.")
    reason = _not_supported(turn, name, level)
    if reason is not None:
        raise _invalid(name, level, reason)
    if level < present and type_ is UpgradeType.UPGRADE:
        raise _invalid(
            name,
            level,
            "Can't downgrade the version of this feature without setting the upgrade type to either safe or "
            "unsafe downgrade.",
        )
    if level > present and type_ is not UpgradeType.UPGRADE:
        raise _invalid(name, level, "Can't downgrade to a newer version.")
    _check_dependencies(name, level, present, type_, proposed)
    return (
        []
        if name == KRAFT_VERSION
        else [MetadataRecord(FeatureLevelRecord(name=name, feature_level=level), 0)]
    )


def _check_dependencies(
    name: str, level: int, present: int, type_: UpgradeType, proposed: dict[str, int]
) -> None:
    if name == metadata_version.FEATURE:
        if level < present and metadata_version.did_metadata_change(level, present):
            raise _refused_downgrade(level, present, unsafe=type_ is UpgradeType.UNSAFE_DOWNGRADE)
    elif name == KRAFT_VERSION:
        if level < present:
            raise _invalid(name, level, "Can't downgrade the version of this feature.")
        if level > present:
            raise _invalid(name, level, "The quorum of this cluster was formatted as a static one.")
    elif name not in TOLERATED:
        raise _invalid(name, level, f"Feature {name} not found.")
    else:
        reason = missing_dependency(name, level, proposed)
        if reason is not None:
            raise _invalid(name, level, reason)


def _not_supported(turn: Turn, name: str, level: int) -> str | None:
    """Who in the cluster lacks the level, fenced and stopped nodes included."""
    local = turn.config.served_features.get(name, DISABLED)
    reason = _reason(level, f"Local controller {turn.config.node_id}", local)
    if reason is not None:
        return reason
    for broker in turn.image.brokers.sorted():
        reason = _reason(level, f"Broker {broker.id}", broker.features.get(name, DISABLED))
        if reason is not None:
            return reason
    if turn.level < metadata_version.CONTROLLER_REGISTRATION:
        return None
    for node_id, controller in turn.image.controllers.sorted_items():
        reason = _reason(level, f"Controller {node_id}", controller.features.get(name, DISABLED))
        if reason is not None and node_id != turn.config.node_id:
            return reason
    for node_id in turn.config.voter_ids:
        if node_id != turn.config.node_id and node_id not in turn.image.controllers:
            return f"controller {node_id} has not registered, and may not support this feature"
    return None


def _reason(level: int, who: str, supported: VersionRange) -> str | None:
    if level in supported:
        return None
    if supported.high == 0:
        return f"{who} does not support this feature."
    return f"{who} only supports versions {supported}"


def _invalid(name: str, level: int, reason: str) -> ApiError:
    return ApiError(
        ErrorCode.INVALID_UPDATE_VERSION, f"Invalid update version {level} for feature {name}. {reason}"
    )


def _refused_downgrade(level: int, present: int, *, unsafe: bool) -> ApiError:
    reason = (
        "Unsafe metadata downgrade is not supported in this version."
        if unsafe
        else "Refusing to perform the requested downgrade because it might delete metadata information."
    )
    return ApiError(
        ErrorCode.INVALID_UPDATE_VERSION,
        f"Unsupported metadata.version downgrade from {present} to {level}. {reason}",
    )
