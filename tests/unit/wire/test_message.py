"""What messages share: comparison, text, defaults of their own, and refusals by name."""

import pytest

from ottla.wire.messages.fetch_request import FetchRequest, ReplicaState
from ottla.wire.messages.heartbeat_request import HeartbeatRequest
from ottla.wire.messages.metadata_request import MetadataRequest
from ottla.wire.messages.offset_commit_request import OffsetCommitRequest, OffsetCommitRequestTopic
from ottla.wire.primitives import UnsupportedVersion


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
