"""OffsetDelete, and what of a group's offsets goes with the group or with a topic."""

from collections.abc import Callable, Iterable

from ottla.groups.commands import DeletedTopic, DeleteOffsets
from ottla.groups.records import GroupRecord, offset_tombstone
from ottla.groups.state import GroupState
from ottla.groups.step import Step
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.model.uuid import ZERO


def delete(
    step: Step, state: GroupState, command: DeleteOffsets, is_subscribed_to: Callable[[str], bool]
) -> None:
    """What the group still reads stays."""
    offsets, transactions = state.offsets_of(command.group_id), state.transactions_of(command.group_id)
    errors: list[ErrorCode] = []
    for topic, index in command.partitions:
        partition = TopicPartition(topic, index)
        if is_subscribed_to(topic):
            errors.append(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC)
            continue
        errors.append(ErrorCode.NONE)
        if partition in offsets or partition in transactions:
            step.write(offset_tombstone(command.group_id, partition))
    step.reply(command.ticket, tuple(errors))


def tombstones_of_group(state: GroupState, group_id: str) -> list[GroupRecord]:
    """For all offsets of the group, pending ones included."""
    partitions = {partition for partition, _ in state.offsets_of(group_id).sorted_items()}
    partitions.update(partition for partition, _ in state.transactions_of(group_id).sorted_items())
    return [offset_tombstone(group_id, partition) for partition in sorted(partitions)]


def tombstones_of_topics(
    state: GroupState, group_id: str, topics: Iterable[DeletedTopic]
) -> list[GroupRecord]:
    """For the group's offsets on deleted topics. Those on a new topic of the same name stay."""
    ids = {topic.name: topic.id for topic in topics}
    doomed = {
        partition
        for partition, committed in state.offsets_of(group_id).sorted_items()
        if partition.topic in ids and committed.topic_id in (ZERO, ids[partition.topic])
    }
    for partition, producer_ids in state.transactions_of(group_id).sorted_items():
        for producer_id in producer_ids:
            pending = state.pending[producer_id][group_id, partition]
            if partition.topic in ids and pending.topic_id in (ZERO, ids[partition.topic]):
                doomed.add(partition)
    return [offset_tombstone(group_id, partition) for partition in sorted(doomed)]
