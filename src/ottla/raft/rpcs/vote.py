"""Vote (52), versions 0-2: pre-votes (KIP-996, from version 2) and votes (KIP-595)."""

from ottla.model.errors import ErrorCode
from ottla.model.uuid import Uuid
from ottla.raft.effects import Answer
from ottla.raft.events import RequestReceived
from ottla.raft.positions import EpochAndOffset
from ottla.raft.replica import Replica
from ottla.raft.rpcs.envelope import (
    PARTITION,
    TOPIC,
    error_of,
    is_addressee,
    is_cluster,
    leader_id_or_none,
    leader_nodes,
    only_partition,
    refuse_as_voter,
    settle_common,
    settle_top_level,
    told_leadership,
)
from ottla.raft.states.candidate import Candidate
from ottla.raft.states.prospective import Prospective
from ottla.raft.states.unattached import Unattached
from ottla.raft.transitions import (
    add_vote,
    after_lost_pre_vote,
    become_candidate,
    become_leader,
    become_unattached,
)
from ottla.raft.voters import ReplicaKey
from ottla.wire.message import Message
from ottla.wire.messages import vote_request, vote_response


def request(replica: Replica, voter: ReplicaKey, *, pre_vote: bool) -> vote_request.VoteRequest:
    """Ask `voter` for its vote, or whether it would give one."""
    end = replica.log.end
    partition = vote_request.PartitionData(
        partition_index=PARTITION,
        replica_epoch=replica.state.epoch,
        replica_id=replica.node_id,
        replica_directory_id=replica.identity.key.directory_id,
        voter_directory_id=voter.directory_id,
        last_offset_epoch=end.epoch,
        last_offset=end.offset,
        pre_vote=pre_vote,
    )
    return vote_request.VoteRequest(
        cluster_id=replica.identity.cluster_id,
        voter_id=voter.node_id,
        topics=[vote_request.TopicData(topic_name=TOPIC, partitions=[partition])],
    )


def answer(replica: Replica, event: RequestReceived) -> None:
    asked = event.request
    assert isinstance(asked, vote_request.VoteRequest), "sent by its key"
    if not is_cluster(replica, asked.cluster_id):
        _refuse_whole(replica, event, ErrorCode.INCONSISTENT_CLUSTER_ID)
        return
    partition = only_partition(asked.topics)
    if partition is None:
        _refuse_whole(replica, event, ErrorCode.INVALID_REQUEST)
        return
    error, granted = _decide(replica, asked.voter_id, partition)
    told = vote_response.PartitionData(
        partition_index=PARTITION,
        error_code=error,
        leader_id=leader_id_or_none(replica),
        leader_epoch=replica.state.epoch,
        vote_granted=granted,
    )
    response = vote_response.VoteResponse(
        topics=[vote_response.TopicData(topic_name=TOPIC, partitions=[told])],
        node_endpoints=leader_nodes(
            replica, event.listener, vote_response.NodeEndpoint, served=event.version >= 1
        ),
    )
    replica.emit(Answer(event.ticket, response))


def settle(replica: Replica, node_id: int, response: Message) -> bool:
    """Count the answer. False: ask `node_id` again after a pause."""
    assert isinstance(response, vote_response.VoteResponse), "sent by its key"
    top_level = error_of(response.error_code)
    if top_level is ErrorCode.UNSUPPORTED_VERSION and isinstance(replica.state, Prospective):
        # A voter that knows no pre-vote can only be asked in earnest.
        become_candidate(replica)
        return True
    if top_level is not ErrorCode.NONE:
        return settle_top_level(top_level)
    partition = only_partition(response.topics)
    if partition is None:
        return False
    told = told_leadership(replica, partition.leader_id, partition.leader_epoch, response.node_endpoints)
    settled = settle_common(replica, error_of(partition.error_code), told)
    if settled is not None:
        return settled
    if partition.error_code != ErrorCode.NONE:
        return False
    if isinstance(replica.state, Prospective | Candidate):
        replica.state.election.record(node_id, granted=partition.vote_granted)
        _conclude(replica)
    return True


def _decide(replica: Replica, voter_id: int, asked: vote_request.PartitionData) -> tuple[ErrorCode, bool]:
    """Error and vote. The order is Kafka's.

    A new epoch is taken over even from a request meant for another.
    """
    in_bounds = asked.last_offset_epoch <= asked.replica_epoch - (0 if asked.pre_vote else 1)
    if asked.last_offset < 0 or asked.last_offset_epoch < 0 or not in_bounds:
        return ErrorCode.INVALID_REQUEST, False
    refused = refuse_as_voter(replica, asked.replica_id, asked.replica_epoch)
    if refused is not None:
        return refused, False
    if asked.replica_epoch > replica.state.epoch:
        become_unattached(replica, asked.replica_epoch)
    if not is_addressee(replica, voter_id, asked.voter_directory_id):
        return ErrorCode.INVALID_VOTER_KEY, False
    candidate = ReplicaKey(asked.replica_id, Uuid(asked.replica_directory_id))
    theirs = EpochAndOffset(asked.last_offset_epoch, asked.last_offset)
    granted = replica.state.can_grant_vote(
        candidate, is_up_to_date=theirs >= replica.log.end, pre_vote=asked.pre_vote
    )
    state = replica.state
    if granted and not asked.pre_vote and isinstance(state, Unattached | Prospective) and not state.voted_key:
        add_vote(replica, candidate)
    return ErrorCode.NONE, granted


def _conclude(replica: Replica) -> None:
    state = replica.state
    if isinstance(state, Prospective):
        if state.election.is_won:
            become_candidate(replica)
        elif state.election.is_lost:
            after_lost_pre_vote(replica, state)
    # A candidate that lost waits out its time: others must get their chance.
    elif isinstance(state, Candidate) and state.election.is_won:
        become_leader(replica)


def _refuse_whole(replica: Replica, event: RequestReceived, error: ErrorCode) -> None:
    replica.emit(Answer(event.ticket, vote_response.VoteResponse(error_code=error)))
