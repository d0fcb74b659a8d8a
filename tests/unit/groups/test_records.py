"""The records of `__consumer_offsets`: what Kafka 4.3 writes, and every older version that it still reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.groups.apply import IllegalReplay, apply
from ottla.groups.classic_group import ClassicGroup
from ottla.groups.committed_offset import CommittedOffset
from ottla.groups.group_metadata import GroupMetadata, MemberMetadata
from ottla.groups.records import (
    GroupRecord,
    decode_record,
    encode_record,
    group_metadata,
    group_tombstone,
    offset_commit,
    offset_tombstone,
)
from ottla.groups.state import GroupState
from ottla.model.ids import TopicPartition
from ottla.model.uuid import ZERO
from ottla.wire.messages.group_metadata_key import GroupMetadataKey
from ottla.wire.messages.group_metadata_value import GroupMetadataValue
from ottla.wire.messages.group_metadata_value import MemberMetadata as MemberValue
from ottla.wire.messages.legacy_offset_commit_key import LegacyOffsetCommitKey
from ottla.wire.messages.legacy_offset_commit_value import LegacyOffsetCommitValue
from ottla.wire.messages.offset_commit_key import OffsetCommitKey
from ottla.wire.messages.offset_commit_value import OffsetCommitValue
from ottla.wire.primitives import ProtocolError, UnsupportedVersion

AT = TopicPartition("t", 3)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
number = st.integers(0, 2**31 - 1)
members = st.builds(
    MemberMetadata,
    text,
    st.none() | text,
    text,
    text,
    number,
    number,
    st.binary(max_size=9),
    st.binary(max_size=9),
)
generations = st.builds(
    GroupMetadata,
    st.none() | text.filter(bool),
    st.none() | text,
    number,
    st.none() | text,
    st.none() | number,
    st.lists(
        members,
        max_size=3,
        unique_by=(lambda m: m.id, lambda m: (m.instance_id, m.id if m.instance_id is None else None)),
    ).map(tuple),
)
offsets = st.builds(
    CommittedOffset,
    offset=st.integers(-(2**63), 2**63 - 1),
    leader_epoch=st.integers(-1, 2**31 - 1),
    metadata=text,
    committed_at_ms=number,
    expires_at_ms=st.just(-1),
    topic_id=st.binary(min_size=16, max_size=16),
    record_offset=st.just(0),
)


def replayed(*records: GroupRecord) -> GroupState:
    state = GroupState()
    for record in records:
        state = apply(state, decode_record(*encode_record(record)))
    return state


@given(generations)
def test_a_generation_is_read_as_it_was_written(metadata: GroupMetadata) -> None:
    assert replayed(group_metadata("g", metadata)).groups["g"] == metadata


@given(offsets)
def test_an_offset_is_read_as_it_was_written(committed: CommittedOffset) -> None:
    assert replayed(offset_commit("g", AT, committed)).offsets_of("g")[AT] == committed


def test_an_offset_that_expires_when_the_client_wants_loses_what_its_old_format_has_no_room_for() -> None:
    committed = CommittedOffset(7, 5, "m", 100, 200, b"x" * 16, 0)
    found = replayed(offset_commit("g", AT, committed)).offsets_of("g")[AT]
    assert found == committed._replace(leader_epoch=-1, topic_id=ZERO)


def test_the_versions_are_those_that_kafka_4_3_writes() -> None:
    committed = CommittedOffset(7, 5, "m", 100, -1, b"x" * 16, 0)
    assert group_metadata("g", GroupMetadata()).version == 3
    assert offset_commit("g", AT, committed).version == 4
    assert offset_commit("g", AT, committed._replace(expires_at_ms=200)).version == 1


def test_keys_bear_their_type_and_tombstones_no_value() -> None:
    assert encode_record(group_tombstone("g")) == (b"\x00\x02\x00\x01g", None)
    assert encode_record(offset_tombstone("g", AT)) == (b"\x00\x01\x00\x01g\x00\x01t\x00\x00\x00\x03", None)


@pytest.mark.parametrize("version", range(5))
def test_every_version_of_a_generation_replays(version: int) -> None:
    member = MemberValue(
        member_id="m",
        client_id="c",
        client_host="/h",
        session_timeout=10,
        rebalance_timeout=-1 if version == 0 else 20,
        subscription=b"s",
        assignment=b"a",
    )
    value = GroupMetadataValue(
        protocol_type="consumer", generation=4, protocol="range", leader="m", members=[member]
    )
    if version >= 2:
        value.current_state_timestamp = 1_000
    found = replayed(GroupRecord(GroupMetadataKey(group="g"), value, version)).groups["g"]
    expected = MemberMetadata("m", None, "c", "/h", 10 if version == 0 else 20, 10, b"s", b"a")
    since_ms = 1_000 if version >= 2 else None
    assert found == GroupMetadata("consumer", "range", 4, "m", since_ms, (expected,))


@pytest.mark.parametrize("version", range(5))
def test_every_version_of_an_offset_replays(version: int) -> None:
    key = OffsetCommitKey(group="g", topic="t", partition=3)
    value = OffsetCommitValue(offset=7, metadata="m", commit_timestamp=100)
    if version == 1:
        value.expire_timestamp = 200
    if version >= 3:
        value.leader_epoch = 5
    if version >= 4:
        value.topic_id = b"x" * 16
    found = replayed(GroupRecord(key, value, version)).offsets_of("g")[AT]
    assert found == CommittedOffset(
        7,
        5 if version >= 3 else -1,
        "m",
        100,
        200 if version == 1 else -1,
        b"x" * 16 if version >= 4 else ZERO,
        0,
    )


def test_offsets_of_the_oldest_type_replay_like_the_others() -> None:
    key = LegacyOffsetCommitKey(group="g", topic="t", partition=3)
    value = LegacyOffsetCommitValue(offset=7, metadata="m", commit_timestamp=100)
    state = replayed(GroupRecord(key, value))
    assert state.offsets_of("g")[AT] == CommittedOffset(7, -1, "m", 100, -1, ZERO, 0)
    assert len(apply(state, offset_tombstone("g", AT)).offsets) == 0


def test_the_last_record_of_a_key_stands() -> None:
    first, second = GroupMetadata(generation=1), GroupMetadata(generation=2)
    state = replayed(group_metadata("g", first), group_metadata("g", second), group_tombstone("h"))
    assert state.groups.sorted_items() == [("g", second)]
    assert state.next_offset == 3


def test_a_version_that_is_not_known_is_named() -> None:
    key, value = encode_record(group_metadata("g", GroupMetadata()))
    assert value is not None
    with pytest.raises(UnsupportedVersion, match="version 9 of GroupMetadataValue"):
        decode_record(key, b"\x00\x09" + value[2:])


@given(st.binary(max_size=30), st.none() | st.binary(max_size=30))
def test_bytes_that_are_no_record_are_refused_by_name(key: bytes, value: bytes | None) -> None:
    try:
        decode_record(key, value)
    except (ProtocolError, UnsupportedVersion):
        return


@pytest.mark.parametrize("instances", [(None, None), ("i", "i")], ids=["id", "instance"])
def test_a_generation_with_a_member_twice_is_none(instances: tuple[str | None, str | None]) -> None:
    ids = ("m", "m") if instances[0] is None else ("m", "n")
    members = tuple(
        MemberMetadata(id_, instance, "", "", 1, 1, b"", b"")
        for id_, instance in zip(ids, instances, strict=True)
    )
    with pytest.raises(IllegalReplay, match="Group g has a member twice"):
        replayed(group_metadata("g", GroupMetadata("consumer", "range", 1, "m", None, members)))


@pytest.mark.parametrize("leader", [None, "", "ghost"])
def test_a_generation_whose_leader_is_no_member_is_led_by_one(leader: str | None) -> None:
    member = MemberMetadata("m", None, "", "", 1, 1, b"", b"")
    metadata = GroupMetadata("consumer", "range", 1, leader, None, (member,))
    assert ClassicGroup.loaded("g", metadata).leader == "m"
