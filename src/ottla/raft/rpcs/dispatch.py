"""Each request to the file that answers it, each answer to the file that asked.

The files are imported when they are first needed: a quorum of one speaks to nobody while it starts.
"""

from ottla.model.errors import ErrorCode
from ottla.raft.events import RequestReceived
from ottla.raft.replica import Replica
from ottla.raft.states.prospective import Prospective
from ottla.raft.transitions import become_candidate
from ottla.wire.message import Message


def answer_request(replica: Replica, event: RequestReceived) -> None:
    match event.request.KEY:
        case 1:
            from ottla.raft.rpcs import fetch

            fetch.answer(replica, event)
        case 52:
            from ottla.raft.rpcs import vote

            vote.answer(replica, event)
        case 53:
            from ottla.raft.rpcs import begin_quorum_epoch

            begin_quorum_epoch.answer(replica, event)
        case 54:
            from ottla.raft.rpcs import end_quorum_epoch

            end_quorum_epoch.answer(replica, event)
        case 55:
            from ottla.raft.rpcs import describe_quorum

            describe_quorum.answer(replica, event)
        case 59:
            from ottla.raft.rpcs import fetch_snapshot

            fetch_snapshot.answer(replica, event)
        case 82:
            from ottla.raft.rpcs import update_raft_voter

            update_raft_voter.answer(replica, event)
        case 80:
            from ottla.raft.rpcs import add_raft_voter

            add_raft_voter.answer(replica, event)
        case 81:
            from ottla.raft.rpcs import remove_raft_voter

            remove_raft_voter.answer(replica, event)
        case key:
            raise AssertionError(f"api key {key} is no request of the quorum")


def serve_parked_fetches(replica: Replica) -> None:
    if replica.parked:
        from ottla.raft.rpcs import fetch

        fetch.serve_parked(replica)


def end_due_voter_change(replica: Replica) -> None:
    if replica.voter_change is not None:
        from ottla.raft.rpcs import voter_change

        voter_change.end_due_change(replica)


def request_failed(replica: Replica, correlation_id: int, error: ErrorCode) -> None:
    """No answer will come: leave the peer alone for a while."""
    peer = replica.connections.peer_of(correlation_id)
    if peer is None:
        return
    replica.connections.finish(correlation_id, replica.now.mono_ms, succeeded=False)
    if error is ErrorCode.UNSUPPORTED_VERSION and isinstance(replica.state, Prospective):
        # A voter that knows no pre-vote can only be asked in earnest.
        become_candidate(replica)
    elif replica.voter_change is not None:
        from ottla.raft.rpcs import add_raft_voter

        add_raft_voter.asked_in_vain(replica, peer, error)


def settle_response(replica: Replica, correlation_id: int, response: Message) -> None:
    """Handle an answer that is still waited for.

    Any other comes from an earlier state and says nothing new.
    """
    peer = replica.connections.peer_of(correlation_id)
    if peer is not None:
        settled = _settle(replica, peer, response)
        replica.connections.finish(correlation_id, replica.now.mono_ms, succeeded=settled)


def _settle(replica: Replica, peer: int, response: Message) -> bool:
    match response.KEY:
        case 1:
            from ottla.raft.rpcs import replication

            return replication.settle(replica, response)
        case 52:
            from ottla.raft.rpcs import vote

            return vote.settle(replica, peer, response)
        case 53:
            from ottla.raft.rpcs import begin_quorum_epoch

            return begin_quorum_epoch.settle(replica, peer, response)
        case 54:
            from ottla.raft.rpcs import end_quorum_epoch

            return end_quorum_epoch.settle(replica, peer, response)
        case 59:
            from ottla.raft.rpcs import snapshot_download

            return snapshot_download.settle(replica, response)
        case 82:
            from ottla.raft.rpcs import update_raft_voter

            return update_raft_voter.settle(replica, response)
        case 18:
            from ottla.raft.rpcs import add_raft_voter

            return add_raft_voter.settle_api_versions(replica, peer, response)
        case 80:
            from ottla.raft.rpcs import add_raft_voter

            return add_raft_voter.settle(replica, response)
        case 81:
            from ottla.raft.rpcs import remove_raft_voter

            return remove_raft_voter.settle(replica, response)
        case key:
            raise AssertionError(f"api key {key} answers no request of the quorum")
