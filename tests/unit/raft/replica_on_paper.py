"""A replica whose effects are carried out in memory: what the runtime does, without a disk or a network."""

from collections.abc import Sequence
from typing import Any

from ottla.model.ids import Ticket
from ottla.model.now import Now
from ottla.model.uuid import METADATA_TOPIC_ID, Uuid
from ottla.raft.batches import BatchView, PreparedBatch, data_batch, metadata_batch, read_batches
from ottla.raft.config import QuorumConfig
from ottla.raft.control_records import note_control_records
from ottla.raft.effects import (
    Answer,
    AnswerFromLog,
    AnswerFromSnapshot,
    Append,
    Effect,
    PersistQuorumState,
    Send,
    SyncLog,
    TruncateTo,
)
from ottla.raft.events import Event, Fsynced, Proposed, RequestReceived, ResponseReceived, Started, Ticked
from ottla.raft.log_view import LogView
from ottla.raft.quorum import Quorum
from ottla.raft.replica import Identity
from ottla.raft.rpcs.envelope import TOPIC
from ottla.raft.states.leader import Leader
from ottla.raft.voter_history import VoterHistory
from ottla.raft.voters import SUPPORTED_KRAFT_VERSIONS, Address, Node, ReplicaKey, Voter, VoterSet
from ottla.wire.message import Message
from ottla.wire.messages import begin_quorum_epoch_request as begin_messages
from ottla.wire.messages import vote_response as vote_messages
from ottla.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic, ReplicaState
from ottla.wire.messages.fetch_response import (
    FetchableTopicResponse,
    FetchResponse,
    LeaderIdAndEpoch,
    PartitionData,
)
from ottla.wire.messages.vote_request import VoteRequest
from ottla.wire.messages.vote_response import VoteResponse

LISTENER = "CONTROLLER"
CLUSTER = "AAAAAAAAQACAAAAAAAAAAA"


class CountedEntropy:
    """Chance that always says the same, so that examples can be read."""

    def uuid(self) -> Uuid:
        return directory(99)

    def below(self, bound: int) -> int:
        return 0


def directory(node_id: int) -> Uuid:
    return Uuid(bytes(7) + b"\x7f" + bytes(7) + bytes([node_id]))


def address(node_id: int) -> Address:
    return Address(f"host{node_id}", 9093)


def identity(node_id: int, voter_ids: Sequence[int], *, can_become_voter: bool = True) -> Identity:
    return Identity(
        key=ReplicaKey(node_id, directory(node_id)),
        cluster_id=CLUSTER,
        listener=LISTENER,
        endpoints={LISTENER: address(node_id)},
        bootstrap_servers=tuple(Node(-2 - at, *address(voter)) for at, voter in enumerate(voter_ids)),
        can_become_voter=can_become_voter,
    )


def static_voters(*node_ids: int) -> VoterSet:
    return VoterSet.static(LISTENER, {node_id: address(node_id) for node_id in node_ids})


def dynamic_voters(*node_ids: int) -> VoterSet:
    return VoterSet.of(
        *(
            Voter(ReplicaKey(node, directory(node)), {LISTENER: address(node)}, SUPPORTED_KRAFT_VERSIONS)
            for node in node_ids
        )
    )


def records(*values: str) -> PreparedBatch:
    return data_batch([value.encode() for value in values], 1_000)


class PaperReplica:
    """One `Quorum` with its log in memory; it keeps every effect in order."""

    def __init__(
        self,
        node_id: int = 1,
        voter_ids: Sequence[int] = (1,),
        config: QuorumConfig | None = None,
        *,
        dynamic: bool = False,
    ) -> None:
        """`dynamic`: the voters come from the 0-0 snapshot, with kraft.version 1."""
        self.node_id, self.voter_ids, self.dynamic = node_id, voter_ids, dynamic
        self.config = config or QuorumConfig(append_linger_ms=0)
        self.now_ms = 0
        self.batches: list[BatchView] = []
        self.quorum_state: bytes | None = None
        self.syncs_at_once = True
        self.tickets = 0
        self.quorum = self._quorum()

    def start(self) -> list[Effect]:
        return self.step(Started())

    def restart(self) -> list[Effect]:
        """As after a stop in which nothing was lost."""
        self.quorum = self._quorum()
        return self.start()

    def step(self, event: Event, at_ms: int | None = None) -> list[Effect]:
        """Hand in `event`; syncs end within the step unless `syncs_at_once` is off."""
        self.now_ms = self.now_ms if at_ms is None else at_ms
        effects = self.quorum.step(event, Now(self.now_ms, 1_000_000 + self.now_ms))
        for effect in effects:
            self._carry_out(effect)
        if self.syncs_at_once and any(isinstance(effect, SyncLog) for effect in effects):
            effects = effects + self.step(Fsynced())
        return effects

    def propose(self, *content: Message) -> list[Effect]:
        """Metadata records, all in their version 0, as the controller of the present epoch."""
        batch = metadata_batch([(record, 0) for record in content], 1_000)
        return self.step(Proposed(self.ticket(), self.quorum.epoch, (batch,)))

    def ask(self, request: Message, version: int | None = None) -> list[Effect]:
        """A request comes in; by default in its highest version."""
        version = type(request).VERSIONS[1] if version is None else version
        return self.step(RequestReceived(self.ticket(), LISTENER, version, request))

    def answered(self, request: Message, version: int | None = None) -> Any:
        """The message that answers `request` at once."""
        answers = [
            effect.response
            for effect in self.ask(request, version)
            if isinstance(effect, Answer | AnswerFromLog | AnswerFromSnapshot)
        ]
        assert len(answers) == 1, "a request is answered once"
        return answers[0]

    def respond(self, send: Send, response: Message) -> list[Effect]:
        return self.step(ResponseReceived(send.correlation_id, response))

    def ticket(self) -> Ticket:
        self.tickets += 1
        return Ticket(self.tickets)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case PersistQuorumState(content):
                self.quorum_state = content
            case Append():
                self.batches.extend(read_batches(effect.data))
            case TruncateTo(offset):
                self.batches = [batch for batch in self.batches if batch.end_offset <= offset]
            case _:
                pass

    def _quorum(self) -> Quorum:
        history = VoterHistory(VoterSet.of() if self.dynamic else static_voters(*self.voter_ids))
        if self.dynamic and self.node_id in self.voter_ids:
            history.voter_sets.add(-1, dynamic_voters(*self.voter_ids))
            history.kraft_versions.add(-1, 1)
        epochs: list[tuple[int, int]] = []
        for batch in self.batches:
            if not epochs or epochs[-1][0] != batch.epoch:
                epochs.append((batch.epoch, batch.base_offset))
            if batch.is_control:
                note_control_records(history, batch)
        end = self.batches[-1].end_offset if self.batches else 0
        return Quorum(
            identity(self.node_id, self.voter_ids),
            self.config,
            CountedEntropy(),
            LogView.recovered(0, end, epochs, {}),
            history,
            self.quorum_state,
        )


def sent(effects: Sequence[Effect], kind: type[Message]) -> list[Send]:
    """The requests of one kind that were sent, in order."""
    return [effect for effect in effects if isinstance(effect, Send) and isinstance(effect.request, kind)]


def vote_response(epoch: int, *, granted: bool) -> VoteResponse:
    partition = vote_messages.PartitionData(leader_id=-1, leader_epoch=epoch, vote_granted=granted)
    topic = vote_messages.TopicData(topic_name=TOPIC, partitions=[partition])
    return VoteResponse(topics=[topic])


def a_leader(
    node_id: int = 1, voter_ids: Sequence[int] = (1, 2, 3), *, dynamic: bool = False
) -> PaperReplica:
    """Elected in epoch 1 by all; its LeaderChange is synced and nobody has fetched it yet."""
    replica = PaperReplica(node_id, voter_ids, dynamic=dynamic)
    replica.start()
    asked = replica.step(Ticked(), at_ms=1_000)
    for _ in range(2):
        requests = sent(asked, VoteRequest)
        epoch = requests[0].request.topics[0].partitions[0].replica_epoch  # type: ignore[attr-defined]
        asked = [
            effect
            for send in requests
            for effect in replica.respond(send, vote_response(epoch, granted=True))
        ]
    assert isinstance(replica.quorum.replica.state, Leader)
    return replica


def fetch_request(
    replica_id: int,
    offset: int,
    *,
    last_epoch: int = 0,
    epoch: int = 1,
    max_wait_ms: int = 500,
    high_watermark: int = -1,
) -> FetchRequest:
    """As a voter sends it."""
    partition = FetchPartition(
        current_leader_epoch=epoch,
        fetch_offset=offset,
        last_fetched_epoch=last_epoch,
        replica_directory_id=directory(max(replica_id, 0)),
        high_watermark=high_watermark,
    )
    return FetchRequest(
        cluster_id=CLUSTER,
        replica_state=ReplicaState(replica_id=replica_id),
        max_wait_ms=max_wait_ms,
        topics=[FetchTopic(topic_id=METADATA_TOPIC_ID, partitions=[partition])],
    )


def fetch_response(
    leader_id: int = 2, epoch: int = 1, *, high_watermark: int = -1, records: bytes = b"", **partition: Any
) -> FetchResponse:
    """As the leader of `epoch` answers."""
    told = PartitionData(
        high_watermark=high_watermark,
        records=records,
        current_leader=LeaderIdAndEpoch(leader_id=leader_id, leader_epoch=epoch),
        **partition,
    )
    topic = FetchableTopicResponse(topic_id=METADATA_TOPIC_ID, partitions=[told])
    return FetchResponse(responses=[topic])


def a_follower(leader_id: int = 2, epoch: int = 1) -> tuple[PaperReplica, Send]:
    """Node 1, told by BeginQuorumEpoch whom to follow, and its first fetch."""
    replica = PaperReplica(1, (1, 2, 3))
    replica.start()
    told = begin_messages.PartitionData(leader_id=leader_id, leader_epoch=epoch)
    topic = begin_messages.TopicData(topic_name=TOPIC, partitions=[told])
    endpoint = begin_messages.LeaderEndpoint(name=LISTENER, host=f"host{leader_id}", port=9093)
    request = begin_messages.BeginQuorumEpochRequest(
        cluster_id=CLUSTER, topics=[topic], leader_endpoints=[endpoint]
    )
    (fetch,) = sent(replica.ask(request), FetchRequest)
    return replica, fetch
