"""Each request to the file that answers it, each answer to the file that asked."""

from ottla.raft.events import RequestReceived
from ottla.raft.replica import Replica
from ottla.raft.rpcs import (
    begin_quorum_epoch,
    describe_quorum,
    end_quorum_epoch,
    fetch,
    fetch_snapshot,
    replication,
    snapshot_download,
    update_raft_voter,
    vote,
)
from ottla.wire.message import Message
from ottla.wire.messages.begin_quorum_epoch_request import BeginQuorumEpochRequest
from ottla.wire.messages.begin_quorum_epoch_response import BeginQuorumEpochResponse
from ottla.wire.messages.describe_quorum_request import DescribeQuorumRequest
from ottla.wire.messages.end_quorum_epoch_request import EndQuorumEpochRequest
from ottla.wire.messages.end_quorum_epoch_response import EndQuorumEpochResponse
from ottla.wire.messages.fetch_request import FetchRequest
from ottla.wire.messages.fetch_response import FetchResponse
from ottla.wire.messages.fetch_snapshot_request import FetchSnapshotRequest
from ottla.wire.messages.fetch_snapshot_response import FetchSnapshotResponse
from ottla.wire.messages.update_raft_voter_request import UpdateRaftVoterRequest
from ottla.wire.messages.update_raft_voter_response import UpdateRaftVoterResponse
from ottla.wire.messages.vote_request import VoteRequest
from ottla.wire.messages.vote_response import VoteResponse


def answer_request(replica: Replica, event: RequestReceived) -> None:
    match event.request:
        case FetchRequest() as asked:
            fetch.answer(replica, event, asked)
        case VoteRequest() as asked:
            vote.answer(replica, event, asked)
        case BeginQuorumEpochRequest() as asked:
            begin_quorum_epoch.answer(replica, event, asked)
        case EndQuorumEpochRequest() as asked:
            end_quorum_epoch.answer(replica, event, asked)
        case FetchSnapshotRequest() as asked:
            fetch_snapshot.answer(replica, event, asked)
        case DescribeQuorumRequest() as asked:
            describe_quorum.answer(replica, event, asked)
        case UpdateRaftVoterRequest() as asked:
            update_raft_voter.answer(replica, event, asked)
        case other:
            raise AssertionError(f"{type(other).__name__} is no request of the quorum")


def settle_response(replica: Replica, correlation_id: int, response: Message) -> None:
    """Handle an answer that is still waited for.

    Any other comes from an earlier state and says nothing new.
    """
    peer = replica.connections.peer_of(correlation_id)
    if peer is None:
        return
    settled = _settle(replica, peer, response)
    replica.connections.finish(correlation_id, replica.now.mono_ms, succeeded=settled)


def _settle(replica: Replica, peer: int, response: Message) -> bool:
    match response:
        case FetchResponse():
            return replication.settle(replica, response)
        case VoteResponse():
            return vote.settle(replica, peer, response)
        case BeginQuorumEpochResponse():
            return begin_quorum_epoch.settle(replica, peer, response)
        case EndQuorumEpochResponse():
            return end_quorum_epoch.settle(replica, peer, response)
        case FetchSnapshotResponse():
            return snapshot_download.settle(replica, response)
        case UpdateRaftVoterResponse():
            return update_raft_voter.settle(replica, response)
        case _:
            raise AssertionError(f"{type(response).__name__} answers no request of the quorum")
