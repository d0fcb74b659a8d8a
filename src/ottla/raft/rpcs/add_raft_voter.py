"""AddRaftVoter (80), versions 0-1: a controller becomes a voter (KIP-853.

Answer before the commit from version 1). The leader asks the new voter by ApiVersions which kraft.versions it
supports, and it must be nearly caught up.
"""

from ottla import __version__
from ottla.model.errors import ErrorCode
from ottla.model.uuid import ZERO, Uuid
from ottla.raft.events import RequestReceived
from ottla.raft.replica import Replica, VoterChange
from ottla.raft.rpcs.envelope import error_of, named_endpoints
from ottla.raft.rpcs.voter_change import ADD, Refusal, append_voters, changeable_voters, end_change, refuse
from ottla.raft.states.follower import Follower
from ottla.raft.states.leader import Leader
from ottla.raft.voters import Endpoints, ReplicaKey, VersionRange, Voter
from ottla.wire.message import Message
from ottla.wire.messages import add_raft_voter_request, add_raft_voter_response, api_versions_response
from ottla.wire.messages.api_versions_request import ApiVersionsRequest

_CAUGHT_UP_MS = 3_600_000
"""A replica that was caught up and fetched within the last hour may vote."""
_KRAFT_VERSION = "kraft.version"


def request(replica: Replica) -> add_raft_voter_request.AddRaftVoterRequest:
    """Ask to become a voter oneself (`controller.quorum.auto.join.enable`)."""
    return add_raft_voter_request.AddRaftVoterRequest(
        cluster_id=replica.identity.cluster_id,
        timeout_ms=replica.config.request_timeout_ms,
        voter_id=replica.node_id,
        voter_directory_id=replica.identity.key.directory_id,
        listeners=[
            add_raft_voter_request.Listener(name=name, host=address.host, port=address.port)
            for name, address in replica.identity.endpoints.items()
        ],
        ack_when_committed=False,
    )


def answer(replica: Replica, event: RequestReceived) -> None:
    asked = event.request
    assert isinstance(asked, add_raft_voter_request.AddRaftVoterRequest), "sent by its key"
    key = ReplicaKey(asked.voter_id, Uuid(asked.voter_directory_id))
    endpoints = named_endpoints(asked.listeners)
    refusal = _what_is_wrong(replica, asked, key, endpoints)
    if refusal is not None:
        refuse(replica, event.ticket, ADD, refusal)
        return
    added = Voter(key, endpoints, VersionRange(0, 0))
    destination = added.node(replica.identity.listener)
    assert destination is not None, "its listener was checked"
    replica.send(
        destination, ApiVersionsRequest(client_software_name="ottla", client_software_version=__version__)
    )
    deadline = replica.now.mono_ms + replica.config.request_timeout_ms
    replica.voter_change = VoterChange(event.ticket, ADD, deadline, added, asked.ack_when_committed)


def settle(replica: Replica, response: Message) -> bool:
    """The leader's answer to `request`; whatever it was, ask again in a while if still needed."""
    assert isinstance(response, add_raft_voter_response.AddRaftVoterResponse), "sent by its key"
    settled = (ErrorCode.NONE, ErrorCode.REQUEST_TIMED_OUT, ErrorCode.DUPLICATE_VOTER)
    if isinstance(replica.state, Follower):
        replica.state.update_voter_deadline_ms = replica.now.mono_ms + replica.config.fetch_timeout_ms
    return error_of(response.error_code) in settled


def settle_api_versions(replica: Replica, peer: int, response: Message) -> bool:
    """The new voter tells what it supports: write the new voter set."""
    assert isinstance(response, api_versions_response.ApiVersionsResponse), "sent by its key"
    change = replica.voter_change
    if change is None or change.added is None or change.added.key.node_id != peer:
        return True
    error = error_of(response.error_code)
    if error is not ErrorCode.NONE:
        message = f"Aborted add voter operation for since API_VERSIONS returned an error {error.name}"
        end_change(replica, change, ErrorCode.REQUEST_TIMED_OUT, message)
        return False
    levels = _supported(response)
    refusal = _unfit(replica, change.added.key, levels)
    if refusal is not None:
        end_change(replica, change, refusal.error, refusal.message)
        return True
    voters = replica.voter_set.added(change.added._replace(kraft_versions=levels))
    assert voters is not None, "it was no voter, and no other change came between"
    change.added, change.end_offset = None, append_voters(replica, voters)
    if not change.acknowledge_when_committed and change.ticket is not None:
        refuse(replica, change.ticket, ADD, Refusal(ErrorCode.NONE))
        change.ticket = None
    return True


def asked_in_vain(replica: Replica, peer: int, error: ErrorCode) -> None:
    """The new voter could not be asked."""
    change = replica.voter_change
    if change is not None and change.added is not None and change.added.key.node_id == peer:
        message = f"Aborted add voter operation for since API_VERSIONS returned an error {error.name}"
        end_change(replica, change, ErrorCode.REQUEST_TIMED_OUT, message)


def _what_is_wrong(
    replica: Replica, asked: add_raft_voter_request.AddRaftVoterRequest, key: ReplicaKey, endpoints: Endpoints
) -> Refusal | None:
    voters = changeable_voters(replica, asked.cluster_id, "adding")
    if isinstance(voters, Refusal) and voters.error in (
        ErrorCode.INCONSISTENT_CLUSTER_ID,
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.BROKER_NOT_AVAILABLE,
    ):
        return voters
    if key.node_id < 0 or key.directory_id == ZERO:
        return Refusal(ErrorCode.INVALID_REQUEST, "Add voter request didn't include a valid voter")
    listener = replica.identity.listener
    if listener not in endpoints:
        return Refusal(
            ErrorCode.INVALID_REQUEST,
            f"Add voter request didn't include the endpoint ({dict(endpoints)}) for the default listener "
            f"{listener}",
        )
    if isinstance(voters, Refusal):
        return voters
    if key.node_id in voters.by_id:
        known = ", ".join(str(voter.key) for voter in voters.voters())
        return Refusal(
            ErrorCode.DUPLICATE_VOTER,
            f"The voter id for {key} is already part of the set of voters [{known}].",
        )
    if replica.connections.busy_until(key.node_id, replica.now.mono_ms) is not None:
        return Refusal(ErrorCode.REQUEST_TIMED_OUT, f"New voter {key} is not ready to receive requests")
    return None


def _supported(response: api_versions_response.ApiVersionsResponse) -> VersionRange:
    """Who does not name the feature supports 0 alone."""
    for feature in response.supported_features:
        if feature.name == _KRAFT_VERSION:
            return VersionRange(feature.min_version, feature.max_version)
    return VersionRange(0, 0)


def _unfit(replica: Replica, key: ReplicaKey, levels: VersionRange) -> Refusal | None:
    level = replica.voters.kraft_version
    if not levels.lowest <= level <= levels.highest:
        return Refusal(
            ErrorCode.INVALID_REQUEST,
            f"Aborted add voter operation for {key} since the kraft.version range (min: {levels.lowest}, "
            f"max: {levels.highest}) doesn't support the finalized version {level}",
        )
    if not _is_caught_up(replica, key):
        return Refusal(
            ErrorCode.REQUEST_TIMED_OUT, f"Aborted add voter operation for {key} since it is lagging behind"
        )
    return None


def _is_caught_up(replica: Replica, key: ReplicaKey) -> bool:
    leader = replica.state
    progress = leader.observers.get(key) if isinstance(leader, Leader) else None
    if progress is None or progress.last_caught_up_wall_ms < 0 or progress.last_fetch_ms is None:
        return False
    return progress.last_fetch_ms > replica.now.mono_ms - _CAUGHT_UP_MS
