"""What AddRaftVoter and RemoveRaftVoter share: the conditions of a change, and its end (KIP-853).

Only one change may be under way, and only over a committed voter set: then the majorities before and after it
overlap.
"""

from typing import NamedTuple

from ottla.model.errors import ErrorCode
from ottla.model.ids import Ticket
from ottla.raft.control_records import control_records_batch, voter_set_record
from ottla.raft.effects import Answer
from ottla.raft.leader_log import append_as_leader
from ottla.raft.replica import Replica, VoterChange
from ottla.raft.rpcs.envelope import is_cluster, refuse_as_leader
from ottla.raft.states.leader import Leader
from ottla.raft.voters import VoterSet
from ottla.wire.messages.add_raft_voter_response import AddRaftVoterResponse
from ottla.wire.messages.remove_raft_voter_response import RemoveRaftVoterResponse

ADD, REMOVE = 80, 81


class Refusal(NamedTuple):
    """Why nothing is changed; without a message Kafka's text for the error is told."""

    error: ErrorCode
    message: str | None = None


def changeable_voters(replica: Replica, cluster_id: str | None, verb: str) -> VoterSet | Refusal:
    """The committed voter set that may be changed now. `verb` is «adding» or «removing», for the texts."""
    if not is_cluster(replica, cluster_id):
        return Refusal(
            ErrorCode.INCONSISTENT_CLUSTER_ID,
            f'The given id "{cluster_id}" doesn\'t match the cluster id "{replica.identity.cluster_id}"',
        )
    refused = refuse_as_leader(replica, replica.state.epoch)
    leader = replica.state
    if refused is not None or not isinstance(leader, Leader):
        return Refusal(refused or ErrorCode.NOT_LEADER_OR_FOLLOWER)
    if replica.voter_change is not None:
        return Refusal(
            ErrorCode.REQUEST_TIMED_OUT,
            "Request timed out waiting for leader to handle previous voter change request",
        )
    if leader.high_watermark is None:
        return Refusal(
            ErrorCode.REQUEST_TIMED_OUT,
            "Request timed out waiting for leader to establish HWM and fence previous voter changes",
        )
    if replica.voters.kraft_version == 0:
        return Refusal(
            ErrorCode.UNSUPPORTED_VERSION,
            f"Cluster doesn't support {verb} voter because the kraft.version feature is 0",
        )
    offset = replica.voters.last_offset
    if offset is None or offset >= leader.high_watermark:
        return Refusal(
            ErrorCode.REQUEST_TIMED_OUT,
            "Request timed out waiting for voters to commit the latest voter change at "
            f"{'Optional.empty' if offset is None else f'Optional[{offset}]'} with HWM "
            f"{leader.high_watermark}",
        )
    return replica.voter_set


def append_voters(replica: Replica, voters: VoterSet) -> int:
    """Write the new voter set, which counts at once; returns where its record ends."""
    leader = replica.state
    assert isinstance(leader, Leader), "only a leader changes the voters"
    append_as_leader(replica, leader, control_records_batch([voter_set_record(voters)], replica.now.wall_ms))
    return replica.log.end_offset


def refuse(replica: Replica, ticket: Ticket, api_key: int, refusal: Refusal) -> None:
    message = refusal.message
    if message is None and refusal.error is not ErrorCode.NONE:
        message = refusal.error.text
    kind = AddRaftVoterResponse if api_key == ADD else RemoveRaftVoterResponse
    replica.emit(Answer(ticket, kind(error_code=refusal.error, error_message=message)))


def end_change(replica: Replica, change: VoterChange, error: ErrorCode, message: str | None = None) -> None:
    """Answer who waits; the next change may come."""
    replica.voter_change = None
    if change.ticket is not None:
        refuse(replica, change.ticket, change.api_key, Refusal(error, message))


def end_due_change(replica: Replica) -> None:
    """End the change under way if it is committed, took too long, or if this replica leads no more."""
    change, leader = replica.voter_change, replica.state
    if change is None:
        return
    if not isinstance(leader, Leader) or replica.shutdown is not None:
        end_change(replica, change, ErrorCode.NOT_LEADER_OR_FOLLOWER)
    elif change.end_offset is not None and change.end_offset <= (leader.high_watermark or 0):
        end_change(replica, change, ErrorCode.NONE)
    elif change.deadline_ms <= replica.now.mono_ms:
        end_change(replica, change, ErrorCode.REQUEST_TIMED_OUT)
