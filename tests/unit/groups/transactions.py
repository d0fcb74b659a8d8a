"""Offsets that another coordinator commits in transactions, and the markers that end these."""

from tests.unit.groups.coordinator import Coordinator
from tests.unit.groups.members import TOPIC_ID

from ottla.groups.apply import apply, apply_marker
from ottla.groups.committed_offset import CommittedOffset
from ottla.groups.records import offset_commit
from ottla.model.ids import TopicPartition


def pending(
    coordinator: Coordinator,
    *,
    producer_id: int,
    offset: int,
    group: str = "g",
    topic: str = "t",
    partition: int = 0,
) -> None:
    committed = CommittedOffset(offset, 5, "", coordinator.now.wall_ms, -1, TOPIC_ID, -1)
    record = offset_commit(group, TopicPartition(topic, partition), committed)
    for name in ("state", "durable"):
        setattr(coordinator, name, apply(getattr(coordinator, name), record, producer_id=producer_id))


def commit(coordinator: Coordinator, *, producer_id: int) -> None:
    _end(coordinator, producer_id, True)


def abort(coordinator: Coordinator, *, producer_id: int) -> None:
    _end(coordinator, producer_id, False)


def _end(coordinator: Coordinator, producer_id: int, committed: bool) -> None:
    for name in ("state", "durable"):
        setattr(coordinator, name, apply_marker(getattr(coordinator, name), producer_id, committed))
