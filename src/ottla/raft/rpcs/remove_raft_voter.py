"""RemoveRaftVoter (81), version 0: a voter votes no more (KIP-853). A leader may remove itself.

It resigns later.
"""

from ottla.model.errors import ErrorCode
from ottla.model.uuid import ZERO, Uuid
from ottla.raft.events import RequestReceived
from ottla.raft.replica import Replica, VoterChange
from ottla.raft.rpcs.envelope import error_of
from ottla.raft.rpcs.voter_change import REMOVE, Refusal, append_voters, changeable_voters, refuse
from ottla.raft.states.follower import Follower
from ottla.raft.voters import ReplicaKey, VoterSet
from ottla.wire.message import Message
from ottla.wire.messages.remove_raft_voter_request import RemoveRaftVoterRequest
from ottla.wire.messages.remove_raft_voter_response import RemoveRaftVoterResponse


def request(replica: Replica, voter: ReplicaKey) -> RemoveRaftVoterRequest:
    """Ask to forget `voter`, the own node with the directory that it had before."""
    return RemoveRaftVoterRequest(
        cluster_id=replica.identity.cluster_id,
        voter_id=voter.node_id,
        voter_directory_id=voter.directory_id,
    )


def answer(replica: Replica, event: RequestReceived) -> None:
    asked = event.request
    assert isinstance(asked, RemoveRaftVoterRequest), "sent by its key"
    changed = _without(replica, asked)
    if isinstance(changed, Refusal):
        refuse(replica, event.ticket, REMOVE, changed)
        return
    deadline = replica.now.mono_ms + replica.config.request_timeout_ms
    end_offset = append_voters(replica, changed)
    replica.voter_change = VoterChange(event.ticket, REMOVE, deadline, end_offset=end_offset)


def settle(replica: Replica, response: Message) -> bool:
    """The leader's answer to `request`; whatever it was, ask again in a while if still needed."""
    assert isinstance(response, RemoveRaftVoterResponse), "sent by its key"
    settled = (ErrorCode.NONE, ErrorCode.REQUEST_TIMED_OUT, ErrorCode.VOTER_NOT_FOUND)
    if isinstance(replica.state, Follower):
        replica.state.update_voter_deadline_ms = replica.now.mono_ms + replica.config.fetch_timeout_ms
    return error_of(response.error_code) in settled


def _without(replica: Replica, asked: RemoveRaftVoterRequest) -> VoterSet | Refusal:
    voters = changeable_voters(replica, asked.cluster_id, "removing")
    if isinstance(voters, Refusal):
        return voters
    key = ReplicaKey(asked.voter_id, Uuid(asked.voter_directory_id))
    if key.node_id < 0 or key.directory_id == ZERO:
        return Refusal(ErrorCode.INVALID_REQUEST, "Remove voter request didn't include a valid voter")
    changed = voters.removed(key)
    if changed is not None:
        return changed
    known = ", ".join(str(voter.key) for voter in voters.voters())
    return Refusal(ErrorCode.VOTER_NOT_FOUND, f"Cannot remove voter {key} from the set of voters [{known}]")
