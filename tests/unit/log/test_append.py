"""Appending as leader: offsets, epochs, times, and what is refused."""

import re

import pytest
from tests.unit.log.a_log import (
    START_MS,
    a_batch,
    a_log,
    an_idempotent_batch,
    at,
    code,
    contents,
    headers,
    put,
    refused,
    values,
)

from ottla.log.partition_log import Appended
from ottla.model.errors import ErrorCode
from ottla.model.ids import LeaderEpoch, Offset
from ottla.records.batch import (
    CREATE_TIME,
    LOG_APPEND_TIME,
    pack_header,
    read_header,
    seal,
    set_max_timestamp,
    validate,
)
from ottla.records.compression import Codec
from ottla.records.control import ControlType, build_control_batch
from ottla.records.records import Record, build_batch, records

HOUR_MS = 60 * 60 * 1000


def test_offsets_go_on_where_the_log_ends() -> None:
    log = a_log()
    assert put(log, a_batch(b"a", b"b")) == Appended(Offset(0), Offset(1), START_MS, -1, Offset(0))
    assert put(log, a_batch(b"c")).first_offset == 2
    assert log.log_end_offset == 3
    assert [record.offset for record in contents(log)] == [0, 1, 2]
    assert values(log) == [b"a", b"b", b"c"]


def test_the_leader_epoch_is_stamped_into_the_batch() -> None:
    log = a_log()
    put(log, a_batch(b"a"), epoch=3)
    put(log, a_batch(b"b"), epoch=5)
    assert [header.leader_epoch for header in headers(log)] == [3, 5]
    assert log.epochs.entries() == [(3, 0), (5, 1)]


def test_bytes_pass_through_but_for_offset_and_epoch() -> None:
    log = a_log()
    put(log, a_batch(b"first"))
    sent = a_batch(b"x" * 50, compression=Codec.ZSTD)
    mine = bytes(sent)
    put(log, sent)
    (stored,) = headers(log, 1)
    assert stored._replace(base_offset=0, leader_epoch=-1) == read_header(mine)
    piece = log.read(Offset(1), 1 << 20, end_offset=Offset(2), min_one_message=True)
    assert piece.file.read(piece.position, piece.length)[16:] == mine[16:]


def test_data_may_be_a_slice_of_a_larger_buffer() -> None:
    log = a_log()
    batch = a_batch(b"a")
    buffer = bytearray(b"before" + batch + b"after")
    put(log, memoryview(buffer)[6 : 6 + len(batch)])  # type: ignore[arg-type]
    assert values(log) == [b"a"]
    assert buffer.startswith(b"before")
    assert buffer.endswith(b"after")


def test_with_log_append_time_the_log_stamps_its_own() -> None:
    log = a_log(message_timestamp_type=LOG_APPEND_TIME)
    appended = put(log, a_batch(b"a", b"b", ms=-50), at(700))
    assert appended.log_append_time == appended.max_timestamp == START_MS + 700
    (header,) = headers(log)
    assert (header.timestamp_type, header.max_timestamp) == (LOG_APPEND_TIME, START_MS + 700)
    assert [record.timestamp for record in contents(log)] == [START_MS + 700] * 2


def test_a_batch_of_the_wrong_time_type_is_refused_by_a_log_that_stamps_its_own() -> None:
    log = a_log(message_timestamp_type=LOG_APPEND_TIME)
    batch = a_batch(b"a", b"b")
    set_max_timestamp(batch, LOG_APPEND_TIME, START_MS)
    refusal = refused(log, batch)
    assert refusal.error is ErrorCode.INVALID_TIMESTAMP
    assert refusal.message == "One or more records have been rejected due to invalid timestamp"
    record = f"DefaultRecord(offset=0, timestamp={START_MS}, key=0 bytes, value=1 bytes)"
    text = (
        f"Invalid timestamp type in message {record}. "
        "Producer should not set timestamp type to LogAppendTime."
    )
    assert refusal.record_errors[0] == (0, text)
    assert len(refusal.record_errors) == 2


def test_a_log_of_create_time_turns_a_client_s_log_append_time_back() -> None:
    log = a_log()
    batch = a_batch(b"a")
    set_max_timestamp(batch, LOG_APPEND_TIME, START_MS + 5)
    put(log, batch)
    (header,) = headers(log)
    assert (header.timestamp_type, header.max_timestamp) == (CREATE_TIME, START_MS + 5)


def test_times_too_far_ahead_are_refused_record_by_record() -> None:
    log = a_log(message_timestamp_after_max_ms=HOUR_MS)
    content = [Record(0, START_MS, None, b"a"), Record(1, START_MS + HOUR_MS + 1, None, b"b")]
    refusal = refused(log, build_batch(content))
    low, high = START_MS - 0x7FFFFFFFFFFFFFFF, START_MS + HOUR_MS
    assert refusal.error is ErrorCode.INVALID_TIMESTAMP
    assert refusal.record_errors == [
        (
            1,
            f"Timestamp {START_MS + HOUR_MS + 1} of message with offset 1 is out of range. "
            f"The timestamp should be within [{low}, {high}]",
        )
    ]
    put(log, a_batch(b"just in time", ms=HOUR_MS))


def test_times_too_far_back_are_refused_even_when_the_first_record_is_fine() -> None:
    log = a_log(message_timestamp_before_max_ms=1_000)
    content = [Record(0, START_MS, None, b"a"), Record(1, START_MS - 1_001, None, b"b")]
    assert code(log, build_batch(content)) is ErrorCode.INVALID_TIMESTAMP
    put(log, a_batch(b"a", ms=-1_000))


def test_records_without_a_time_are_taken() -> None:
    log = a_log(message_timestamp_before_max_ms=1_000)
    put(log, build_batch([Record(0, -1, None, b"a")]))


def test_a_compacted_topic_wants_a_key_for_every_record() -> None:
    log = a_log(cleanup_policy=frozenset({"compact"}))
    content = [
        Record(0, START_MS, b"k", b"a"),
        Record(1, START_MS, None, b"b"),
        Record(2, START_MS, None, b"c"),
    ]
    for codec in Codec:
        refusal = refused(log, build_batch(content, compression=codec))
        text = "Compacted topic cannot accept message without key in topic partition orders-0"
        assert refusal.error is ErrorCode.INVALID_RECORD
        assert refusal.record_errors == [(1, text), (2, text)]
        assert refusal.client_message == (
            "One or more records have been rejected due to 2 record errors in total, and only showing the "
            f"first three errors at most: [RecordError(batchIndex=1, message='{text}'), "
            f"RecordError(batchIndex=2, message='{text}')]"
        )
    put(log, a_batch(b"a", key=b""))


@pytest.mark.parametrize("kind", ["gzip", "snappy", "lz4", "zstd", "uncompressed"])
@pytest.mark.parametrize("sent", list(Codec))
def test_a_topic_s_own_compression_goes_before_the_producer_s(kind: str, sent: Codec) -> None:
    log = a_log(compression_type=kind)
    put(log, a_batch(b"zero"))
    batch = an_idempotent_batch(b"a" * 100, b"b" * 100, sequence=4, compression=sent)
    appended = put(log, batch)
    stored = headers(log, 1)[-1]
    expected = Codec.NONE if kind == "uncompressed" else Codec[kind.upper()]
    assert stored.compression == expected
    assert (appended.first_offset, appended.last_offset) == (1, 2)
    assert (stored.producer_id, stored.base_sequence, stored.last_sequence) == (1, 4, 5)
    assert [record.offset for record in contents(log, 1)] == [1, 2]
    assert values(log, 1) == [b"a" * 100, b"b" * 100]


def test_a_rebuilt_batch_that_grew_too_large_is_refused() -> None:
    log = a_log(compression_type="uncompressed", max_message_bytes=500)
    refusal = refused(log, a_batch(b"x" * 600, compression=Codec.GZIP))
    assert refusal.error is ErrorCode.MESSAGE_TOO_LARGE
    assert "which exceeds the maximum configured size of 500." in refusal.message


def test_a_batch_larger_than_max_message_bytes_is_refused() -> None:
    log = a_log(max_message_bytes=100)
    refusal = refused(log, a_batch(b"x" * 100))
    assert refusal.error is ErrorCode.MESSAGE_TOO_LARGE
    assert refusal.message == (
        "The record batch size in the append to orders-0 is 170 bytes which exceeds the maximum configured "
        "value of 100)."
    )
    assert refusal.client_message is None


def test_a_batch_larger_than_a_segment_is_refused() -> None:
    log = a_log(segment_bytes=100)
    assert code(log, a_batch(b"x" * 100)) is ErrorCode.RECORD_LIST_TOO_LARGE


def test_a_damaged_batch_is_refused() -> None:
    batch = a_batch(b"abc")
    batch[-1] ^= 1
    assert code(a_log(), batch) is ErrorCode.CORRUPT_MESSAGE


def test_exactly_one_batch_is_wanted() -> None:
    log = a_log()
    assert code(log, bytearray()) is ErrorCode.INVALID_RECORD
    assert code(log, a_batch(b"a") + a_batch(b"b")) is ErrorCode.INVALID_RECORD
    assert code(log, a_batch(b"a")[:-1]) is ErrorCode.INVALID_RECORD


@pytest.mark.parametrize("magic", [0, 1, 3])
def test_other_formats_than_the_second_are_refused(magic: int) -> None:
    batch = a_batch(b"a")
    batch[16] = magic
    assert code(a_log(), batch) is ErrorCode.INVALID_RECORD


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"base_offset": 1},
            "The baseOffset of the record batch in the append to orders-0 should be 0, but it is 1",
        ),
        ({"last_offset_delta": -1}, r"Batch has an invalid offset range: \[0, -1\]"),
        ({"record_count": 0}, "Invalid reported count for record batch: 0"),
        ({"record_count": -5}, "Invalid reported count for record batch: -5"),
        ({"last_offset_delta": 7}, r"Inconsistent batch offset range \[0, 7\] and count of records 1"),
        ({"attributes": 0x20}, "Clients are not allowed to write control records"),
        ({"producer_id": 3}, "Invalid sequence number -1 in record batch with producerId 3"),
        ({"attributes": 6}, "Unknown compression type id: 6"),
    ],
)
def test_a_header_that_lies_is_refused(changes: dict[str, int], message: str) -> None:
    batch = a_batch(b"a")
    batch[:61] = pack_header(read_header(batch)._replace(**changes))
    seal(batch, 0, len(batch))
    refusal = refused(a_log(), batch)
    assert refusal.error is ErrorCode.INVALID_RECORD
    assert re.match(message, refusal.message)


def test_a_refused_client_is_told_the_text_only_along_with_record_errors() -> None:
    batch = a_batch(b"abc")
    batch[-1] ^= 1
    assert refused(a_log(), batch).client_message is None


def test_the_quorum_s_leader_brings_offsets_and_epochs_along() -> None:
    log = a_log()
    batch = build_control_batch(ControlType.LEADER_CHANGE, b"x", base_offset=0, leader_epoch=2, timestamp=1)
    more = build_batch([Record(1, 5, None, b"a"), Record(2, 5, None, b"b")], base_offset=1, leader_epoch=2)
    appended = log.append_as_raft_leader(batch + more, LeaderEpoch(2), at())
    assert appended is not None
    assert (appended.first_offset, appended.last_offset) == (0, 2)
    assert values(log) == [b"a", b"b"]
    with pytest.raises(Exception, match="expected 3 but the batch has 2"):
        log.append_as_raft_leader(batch, LeaderEpoch(3), at())


def test_a_stored_batch_is_sound_after_every_way_of_rewriting() -> None:
    log = a_log(message_timestamp_type=LOG_APPEND_TIME, compression_type="zstd")
    batch = a_batch(b"a", b"b")
    put(log, batch, at(9))
    (header,) = headers(log)
    piece = log.read(Offset(0), 1 << 20, end_offset=Offset(2), min_one_message=True)
    data = piece.file.read(piece.position, piece.length)
    validate(data, 0, header)
    assert [record.value for record in records(data, 0, header)] == [b"a", b"b"]
    assert header.max_timestamp == START_MS + 9
