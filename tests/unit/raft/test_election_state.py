"""quorum-state: byte for byte as Kafka writes it, and nothing else is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.model.uuid import ZERO, Uuid
from ottla.raft.election_state import (
    ElectionState,
    QuorumStateError,
    decode_quorum_state,
    encode_quorum_state,
)
from ottla.raft.voters import ReplicaKey

NODE_IDS = st.integers(0, 2**31 - 1)
DIRECTORIES = st.binary(min_size=16, max_size=16).map(Uuid)


def test_version_0_names_the_voters() -> None:
    assert encode_quorum_state(ElectionState(2, leader_id=1), 0, [1, 2]) == (
        b'{"clusterId":"","leaderId":1,"leaderEpoch":2,"votedId":-1,"appliedOffset":0,'
        b'"currentVoters":[{"voterId":1},{"voterId":2}],"data_version":0}'
    )


def test_version_1_names_the_directory_of_the_vote() -> None:
    assert encode_quorum_state(ElectionState(2, leader_id=1), 1, [1]) == (
        b'{"leaderId":1,"leaderEpoch":2,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}'
    )


@given(st.integers(0, 2**31 - 1), st.none() | NODE_IDS, st.none() | st.tuples(NODE_IDS, DIRECTORIES))
def test_what_is_written_is_read_back(
    epoch: int, leader_id: int | None, voted: tuple[int, Uuid] | None
) -> None:
    state = ElectionState(epoch, leader_id, ReplicaKey(*voted) if voted else None)
    assert decode_quorum_state(encode_quorum_state(state, 1, [])) == state
    old = ElectionState(epoch, leader_id, ReplicaKey(voted[0]) if voted else None)
    assert decode_quorum_state(encode_quorum_state(state, 0, [1, 2])) == old


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"leaderId":1,"leaderEpoch":2,"votedId":-1,"data_version":1}',
        b'{"leaderId":1,"leaderEpoch":2,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":2}',
        b'{"leaderId":"1","leaderEpoch":2,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}',
        b'{"clusterId":"","leaderId":1,"leaderEpoch":2,"votedId":-1,"appliedOffset":0,"data_version":0}',
    ],
)
def test_a_damaged_file_is_refused(content: bytes) -> None:
    with pytest.raises(QuorumStateError):
        decode_quorum_state(content)


def test_a_vote_without_a_directory_is_for_the_node() -> None:
    replica = ReplicaKey(1, Uuid(b"x" * 16))
    assert ElectionState(1, voted_key=ReplicaKey(1, ZERO)).voted_for(replica)
    assert not ElectionState(1, voted_key=ReplicaKey(1, Uuid(b"y" * 16))).voted_for(replica)
    assert not ElectionState(1, voted_key=ReplicaKey(2, ZERO)).voted_for(replica)
    assert not ElectionState(1).voted_for(replica)
