"""The features of a cluster: what we tolerate, what we serve, and what is finalized (KIP-584, KIP-1022).

*Tolerated* levels are those of a stock Kafka 4.3 node: a node advertises them to its peers, and a log that
has finalized any of them can be replayed. *Served* levels are those that clients are shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.machine.maps import PersistentMap
from ottla.metadata import metadata_version
from ottla.metadata.record import ReplayError

if TYPE_CHECKING:
    from ottla.wire.messages.feature_level_record import FeatureLevelRecord

KRAFT_VERSION: Final = "kraft.version"
TRANSACTION_VERSION: Final = "transaction.version"
GROUP_VERSION: Final = "group.version"
ELR_VERSION: Final = "eligible.leader.replicas.version"
SHARE_VERSION: Final = "share.version"
STREAMS_VERSION: Final = "streams.version"


class VersionRange(NamedTuple):
    """Levels from `low` to `high`, both included."""

    low: int
    high: int

    def __contains__(self, level: object) -> bool:
        return isinstance(level, int) and self.low <= level <= self.high

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


DISABLED: Final = VersionRange(0, 0)
"""What a node supports of a feature that it does not name."""

TOLERATED: Final = {
    metadata_version.FEATURE: VersionRange(metadata_version.MINIMUM, metadata_version.LATEST_PRODUCTION),
    KRAFT_VERSION: VersionRange(0, 1),
    TRANSACTION_VERSION: VersionRange(0, 2),
    GROUP_VERSION: VersionRange(0, 1),
    ELR_VERSION: VersionRange(0, 1),
    SHARE_VERSION: VersionRange(0, 1),
    STREAMS_VERSION: VersionRange(0, 1),
}
SERVED: Final = {
    metadata_version.FEATURE: TOLERATED[metadata_version.FEATURE],
    KRAFT_VERSION: VersionRange(0, 1),
}
"""Features that are missing here are served at level 0 only."""

_DEPENDENCIES: Final = {(ELR_VERSION, 1): (metadata_version.FEATURE, metadata_version.ELR)}


def missing_dependency(feature: str, level: int, finalized: dict[str, int]) -> str | None:
    """Why `feature` cannot have `level` beside the `finalized` levels, or None."""
    if level >= 1 and finalized.get(metadata_version.FEATURE, 0) < metadata_version.MINIMUM:
        return (
            f"{feature} could not be set to {level} because it depends on metadata.version="
            f"{metadata_version.MINIMUM} ({metadata_version.NAMES[metadata_version.MINIMUM]})"
        )
    needed, least = _DEPENDENCIES.get((feature, level), (feature, 0))
    if finalized.get(needed, 0) < least:
        return f"{feature} could not be set to {level} because it depends on {needed} level {least}"
    return None


class FeaturesImage(NamedTuple):
    """The finalized levels. kraft.version is not among them: the Raft layer keeps it in control records."""

    metadata_version: int | None = None
    """None only before the first record: a log without a metadata.version is no cluster."""
    levels: PersistentMap[str, int] = PersistentMap()
    """All other features with a level above 0."""

    def get(self, feature: str) -> int | None:
        """The finalized level of any feature; None where there is none."""
        return self.metadata_version if feature == metadata_version.FEATURE else self.levels.get(feature)

    @property
    def elr_enabled(self) -> bool:
        """Whether eligible leader replicas are kept (KIP-966)."""
        return self.levels.get(ELR_VERSION, 0) >= 1

    def finalized(self) -> dict[str, int]:
        """All finalized levels by name, metadata.version first."""
        first = {} if self.metadata_version is None else {metadata_version.FEATURE: self.metadata_version}
        return first | dict(self.levels.sorted_items())


def set_level(image: FeaturesImage, record: FeatureLevelRecord) -> FeaturesImage:
    """Replay a FeatureLevelRecord.

    One of kraft.version, which old software wrote by mistake, is passed over (KAFKA-18979).
    """
    supported = TOLERATED.get(record.name, DISABLED)
    if record.feature_level not in supported:
        raise ReplayError(
            record, f"{record.name} {record.feature_level} is not supported, only versions {supported} are"
        )
    if record.name == KRAFT_VERSION:
        return image
    if record.name == metadata_version.FEATURE:
        return image._replace(metadata_version=record.feature_level)
    if record.feature_level == 0:
        return image._replace(levels=image.levels.remove(record.name))
    return image._replace(levels=image.levels.set(record.name, record.feature_level))
