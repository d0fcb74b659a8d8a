"""The same batches to Apache Kafka's log and to ours: the same answers, the same bytes on disk."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.interchange.log.file_disk import RealDisk
from tests.interchange.log.judge import NAME, Judge, read, tell
from tests.unit.log.a_log import START_MS
from tests.unit.log.memory_disk import CountingEntropy

from ottla.log.append_refused import AppendRefused
from ottla.log.config import LogConfig
from ottla.log.origin import Origin
from ottla.log.partition_log import PartitionLog
from ottla.model.ids import LeaderEpoch
from ottla.model.now import Now
from ottla.records.batch import LOG_APPEND_TIME, pack_header, read_header, seal, set_max_timestamp
from ottla.records.compression import Codec
from ottla.records.control import build_end_transaction
from ottla.records.records import Record, build_batch

pytestmark = pytest.mark.needs("kafka")
HOUR_MS = 3_600_000
_KAFKA_NAMES = {"segment_bytes": "internal_segment_bytes"}
_KAFKA_VALUES: dict[object, str] = {LOG_APPEND_TIME: "LogAppendTime"}


class Both:
    """One log of each kind, in folders of their own."""

    def __init__(self, kafka: Judge, folder: Path, **config: Any) -> None:
        self.kafka, self.ms = kafka, 0
        (folder / "theirs").mkdir(parents=True)
        (folder / "theirs" / "orders-0").mkdir()
        settings: dict[str, Any] = {
            _KAFKA_NAMES.get(name, name): _said(value) for name, value in config.items()
        }
        kafka.ask("now", 0)
        kafka.open(folder / "theirs" / "orders-0", clean=True, **settings)
        self.ours = PartitionLog.create(
            RealDisk(),
            str(folder / "ours" / "orders-0"),
            NAME,
            LogConfig(**config),
            entropy=CountingEntropy(),
            now=Now(0, START_MS),
        )

    def append(
        self, batch: bytearray, *, epoch: int = 0, origin: Origin = Origin.CLIENT, version: int = 0
    ) -> tuple[str, str]:
        """Both answers."""
        self.kafka.ask("now", self.ms)
        (theirs,) = self.kafka.ask("append", batch.hex(), epoch, origin.name, version)
        try:
            appended = self.ours.append(
                bytearray(batch),
                leader_epoch=LeaderEpoch(epoch),
                now=Now(self.ms, START_MS + self.ms),
                origin=origin,
                transaction_version=version,
            )
        except AppendRefused as refusal:
            errors = "".join(f"|{index} {text}" for index, text in refusal.record_errors)
            return theirs, f"refused {refusal.error.name} {refusal.message}{errors}"
        return theirs, f"appended {appended.first_offset} {appended.last_offset} {appended.log_append_time}"

    def agree(self, batch: bytearray, **more: Any) -> str:
        theirs, ours = self.append(batch, **more)
        assert ours == theirs
        return ours

    def agree_at_the_end(self) -> None:
        assert tell(self.ours) == self.kafka.ask("tell")
        assert read(self.ours) == self.kafka.ask("read")


def _said(value: object) -> object:
    return ",".join(sorted(value)) if isinstance(value, frozenset) else _KAFKA_VALUES.get(value, value)


def plain(*values: bytes | None, ms: int = 0, key: bytes | None = None, **more: Any) -> bytearray:
    return build_batch([Record(i, START_MS + ms, key, value) for i, value in enumerate(values)], **more)


def sequenced(sequence: int, *, count: int = 1, producer: int = 1, epoch: int = 0, **more: Any) -> bytearray:
    values = [b"v%d" % i for i in range(count)]
    return plain(*values, producer_id=producer, producer_epoch=epoch, base_sequence=sequence, **more)


def patched(batch: bytearray, **changes: int) -> bytearray:
    """Header fields as a liar sets them; the checksum is right."""
    batch[:61] = pack_header(read_header(batch)._replace(**changes))
    seal(batch, 0, len(batch))
    return batch


def test_plain_batches(kafka: Judge, tmp_path: Path) -> None:
    both = Both(kafka, tmp_path, segment_bytes=2_000, index_interval_bytes=300)
    for codec in Codec:
        for count in (1, 3):
            both.agree(plain(*[b"x" * 100] * count, compression=codec), epoch=codec)
    both.agree_at_the_end()


def test_what_a_header_may_not_say(kafka: Judge, tmp_path: Path) -> None:
    both = Both(kafka, tmp_path, max_message_bytes=500)
    for changes in (
        {"base_offset": 5},
        {"last_offset_delta": -1},
        {"record_count": 0},
        {"record_count": 7},
        {"last_offset_delta": 7},
        {"attributes": 0x20},
        {"producer_id": 4},
    ):
        assert both.agree(patched(plain(b"a"), **changes)).startswith("refused INVALID_RECORD")
    assert both.agree(plain(b"x" * 600)).startswith("refused MESSAGE_TOO_LARGE")
    damaged = plain(b"abc")
    damaged[-1] ^= 1
    assert both.agree(damaged).startswith("refused CORRUPT_MESSAGE")
    both.agree_at_the_end()


def test_times(kafka: Judge, tmp_path: Path) -> None:
    both = Both(
        kafka, tmp_path, message_timestamp_after_max_ms=HOUR_MS, message_timestamp_before_max_ms=1_000
    )
    for ms in (0, HOUR_MS, HOUR_MS + 1, -1_000, -1_001):
        for codec in (Codec.NONE, Codec.GZIP):
            both.agree(plain(b"a", b"b", ms=ms, compression=codec))
    wrong = plain(b"a")
    set_max_timestamp(wrong, LOG_APPEND_TIME, START_MS + 5)
    both.agree(wrong)
    both.agree_at_the_end()


@pytest.mark.parametrize("codec", [Codec.NONE, Codec.LZ4])
def test_the_log_s_own_time(kafka: Judge, tmp_path: Path, codec: Codec) -> None:
    both = Both(kafka, tmp_path, message_timestamp_type=LOG_APPEND_TIME)
    both.ms = 700
    both.agree(plain(b"a", b"b", ms=-50, compression=codec))
    wrong = plain(b"a", b"bc", compression=codec)
    set_max_timestamp(wrong, LOG_APPEND_TIME, START_MS + 5)
    assert both.agree(wrong).startswith("refused INVALID_TIMESTAMP")
    both.agree_at_the_end()


@pytest.mark.parametrize("codec", Codec)
def test_keys_on_a_compacted_topic(kafka: Judge, tmp_path: Path, codec: Codec) -> None:
    both = Both(kafka, tmp_path, cleanup_policy=frozenset({"compact"}))
    keys = (b"k", None, b"", None, None, None)
    content = [Record(i, START_MS, key, b"v") for i, key in enumerate(keys)]
    assert both.agree(build_batch(content, compression=codec)).startswith("refused INVALID_RECORD")
    both.agree(build_batch(content[:1], compression=codec))
    both.agree_at_the_end()


@pytest.mark.parametrize("kind", ["gzip", "snappy", "lz4", "zstd", "uncompressed"])
def test_the_topic_s_compression(kafka: Judge, tmp_path: Path, kind: str) -> None:
    both = Both(kafka, tmp_path, compression_type=kind, segment_bytes=1 << 20)
    for codec in Codec:
        both.agree(sequenced(10 * codec, count=10, compression=codec))
        both.agree(plain(b"x" * 3_000, b"y" * 10, ms=codec, compression=codec))
    both.agree_at_the_end()


def test_sequences_and_epochs(kafka: Judge, tmp_path: Path) -> None:
    both = Both(kafka, tmp_path)
    for sequence, epoch in (
        (5, 0),
        (6, 0),
        (6, 0),
        (5, 0),
        (9, 0),
        (7, 0),
        (0, 1),
        (1, 0),
        (1, 1),
        (3, 2),
        (0, 2),
    ):
        both.agree(sequenced(sequence, epoch=epoch))
    both.agree(sequenced(1, count=3, epoch=2))
    both.agree(sequenced(1, count=2, epoch=2))
    for sequence in (0x7FFFFFFE, 0x7FFFFFFF, 0, 1, 0x7FFFFFFF, 5):
        both.agree(sequenced(sequence, producer=2))
    both.agree_at_the_end()


def test_transactions_and_markers(kafka: Judge, tmp_path: Path) -> None:
    both = Both(kafka, tmp_path)

    def marker(producer: int, epoch: int, coordinator: int, *, committed: bool, version: int) -> str:
        batch = build_end_transaction(
            committed,
            producer_id=producer,
            producer_epoch=epoch,
            coordinator_epoch=coordinator,
            timestamp=START_MS,
        )
        return both.agree(batch, origin=Origin.COORDINATOR, version=version)

    both.agree(sequenced(0, transactional=True))
    both.agree(sequenced(1))
    marker(1, 0, 3, committed=False, version=0)
    both.agree(sequenced(1, transactional=True))
    marker(1, 0, 2, committed=True, version=0)
    marker(1, 0, 4, committed=True, version=2)
    marker(1, 1, 4, committed=True, version=2)
    marker(1, 1, 4, committed=True, version=2)
    both.agree(sequenced(2, transactional=True))
    both.agree(sequenced(0, epoch=1, transactional=True))
    marker(9, 5, 0, committed=False, version=0)
    both.agree(sequenced(0, producer=9, epoch=4))
    both.agree_at_the_end()


def test_random_producers(kafka: Judge, tmp_path: Path) -> None:
    """A walk through sequences, epochs, repeats, transactions and rolls; one seed, a thousand appends."""
    random = Random(4)
    both = Both(kafka, tmp_path, segment_bytes=1_500, index_interval_bytes=200)
    next_sequence = dict.fromkeys(range(4), 0)
    for _ in range(1_000):
        both.ms += random.randrange(3)
        producer = random.randrange(4)
        if random.random() < 0.15:
            batch = build_end_transaction(
                random.random() < 0.5,
                producer_id=producer,
                producer_epoch=random.choice([0, 0, 0, 1]),
                coordinator_epoch=random.choice([1, 1, 2]),
                timestamp=START_MS + both.ms,
            )
            both.agree(batch, origin=Origin.COORDINATOR)
            continue
        sequence = max(next_sequence[producer] + random.choice([0, 0, 0, 0, 1, -1, -2]), 0)
        batch = sequenced(
            sequence,
            count=random.randrange(1, 3),
            producer=producer,
            epoch=random.choice([0, 0, 0, 0, 1]),
            ms=both.ms,
            transactional=random.random() < 0.3,
            compression=random.choice([Codec.NONE, Codec.ZSTD]),
        )
        if both.agree(batch, epoch=both.ms // 200).startswith("appended"):
            next_sequence[producer] = read_header(batch).last_sequence + 1
    both.agree_at_the_end()
