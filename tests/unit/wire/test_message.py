"""What messages share: comparison, text, defaults of their own, and refusals by name."""

import pytest

from ottla.wire.messages.fetch_request import FetchRequest, ReplicaState
from ottla.wire.messages.heartbeat_request import HeartbeatRequest
from ottla.wire.messages.metadata_request import MetadataRequest
from ottla.wire.messages.offset_commit_request import OffsetCommitRequest, OffsetCommitRequestTopic
from ottla.wire.messages.produce_response import LeaderIdAndEpoch
from ottla.wire.primitives import ProtocolError, Reader, UnsupportedVersion, put_compact_array


def test_messages_with_equal_fields_are_equal() -> None:
    assert HeartbeatRequest(group_id="a") == HeartbeatRequest(group_id="a")
    assert HeartbeatRequest(group_id="a") != HeartbeatRequest(group_id="b")
    assert HeartbeatRequest() != MetadataRequest()


def test_a_message_shows_its_fields() -> None:
    text = repr(OffsetCommitRequestTopic(name="a"))
    assert text.startswith("OffsetCommitRequestTopic(name='a', topic_id=")


def test_a_message_has_no_hash() -> None:
    with pytest.raises(TypeError):
        hash(HeartbeatRequest())


def test_every_message_has_lists_and_structs_of_its_own() -> None:
    assert OffsetCommitRequest().topics is not OffsetCommitRequest().topics
    assert FetchRequest().replica_state is not FetchRequest().replica_state


def test_a_field_that_the_version_lacks_and_that_matters_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedVersion, match="non-default groupInstanceId at version 2"):
        HeartbeatRequest(group_instance_id="static").write(bytearray(), 2)
    with pytest.raises(UnsupportedVersion, match="non-default replicaState at version 14"):
        FetchRequest(replica_state=ReplicaState(replica_id=1)).write(bytearray(), 14)


def test_a_null_that_the_version_lacks_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedVersion, match="null topics at version 0"):
        MetadataRequest(topics=None).write(bytearray(), 0)


def test_a_struct_that_ends_with_numbers_skips_tags_that_we_do_not_know() -> None:
    plain = LeaderIdAndEpoch(leader_id=1, leader_epoch=2)
    out = bytearray()
    plain.write(out, 10)
    assert out.endswith(b"\x00")
    source = Reader(bytes(out[:-1]) + b"\x02\x05\x01a\x06\x00" + b"rest")
    assert LeaderIdAndEpoch.read(source, 10) == plain
    assert source.remaining == len(b"rest")


def test_tags_that_we_know_and_others_stand_side_by_side() -> None:
    out = bytearray()
    FetchRequest(cluster_id="c").write(out, 18)
    assert out.endswith(b"\x01\x00\x02\x02c")
    source = Reader(bytes(out[:-5]) + b"\x02\x00\x02\x02c\x63\x03new")
    assert FetchRequest.read(source, 18) == FetchRequest(cluster_id="c")


def test_a_small_frame_does_not_become_a_large_tree() -> None:
    empty_topics = bytearray()
    put_compact_array(empty_topics, 1_000_000)
    empty_topics += bytes(16) * 1_000_000
    with pytest.raises(ProtocolError, match="too many elements"):
        MetadataRequest.read(Reader(empty_topics), 12)
