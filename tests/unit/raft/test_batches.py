"""Batches have the form that Kafka's quorum demands, and damage is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.raft.test_voters import voter

from ottla.raft.batches import (
    BATCH_BYTES_MAX,
    InvalidBatch,
    RecordTooLarge,
    data_batch,
    data_batches,
    metadata_batch,
    read_batches,
    read_metadata_records,
    read_records,
)
from ottla.raft.control_records import (
    control_records_batch,
    kraft_version_record,
    leader_change_record,
    read_control_records,
    recover_voters,
    voter_set_record,
)
from ottla.raft.positions import EpochAndOffset
from ottla.raft.voters import VoterSet
from ottla.records.batch import seal, set_base_offset
from ottla.records.records import Record, build_batch
from ottla.wire.messages.no_op_record import NoOpRecord

VALUES = st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=20)


def test_a_no_op_batch_is_the_72_bytes_that_kafka_writes() -> None:
    batch = metadata_batch([(NoOpRecord(), 0)], 1_000)
    assert len(batch.data) == 72
    assert batch.data.endswith(bytes.fromhex("14 00 00 00 01 08 01 14 00 00 00"))


@given(VALUES, st.integers(0, 2**40), st.integers(0, 2**30))
def test_values_are_read_back_where_the_leader_put_them(values: list[bytes], offset: int, epoch: int) -> None:
    batch = data_batch(values, 5)
    (view,) = read_batches(batch.at(offset, epoch))
    assert list(read_records(view)) == [(None, value) for value in values]
    assert (view.base_offset, view.end_offset, view.epoch) == (offset, offset + len(values), epoch)
    assert not view.is_control


@given(VALUES, st.integers(100, 400))
def test_records_that_may_be_split_are_split_at_the_size(values: list[bytes], bytes_max: int) -> None:
    batches = list(data_batches(values, 5, bytes_max))
    assert all(len(batch.data) <= max(bytes_max, 160) for batch in batches)
    read = [
        value for batch in batches for view in read_batches(batch.data) for _, value in read_records(view)
    ]
    assert read == values


def test_what_must_go_in_whole_fits_into_one_batch() -> None:
    with pytest.raises(RecordTooLarge, match="exceeds the maximum allowed batch size of 8388608"):
        data_batch([b"x" * BATCH_BYTES_MAX], 5)


def test_a_batch_that_is_cut_off_is_left_out() -> None:
    one, two = data_batch([b"a"], 5).at(0, 1), data_batch([b"b"], 5).at(1, 1)
    for cut in range(len(two)):
        assert [view.base_offset for view in read_batches(one + two[:cut])] == [0]


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_damage_is_noticed(at: int, flip: int) -> None:
    batch = bytearray(data_batch([b"some", b"records"], 5).at(7, 1))
    # Offset, length and epoch lie outside the checksum.
    at = 16 + at % (len(batch) - 16)
    batch[at] ^= flip
    with pytest.raises(InvalidBatch):
        list(read_batches(bytes(batch)))


@pytest.mark.parametrize(
    "content",
    [
        [Record(0, 5, None, b"a", (("h", b"v"),))],
        [Record(0, 5, None, None)],
        [Record(0, 5, None, b"")],
        [Record(0, 5, None, b"a"), Record(1, 6, None, b"b")],
    ],
    ids=["headers", "no value", "empty value", "timestamp delta"],
)
def test_a_record_that_raft_forbids_is_refused(content: list[Record]) -> None:
    (view,) = read_batches(build_batch(content, leader_epoch=1))
    with pytest.raises(InvalidBatch):
        list(read_records(view))


def test_a_batch_with_gaps_is_refused() -> None:
    with pytest.raises(InvalidBatch, match="has offsets without records"):
        list(read_batches(build_batch([Record(0, 5, None, b"a")], leader_epoch=1, last_offset=3)))


def test_a_batch_of_another_format_is_refused() -> None:
    batch = bytearray(data_batch([b"a"], 5).at(0, 1))
    batch[16] = 1
    with pytest.raises(InvalidBatch, match="magic version 1"):
        list(read_batches(bytes(batch)))


def test_a_batch_that_claims_more_records_than_it_has_is_refused() -> None:
    batch = bytearray(data_batch([b"a", b"b"], 5).at(0, 1))
    batch[57:61] = (3).to_bytes(4, "big")
    batch[23:27] = (2).to_bytes(4, "big")
    seal(batch, 0, len(batch))
    set_base_offset(batch, 0)
    (view,) = read_batches(bytes(batch))
    with pytest.raises(InvalidBatch):
        list(read_records(view))


def test_metadata_records_are_read_back() -> None:
    (view,) = read_batches(metadata_batch([(NoOpRecord(), 0)], 5).at(3, 1))
    assert read_metadata_records(view) == [NoOpRecord()]


def test_control_records_are_read_back() -> None:
    records = [
        leader_change_record(1, [1, 2], [1]),
        kraft_version_record(1),
        voter_set_record(VoterSet.of(voter(1), voter(2))),
    ]
    (view,) = read_batches(control_records_batch(records, 5).at(3, 1))
    assert view.is_control
    assert read_control_records(view) == records


def test_voters_are_recovered_from_the_snapshot_and_the_log_behind_it() -> None:
    snapshot = EpochAndOffset(epoch=1, offset=10)
    first = control_records_batch([kraft_version_record(1), voter_set_record(VoterSet.of(voter(1)))], 5).at(
        0, 1
    )
    behind = control_records_batch([voter_set_record(VoterSet.of(voter(1), voter(2)))], 5)
    log = [view for offset in (3, 12) for view in read_batches(behind.at(offset, 1))]
    history = recover_voters(VoterSet.of(), snapshot, first, log)
    assert [(offset, voters.ids) for offset, voters in history.voter_sets.entries] == [(9, [1]), (12, [1, 2])]
    assert history.kraft_version == 1
