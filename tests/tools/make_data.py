"""Make `data/by-us`: files that a healthy log has not, for kafka-dump-log. `python -m tests.tools.make_data`.

`data/by-kafka` was copied from a directory of Apache Kafka's after a clean stop.
"""

from struct import Struct

from ottla.log.producer_entry import BatchMetadata, ProducerEntry
from ottla.log.producer_snapshots import encode
from ottla.records.batch import LOG_APPEND_TIME, read_header, set_base_offset
from ottla.records.compression import Codec
from ottla.records.control import build_end_transaction
from ottla.records.records import Record, build_batch, empty_batch
from tests.tools.scene import DATA

FOLDER = DATA / "by-us"
_TIME = 1_700_000_000_000
_ZERO = "00000000000000000000"
_ABORTED, _OFFSET, _TIMESTAMP = Struct(">hqqqq"), Struct(">II"), Struct(">qI")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).parent.mkdir(exist_ok=True)
        (FOLDER / name).write_bytes(content)


def files() -> dict[str, bytes]:
    log = _log()
    entry = ProducerEntry(7, 2, 5, _TIME, 3, (BatchMetadata(9, 12, 2, _TIME),))
    snapshot = encode([entry, ProducerEntry(8, 0)])
    return {
        f"odd/{_ZERO}.log": log,
        f"odd/{_ZERO}.index": _OFFSET.pack(2, 0) + _OFFSET.pack(5, 61),
        f"odd/{_ZERO}.timeindex": b"".join(
            _TIMESTAMP.pack(*pair) for pair in ((_TIME, 2), (_TIME - 5, 2), (_TIME + 9, 4))
        ),
        f"odd/{_ZERO}.txnindex": _ABORTED.pack(0, 7, 3, 5, 6) + _ABORTED.pack(0, 8, 7, 9, 10),
        f"odd/{13:020}.snapshot": snapshot,
        f"odd/{14:020}.snapshot": snapshot[:-1] + b"!",
        f"odd/{15:020}.snapshot": b"\x00\x09" + snapshot[2:],
        f"torn/{_ZERO}.log": log + log[:100],
        f"damaged/{_ZERO}.log": log[:70] + bytes([log[70] ^ 1]) + log[71:],
        f"tiny/{_ZERO}.log": log + bytes(8) + b"\x00\x00\x00\x05" + bytes(40),
        f"empty/{_ZERO}.log": b"",
        f"empty/{_ZERO}.index": b"",
        f"empty/{_ZERO}.timeindex": b"",
        f"used/{_ZERO}.log": log,
        f"used/{_ZERO}.index": _OFFSET.pack(2, 0) + bytes(80),
    }


def _log() -> bytes:
    """Three plain records, an aborted transaction, a gap, a compacted batch, LogAppendTime, a null key."""
    plain = build_batch([Record(index, _TIME + index, b"k", b"v%d" % index) for index in range(3)])
    aborted = build_batch(
        [Record(3, _TIME, None, b"lost", (("h", b"1"), ("i", None)))],
        base_offset=3,
        producer_id=7,
        producer_epoch=2,
        base_sequence=0,
        transactional=True,
    )
    marker = build_end_transaction(
        False, producer_id=7, producer_epoch=2, coordinator_epoch=4, timestamp=_TIME
    )
    set_base_offset(marker, 4)
    thinned = build_batch(
        [Record(8, _TIME, b"k", None), Record(10, _TIME, b"\xff\xfe", b"\xc3")],
        base_offset=7,
        last_offset=11,
        delete_horizon=_TIME + 1000,
        compression=Codec.LZ4,
    )
    late = build_batch(
        [Record(12, _TIME, b"k", b"v")],
        base_offset=12,
        leader_epoch=3,
        timestamp_type=LOG_APPEND_TIME,
        log_append_time=_TIME + 77,
    )
    emptied = empty_batch(read_header(aborted)._replace(base_offset=13))
    return bytes(plain + aborted + marker + thinned + late + emptied)


if __name__ == "__main__":
    main()
