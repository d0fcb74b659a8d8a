"""The levels of the feature metadata.version, and what each allows to write (`MetadataVersion`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ottla.wire.messages.broker_registration_change_record import BrokerRegistrationChangeRecord

FEATURE: Final = "metadata.version"
MINIMUM: Final = 7
LATEST_PRODUCTION: Final = 30
"""The highest level that Kafka 4.3 lets into production, and the highest whose records we replay."""
BOOTSTRAP: Final = 25
"""What a new cluster of ours begins with."""

NAMES: Final = {
    7: "3.3-IV3",
    8: "3.4-IV0",
    9: "3.5-IV0",
    10: "3.5-IV1",
    11: "3.5-IV2",
    12: "3.6-IV0",
    13: "3.6-IV1",
    14: "3.6-IV2",
    15: "3.7-IV0",
    16: "3.7-IV1",
    17: "3.7-IV2",
    18: "3.7-IV3",
    19: "3.7-IV4",
    20: "3.8-IV0",
    21: "3.9-IV0",
    22: "4.0-IV0",
    23: "4.0-IV1",
    24: "4.0-IV2",
    25: "4.0-IV3",
    26: "4.1-IV0",
    27: "4.1-IV1",
    28: "4.2-IV0",
    29: "4.2-IV1",
    30: "4.3-IV0",
}
_CHANGED_METADATA: Final = frozenset({7, 8, 11, 13, 14, 15, 17, 23, 30})

ZK_MIGRATION: Final = 8
SCRAM: Final = 11
NO_EPOCH_BUMP_ON_ISR_SHRINK: Final = 12
TRANSACTIONS: Final = 13
DELEGATION_TOKENS: Final = 14
CONTROLLER_REGISTRATION: Final = 15
DIRECTORY_ASSIGNMENT: Final = 17
ELR: Final = 23
CORDONED_LOG_DIRS: Final = 30


def level_of(text: str) -> int:
    """The level that a release (`4.0`, `4.0.1`) or an internal version (`4.0-IV3`) names, or ValueError."""
    key = ".".join(text.split(".")[:2])
    for level in range(LATEST_PRODUCTION, MINIMUM - 1, -1):
        name = NAMES[level]
        if key in (name, name.split("-")[0]):
            return level
    raise ValueError(
        f"Unknown metadata.version '{text}'. Supported metadata.version are: " + ", ".join(NAMES.values())
    )


def did_metadata_change(one: int, other: int) -> bool:
    """Whether records were added or changed between two levels, so that a downgrade would lose something."""
    low, high = sorted((one, other))
    return any(level in _CHANGED_METADATA for level in range(low + 1, high + 1))


def register_broker_version(level: int) -> int:
    if level >= CORDONED_LOG_DIRS:
        return 4
    if level >= DIRECTORY_ASSIGNMENT:
        return 3
    return 2 if level >= ZK_MIGRATION else 1


def partition_version(level: int) -> int:
    """Of PartitionRecord and PartitionChangeRecord alike; the ELR feature has no say."""
    if level >= ELR:
        return 2
    return 1 if level >= DIRECTORY_ASSIGNMENT else 0


def registration_change_version(change: BrokerRegistrationChangeRecord) -> int:
    """The lowest version that carries the change: the level has no say."""
    if change.cordoned_log_dirs is not None:
        return 3
    if change.log_dirs:
        return 2
    return 1 if change.in_controlled_shutdown else 0
