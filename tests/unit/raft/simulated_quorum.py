"""Several replicas under one seeded scheduler.

The network delays, loses, repeats and splits; the disks forget at a crash what was not synced. All that a
replica does passes through `Member.carry_out`, which shows it to the `Invariants`.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from random import Random

from tests.unit.raft.quorum_invariants import Invariants, must
from tests.unit.raft.replica_on_paper import LISTENER
from tests.unit.raft.simulated_member import Member

from ottla.model.errors import ErrorCode
from ottla.model.ids import Ticket
from ottla.raft.effects import (
    Send,
)
from ottla.raft.events import (
    RequestFailed,
    RequestReceived,
    ResponseReceived,
)
from ottla.wire.message import Message
from ottla.wire.messages.api_versions_request import ApiVersionsRequest
from ottla.wire.messages.api_versions_response import ApiVersionsResponse, SupportedFeatureKey
from ottla.wire.messages.fetch_response import FetchResponse
from ottla.wire.messages.vote_request import VoteRequest


class World:
    """The scheduler, the network and the faults of one seed."""

    def __init__(self, seed: int, voters: int, *, observers: int = 0, dynamic: bool = False) -> None:
        """`dynamic`: kraft.version 1; the observers are controllers that may be added to the voters."""
        self.random = Random(seed)
        self.invariants = Invariants()
        self.now_ms, self.steps, self._order, self._tickets = 0, 0, 0, 0
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self.voter_ids = list(range(1, voters + 1))
        self.requests: dict[Ticket, RequestReceived] = {}
        self._askers: dict[Ticket, tuple[Member, int, int]] = {}
        self.loss = self.random.choice((0.0, 0.02, 0.1))
        self.repeats = self.random.choice((0.0, 0.05))
        self.latency_max_ms = self.random.choice((5, 50, 300))
        self.sync_max_ms = self.random.choice((2, 20, 200))
        self.without_pre_vote = {self.random.randint(1, voters)} if self.random.random() < 0.1 else set[int]()
        self.cut: set[frozenset[int]] = set()
        self.dynamic = dynamic
        ids = self.voter_ids + [voters + 1 + n for n in range(observers)]
        self.bootstrap_ids = ids if dynamic else self.voter_ids
        brokers = set() if dynamic else set(ids[voters:])
        self.members = {node_id: Member(self, node_id, is_observer=node_id in brokers) for node_id in ids}
        if dynamic:
            for node_id in self.voter_ids:
                self.members[node_id].format_as_voter()

    def run(self, duration_ms: int) -> None:
        until, stuck_at, stuck = self.now_ms + duration_ms, -1, 0
        while self._queue and self._queue[0][0] <= until:
            at_ms, _, action = heappop(self._queue)
            stuck = stuck + 1 if at_ms == stuck_at else 0
            must(stuck < 2_000, "time goes on", at_ms)
            self.now_ms = stuck_at = at_ms
            action()
        self.now_ms = until

    def at(self, delay_ms: int, action: Callable[[], None]) -> None:
        self._order += 1
        heappush(self._queue, (self.now_ms + max(delay_ms, 0), self._order, action))

    def ticket(self) -> Ticket:
        self._tickets += 1
        return Ticket(self._tickets)

    def sync_ms(self) -> int:
        return self.random.randint(0, self.sync_max_ms)

    def send(self, sender: Member, send: Send) -> None:
        target = self.members[int(send.destination.host.removeprefix("host"))]
        incarnation, correlation_id = sender.incarnation, send.correlation_id

        def fail(error: ErrorCode) -> None:
            if sender.incarnation == incarnation:
                sender.step(RequestFailed(correlation_id, error))

        def arrive() -> None:
            if target.quorum is None:
                fail(ErrorCode.BROKER_NOT_AVAILABLE)
                return
            if isinstance(send.request, ApiVersionsRequest):
                answer = ResponseReceived(correlation_id, _supports_kraft_version_1())
                self.at(
                    self._latency(),
                    lambda: sender.step(answer) if sender.incarnation == incarnation else None,
                )
                return
            if target.node_id in self.without_pre_vote and _is_pre_vote(send.request):
                fail(ErrorCode.UNSUPPORTED_VERSION)
                return
            ticket = self.ticket()
            received = RequestReceived(ticket, LISTENER, type(send.request).VERSIONS[1], send.request)
            self.requests[ticket] = received
            self._askers[ticket] = (sender, incarnation, correlation_id)
            target.step(received)

        if self._is_lost(sender, target):
            if self.random.random() < 0.5:
                self.at(self._latency(), lambda: fail(ErrorCode.BROKER_NOT_AVAILABLE))
            return
        for _ in range(2 if self.random.random() < self.repeats else 1):
            self.at(self._latency(), arrive)

    def reply(self, ticket: Ticket, response: Message) -> None:
        del self.requests[ticket]
        if ticket not in self._askers:
            return
        asker, incarnation, correlation_id = self._askers.pop(ticket)
        if self.random.random() < self.loss:
            return

        self._deliver(asker, incarnation, correlation_id, response)

    def administer(self, target: Member, request: Message) -> None:
        """A tool asks a replica; whether and what it answers does not matter."""
        ticket = self.ticket()
        received = RequestReceived(ticket, LISTENER, type(request).VERSIONS[1], request)
        self.requests[ticket] = received
        target.step(received)

    def leaders(self) -> list[Member]:
        return [member for member in self.members.values() if member.leads is not None]

    def check_logs(self) -> None:
        logs = [member.disk.log for member in self.members.values()]
        for i, one in enumerate(logs):
            for other in logs[i + 1 :]:
                self.invariants.logs_match(one, other)

    def _deliver(self, asker: Member, incarnation: int, correlation_id: int, response: Message) -> None:
        def arrive() -> None:
            if asker.incarnation == incarnation and asker.quorum is not None:
                self._check_high_watermark(asker, correlation_id, response)
                asker.step(ResponseReceived(correlation_id, response))

        self.at(self._latency(), arrive)

    def _check_high_watermark(self, asker: Member, correlation_id: int, response: Message) -> None:
        """A JVM follower dies of a high watermark that is lower than its own."""
        assert asker.quorum is not None
        awaited = asker.quorum.replica.connections.peer_of(correlation_id) is not None
        if isinstance(response, FetchResponse) and response.responses and awaited:
            partition = response.responses[0].partitions[0]
            if partition.current_leader.leader_epoch >= asker.quorum.epoch:
                told, known = partition.high_watermark, asker.quorum.high_watermark or 0
                fell = 0 <= told < known and partition.error_code == 0
                must(not fell, "a leader never tells a lower high watermark", asker.node_id, told, known)

    def _latency(self) -> int:
        return self.random.randint(1, self.latency_max_ms)

    def _is_lost(self, one: Member, other: Member) -> bool:
        return frozenset((one.node_id, other.node_id)) in self.cut or self.random.random() < self.loss


def _supports_kraft_version_1() -> ApiVersionsResponse:
    feature = SupportedFeatureKey(name="kraft.version", min_version=0, max_version=1)
    return ApiVersionsResponse(supported_features=[feature])


def _is_pre_vote(request: Message) -> bool:
    return isinstance(request, VoteRequest) and request.topics[0].partitions[0].pre_vote
