"""Produce: right batches, and everything that can be wrong with one."""

from collections.abc import Sequence

from ottla.records.batch import TRANSACTIONAL_FLAG
from ottla.records.compression import Codec
from ottla.wire.messages.find_coordinator_request import FindCoordinatorRequest
from ottla.wire.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData
from tests.differential.batches import OLD_FORMATS, batch, control, corrupt, patched, sequenced
from tests.differential.chapters.requests import produced, topic_named
from tests.differential.talk import Talk

YEAR_MS = 365 * 86_400_000
_CORNERS = (3, 7, 9, 13)
"""The versions between which the answer changes."""


def produce(talk: Talk) -> None:
    talk.create("p", 2)
    talk.create("p.zstd")
    for version in range(3, 14):
        v = f"v{version}"
        produced(talk, f"{v}", version, "p", {0: batch("a", "b"), 1: batch("c")})
        produced(talk, f"{v} with acks=1", version, "p", {0: batch("a")}, acks=1)
        produced(talk, f"{v} with acks=2", version, "p", {0: batch("a")}, acks=2)
        produced(talk, f"{v} to no partition", version, "p", {9: batch("a"), -1: batch("a"), 0: batch("d")})
        produced(talk, f"{v} to no topic", version, "absent", {0: batch("a")})
        produced(talk, f"{v} before zstd", version, "p.zstd", {0: batch("a" * 50)})
        produced(talk, f"{v} of zstd", version, "p.zstd", {0: batch("a" * 50, compression=Codec.ZSTD)})
        talk.ask(f"{v} of nothing", "produce", version, ProduceRequest(acks=-1, timeout_ms=100))
    for codec in (Codec.GZIP, Codec.SNAPPY, Codec.LZ4):
        produced(talk, f"of {codec.name}", 9, "p", {0: batch("a" * 50, compression=codec)})
    produced(talk, "the empty name", 9, "", {0: batch("a")})


def wrong_batches(talk: Talk) -> None:
    good = batch("a", "b")
    wrong = {
        "nothing": b"",
        "a few bytes": good[:20],
        "a header cut short": good[:40],
        "a batch cut short": good[:-1],
        "a batch and a few bytes": good + b"abc",
        "two batches": good + good,
        "magic 0": OLD_FORMATS[0],
        "magic 1": OLD_FORMATS[1],
        "magic 3": patched(good, magic=3),
        "a wrong bit": corrupt(good),
        "a control batch": control(),
        "too large": batch("x" * 1_000),
        "a base offset": patched(good, base_offset=5),
        "a leader epoch": patched(good, leader_epoch=7),
        "no records": patched(batch("a")[:61], length=49, record_count=0),
        "too many records": patched(good, record_count=3),
        "a record count below zero": patched(good, record_count=-1),
        "a gap of offsets": patched(good, last_offset_delta=5),
        "an offset delta below zero": patched(good, last_offset_delta=-1),
        "codec 5": patched(good, attributes=5),
        "no gzip": patched(good, attributes=1),
        "log append time": patched(good, attributes=8),
        "a producer without sequence": patched(good, producer_id=7, producer_epoch=0),
        "a sequence without producer": patched(good, base_sequence=0),
    }
    talk.create("wrong", len(wrong), configs={"max.message.bytes": "1000"})
    for version in _CORNERS:
        for index, (name, records) in enumerate(wrong.items()):
            produced(talk, f"v{version} of {name}", version, "wrong", {index: records})


def timestamps(talk: Talk) -> None:
    talk.create("timed", configs={"message.timestamp.before.max.ms": "1000"})
    talk.create("future", configs={"message.timestamp.after.max.ms": "1000"})
    talk.create("stamped", configs={"message.timestamp.type": "LogAppendTime"})
    for version in _CORNERS:
        v = f"v{version}"
        produced(talk, f"{v} too old", version, "timed", {0: batch("a", "b")})
        produced(talk, f"{v} too new", version, "future", {0: batch("a", ms=20 * YEAR_MS)})
        produced(talk, f"{v} stamped", version, "stamped", {0: batch("a")})
        produced(talk, f"{v} without time", version, "timed", {0: patched(batch("a"), base_timestamp=-1)})


def compacted(talk: Talk) -> None:
    talk.create("compacted", configs={"cleanup.policy": "compact"})
    for version in range(3, 14):
        v = f"v{version}"
        produced(talk, f"{v} with keys", version, "compacted", {0: batch("a", "b", key="k")})
        produced(talk, f"{v} without keys", version, "compacted", {0: batch("a", "b")})
        produced(
            talk,
            f"{v} compressed without keys",
            version,
            "compacted",
            {0: batch("a", "b", compression=Codec.GZIP)},
        )


def sequences(talk: Talk) -> None:
    talk.create("seq", 2)
    for version in _CORNERS:
        v, producer = f"v{version}", 9_000 + version

        def send(label: str, sequence: int, *values: str, epoch: int = 0) -> None:
            records = sequenced(sequence, *values, producer=producer, epoch=epoch)  # noqa: B023
            produced(talk, f"{v} {label}", version, "seq", {0: records})  # noqa: B023

        send("a producer begins late", 5, "a")
        send("again", 5, "a")
        send("next", 6, "b", "c")
        send("next but one", 9, "d")
        send("the one before", 5, "a")
        send("half of one before", 6, "b")
        for sequence in range(8, 14):
            send(f"sequence {sequence}", sequence, "z")
        send("long ago", 5, "a")
        send("a new epoch, late", 3, "a", epoch=2)
        send("a new epoch", 0, "a", epoch=2)
        send("an old epoch", 14, "a", epoch=1)
    produced(talk, "the last sequence", 9, "seq", {1: sequenced(2**31 - 1, "a", "b", producer=77)})
    produced(talk, "after the last", 9, "seq", {1: sequenced(1, "a", producer=77)})


def internal_topics(talk: Talk) -> None:
    """The first coordinator that is looked for creates the topic of offsets."""
    talk.ask_quietly("find_coordinator", 4, FindCoordinatorRequest(coordinator_keys=["g"]))
    talk.await_topic("__consumer_offsets", 3)
    for version in (3, 9, 13):
        produced(talk, f"v{version} to an internal topic", version, "__consumer_offsets", {0: batch("a")})


def without_answer(talk: Talk) -> None:
    """Nothing is said to acks=0: an error shows as a closed connection."""
    talk.create("silent")
    for version in _CORNERS:
        cases = {"wrong": (0, corrupt(batch("a"))), "nowhere": (9, batch("a")), "right": (0, batch("a"))}
        for name, (partition, records) in cases.items():
            data = PartitionProduceData(index=partition, records=records)
            request = ProduceRequest(
                acks=0,
                timeout_ms=100,
                topic_data=[TopicProduceData(**topic_named(talk, "silent", version), partition_data=[data])],
            )
            talk.tell(f"v{version} {name}", "produce", version, request)


def together(talk: Talk) -> None:
    """Several topics and partitions in one request, right and wrong."""
    talk.create("ta", 2)
    talk.create("tb", 2)
    for version in _CORNERS:

        def of(topic: str, data: Sequence[tuple[int, bytes]], version: int = version) -> TopicProduceData:
            found = [PartitionProduceData(index=index, records=records) for index, records in data]
            return TopicProduceData(**topic_named(talk, topic, version), partition_data=found)

        good, bad = batch("a"), corrupt(batch("b"))
        mixed = [of("ta", [(0, good), (1, bad)]), of("tb", [(1, good), (7, good)]), of("absent", [(0, good)])]
        for acks in (-1, 1, 5):
            request = ProduceRequest(acks=acks, timeout_ms=1_000, topic_data=mixed)
            talk.ask(f"v{version} mixed with acks={acks}", "produce", version, request)


def transactional(talk: Talk) -> None:
    talk.create("tx")
    records = sequenced(0, "a", producer=1, transactional=True)
    unsaid = patched(sequenced(0, "a", producer=2), attributes=TRANSACTIONAL_FLAG)
    for version in (3, 12, 13):
        v = f"v{version}"
        produced(talk, f"{v} in a transaction", version, "tx", {0: records}, transactional_id="t")
        produced(talk, f"{v} in none that is named", version, "tx", {0: unsaid})
        produced(talk, f"{v} outside, with an id", version, "tx", {0: batch("plain")}, transactional_id="t")
