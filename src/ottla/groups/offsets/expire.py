"""Offsets that nobody has asked for in a long time are forgotten (offsets.retention.minutes, KIP-211)."""

from collections.abc import Callable
from typing import NamedTuple

from ottla.groups.committed_offset import CommittedOffset
from ottla.groups.records import offset_tombstone
from ottla.groups.state import GroupState
from ottla.groups.step import Step


class Retention(NamedTuple):
    """How long the offsets of one group are kept."""

    begins_ms: Callable[[CommittedOffset], int]
    """Wall-clock time from which the retention of an offset counts."""
    is_subscribed_to: Callable[[str], bool]
    """What is read is kept, however old."""


def expire(step: Step, state: GroupState, group_id: str, retention: Retention) -> bool:
    """Write tombstones for what has expired; whether the group has nothing left."""
    transactions = state.transactions_of(group_id)
    left = bool(len(transactions))
    for partition, committed in state.offsets_of(group_id).sorted_items():
        if (
            not retention.is_subscribed_to(partition.topic)
            and _has_expired(step, committed, retention)
            and partition not in transactions
        ):
            step.write(offset_tombstone(group_id, partition))
        else:
            left = True
    return not left


def _has_expired(step: Step, committed: CommittedOffset, retention: Retention) -> bool:
    if committed.expires_at_ms >= 0:
        return step.now.wall_ms >= committed.expires_at_ms
    return step.now.wall_ms - retention.begins_ms(committed) >= step.config.offsets_retention_ms
