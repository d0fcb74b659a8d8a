"""ListOffsets, OffsetForLeaderEpoch, DeleteRecords."""

from ottla.wire.messages.delete_records_request import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from ottla.wire.messages.list_offsets_request import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from ottla.wire.messages.offset_for_leader_epoch_request import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
    OffsetForLeaderTopic,
)
from tests.differential.batches import START_MS, batch
from tests.differential.chapters.requests import put
from tests.differential.talk import Talk

_TIMES = [*range(-8, 2), START_MS, START_MS + 1, START_MS + 1_001, START_MS + 5_000]


def list_offsets(talk: Talk) -> None:
    talk.create("l", 2)
    put(talk, "l", batch("a", "b"), batch("c", ms=3_000), batch("d", "e", ms=1_000))
    for version in range(1, 12):
        v = f"v{version}"

        def ask(label: str, *partitions: ListOffsetsPartition, topic: str = "l", isolation: int = 0) -> None:
            request = ListOffsetsRequest(
                replica_id=-1,
                isolation_level=isolation if version >= 2 else 0,  # noqa: B023
                topics=[ListOffsetsTopic(name=topic, partitions=list(partitions))],
                timeout_ms=1_000 if version >= 10 else 0,  # noqa: B023
            )
            talk.ask(f"{v} {label}", "list_offsets", version, request)  # noqa: B023

        for timestamp in _TIMES:
            ask(f"at {timestamp}", at(timestamp), at(timestamp, partition=1))
        for timestamp in (-1, -2, -3, START_MS + 1_001):
            ask(f"committed at {timestamp}", at(timestamp), isolation=1)
        ask("the same twice", at(-1), at(-2), at(-1, partition=1))
        ask("no partition", at(-1, partition=9))
        ask("no topic", at(-1), topic="absent")
        if version >= 4:
            ask("this epoch", at(-1, epoch=0))
            ask("a newer epoch", at(-1, epoch=5))
            ask("an older epoch", at(-2, epoch=-2))
        talk.ask(f"{v} nothing", "list_offsets", version, ListOffsetsRequest(replica_id=-1))


def list_offsets_as_a_broker(talk: Talk) -> None:
    """Brokers see up to the log's end, debuggers beyond leadership; there is one broker, so all ends meet."""
    talk.create("lb")
    put(talk, "lb", batch("a"))
    for replica_id in (-2, 1, 2):
        topics = [ListOffsetsTopic(name="lb", partitions=[at(-1)])]
        request = ListOffsetsRequest(replica_id=replica_id, topics=topics)
        talk.ask(f"v9 as {replica_id}", "list_offsets", 9, request)


def at(timestamp: int, *, partition: int = 0, epoch: int = -1) -> ListOffsetsPartition:
    return ListOffsetsPartition(partition_index=partition, current_leader_epoch=epoch, timestamp=timestamp)


def leader_epochs(talk: Talk) -> None:
    talk.create("e", 2)
    put(talk, "e", batch("a", "b"))
    for version in range(2, 5):
        for current in (-1, 0, 3):
            for epoch in (-1, 0, 1, 5):
                ask_epoch(talk, f"v{version} {epoch} as of {current}", version, "e", current, epoch)
        ask_epoch(talk, f"v{version} of no topic", version, "absent", -1, 0)
        ask_epoch(talk, f"v{version} of no partition", version, "e", -1, 0, partition=7)


def ask_epoch(
    talk: Talk, label: str, version: int, topic: str, current: int, epoch: int, *, partition: int = 0
) -> None:
    asked = [
        OffsetForLeaderPartition(partition=index, current_leader_epoch=current, leader_epoch=epoch)
        for index in ([0, 1] if partition == 0 else [partition])
    ]
    request = OffsetForLeaderEpochRequest(topics=[OffsetForLeaderTopic(topic=topic, partitions=asked)])
    if version >= 3:
        request.replica_id = -1
    talk.ask(label, "offset_for_leader_epoch", version, request)


def delete_records(talk: Talk) -> None:
    talk.create("compact", configs={"cleanup.policy": "compact"})
    for version in range(3):
        v, topic = f"v{version}", f"d{version}"
        talk.create(topic, 2)
        put(talk, topic, batch("a", "b", "c"), batch("d"))

        def ask(label: str, offsets: dict[int, int], *, topic: str = topic) -> None:
            partitions = [DeleteRecordsPartition(partition_index=i, offset=o) for i, o in offsets.items()]
            request = DeleteRecordsRequest(
                topics=[DeleteRecordsTopic(name=topic, partitions=partitions)], timeout_ms=5_000
            )
            talk.ask(f"{v} {label}", "delete_records", version, request)  # noqa: B023

        ask("up to inside a batch", {0: 1})
        ask("up to where it begins already", {0: 1})
        ask("up to before that", {0: 0})
        ask("beyond the end", {0: 5, 1: 1})
        ask("below zero", {0: -2, 9: 0})
        ask("of a compacted topic", {0: 0}, topic="compact")
        ask("of no topic", {0: 0}, topic="absent")
        ask("all", {0: -1, 1: -1})
        _after_deleting(talk, v, topic)


def _after_deleting(talk: Talk, v: str, topic: str) -> None:
    for timestamp in (-2, -1, -3, START_MS):
        topics = [ListOffsetsTopic(name=topic, partitions=[at(timestamp)])]
        talk.ask(
            f"{v} offsets at {timestamp} after that",
            "list_offsets",
            7,
            ListOffsetsRequest(replica_id=-1, topics=topics),
        )
