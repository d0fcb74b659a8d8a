"""OffsetFetch: what a group has committed."""

from ottla.groups.answers import FetchedOffset
from ottla.groups.commands import FetchOffsets, WantedOffset
from ottla.groups.state import GroupState
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.model.uuid import ZERO


def fetch(state: GroupState, command: FetchOffsets) -> tuple[FetchedOffset, ...]:
    """What was asked for, in its order; or all there is, by topic and partition.

    A partition without a committed offset is told as -1, with no error.
    """
    offsets = state.offsets_of(command.group_id)
    wanted = command.wanted
    if wanted is None:
        wanted = tuple(WantedOffset(topic, ZERO, index) for (topic, index), _ in offsets.sorted_items())
    return tuple(_fetched(state, command, each) for each in wanted)


def nothing_committed(wanted: tuple[WantedOffset, ...] | None) -> tuple[FetchedOffset, ...]:
    """A group that does not exist has committed nothing."""
    return tuple(FetchedOffset(*each) for each in wanted or ())


def _fetched(state: GroupState, command: FetchOffsets, wanted: WantedOffset) -> FetchedOffset:
    partition = TopicPartition(wanted.topic, wanted.partition)
    if command.require_stable and partition in state.transactions_of(command.group_id):
        return FetchedOffset(*wanted, error=ErrorCode.UNSTABLE_OFFSET_COMMIT)
    committed = state.offsets_of(command.group_id).get(partition)
    if committed is None or not committed.is_of(wanted.topic_id):
        return FetchedOffset(*wanted)
    return FetchedOffset(*wanted, committed.offset, committed.leader_epoch, committed.metadata)
