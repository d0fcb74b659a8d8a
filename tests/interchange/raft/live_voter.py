"""A voter of ours on real sockets: the raft core, its log in memory, and just enough to meet a JVM."""

import asyncio
import time
from random import Random
from typing import Any

from ottla.model.errors import ErrorCode
from ottla.model.ids import Ticket
from ottla.model.now import Now
from ottla.model.uuid import Uuid
from ottla.raft.batches import BatchView, read_batches
from ottla.raft.config import QuorumConfig
from ottla.raft.effects import (
    Answer,
    AnswerFromLog,
    AnswerFromSnapshot,
    Append,
    BecameLeader,
    DeleteBefore,
    Effect,
    HighWatermarkAdvanced,
    PersistQuorumState,
    RestartLogAt,
    Send,
    SyncLog,
    TruncateTo,
    WriteSnapshotChunk,
)
from ottla.raft.events import (
    Event,
    Fsynced,
    RequestFailed,
    RequestReceived,
    ResponseReceived,
    Started,
    Ticked,
)
from ottla.raft.log_view import LogView
from ottla.raft.positions import EpochAndOffset
from ottla.raft.quorum import Quorum
from ottla.raft.replica import Identity
from ottla.raft.voter_history import BOOTSTRAP_OFFSET, VoterHistory
from ottla.raft.voters import SUPPORTED_KRAFT_VERSIONS, Address, Node, ReplicaKey, Voter, VoterSet
from ottla.wire.catalogue import request_class, response_class
from ottla.wire.headers import (
    put_request_header,
    put_response_header,
    read_header,
    read_response_header,
    response_header_version,
)
from ottla.wire.index import BY_KEY
from ottla.wire.message import Message
from ottla.wire.messages import api_versions_response
from ottla.wire.primitives import Reader

LISTENER = "CONTROLLER"
DIRECTORY: Uuid = Uuid(b"\x10" * 16)
SERVED = (1, 18, 52, 53, 54, 55, 59, 80, 81, 82)


class ChanceOfTests:
    """Chance for one run; nothing depends on which."""

    def uuid(self) -> Uuid:
        return DIRECTORY

    def below(self, bound: int) -> int:
        return Random().randrange(bound)


class LiveVoter:
    """Node `node_id` of the static quorum `ports` (port by node).

    With `observes` an observer of it, with `stands_alone` the one voter of a dynamic quorum.
    """

    def __init__(
        self,
        node_id: int,
        ports: dict[int, int],
        cluster_id: str,
        config: QuorumConfig,
        *,
        observes: bool = False,
        stands_alone: bool = False,
    ) -> None:
        self.node_id, self.port = node_id, ports[node_id]
        addresses = {node: Address("127.0.0.1", port) for node, port in ports.items()}
        others = [Node(-2 - at, *addresses[node]) for at, node in enumerate(ports) if node != node_id]
        identity = Identity(
            ReplicaKey(node_id, DIRECTORY),
            cluster_id,
            LISTENER,
            {LISTENER: addresses[node_id]},
            tuple(others),
            can_become_voter=not observes or config.auto_join,
        )
        history = VoterHistory(VoterSet.of() if observes else VoterSet.static(LISTENER, addresses))
        if stands_alone:
            own = Voter(identity.key, identity.endpoints, SUPPORTED_KRAFT_VERSIONS)
            history = VoterHistory(VoterSet.of())
            history.voter_sets.add(BOOTSTRAP_OFFSET, VoterSet.of(own))
            history.kraft_versions.add(BOOTSTRAP_OFFSET, 1)
        self.snapshots: dict[EpochAndOffset, bytes] = {}
        self.quorum = Quorum(identity, config, ChanceOfTests(), LogView(0, 0, 0), history, None)
        self.batches: list[BatchView] = []
        self.quorum_state = b""
        self.leads: int | None = None
        self.committed = 0
        self.asked: list[str] = []
        """Names of the requests that came."""
        self._tickets: dict[Ticket, tuple[asyncio.StreamWriter, int, int, int]] = {}
        self._last_ticket = 0
        self._clients: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> "LiveVoter":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.step(Started())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        for writer in self._clients:
            writer.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)

    def step(self, event: Event) -> None:
        now = Now(int(time.monotonic() * 1000), int(time.time() * 1000))
        for effect in self.quorum.step(event, now):
            self._carry_out(effect)
        self._set_alarm(now)

    async def until(self, condition: Any, timeout_s: float = 30) -> None:
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline, (self.quorum.replica.state, self.asked[-20:])
            await asyncio.sleep(0.02)

    def _carry_out(self, effect: Effect) -> None:  # noqa: C901  one arm an effect
        match effect:
            case PersistQuorumState(content):
                self.quorum_state = content
            case Append():
                self.batches.extend(read_batches(effect.data))
            case TruncateTo(offset):
                self.batches = [batch for batch in self.batches if batch.end_offset <= offset]
            case SyncLog():
                asyncio.get_running_loop().call_soon(self.step, Fsynced())
            case HighWatermarkAdvanced(offset):
                self.committed = offset
            case BecameLeader(epoch):
                self.leads = epoch
            case Send():
                self._spawn(self._ask(effect))
            case Answer(ticket, response):
                self._reply(ticket, response)
            case WriteSnapshotChunk(snapshot, position, data):
                self.snapshots[snapshot] = (self.snapshots[snapshot] if position else b"") + data
            case RestartLogAt():
                self.batches = []
            case DeleteBefore(snapshot, _):
                self.batches = [batch for batch in self.batches if batch.end_offset > snapshot.offset]
            case AnswerFromSnapshot():
                part: Any = effect.response
                content = self.snapshots[effect.snapshot]
                end = effect.position + effect.max_bytes
                part.topics[0].partitions[0].unaligned_records = content[effect.position : end]
                self._reply(effect.ticket, part)
            case AnswerFromLog():
                filled: Any = effect.response
                found = [batch.data for batch in self.batches if batch.base_offset >= effect.offset]
                filled.responses[0].partitions[0].records = b"".join(found)
                self._reply(effect.ticket, filled)
            case _:
                pass

    def _set_alarm(self, now: Now) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        deadline = self.quorum.next_deadline()
        if deadline is not None:
            delay_s = max(deadline - now.mono_ms, 1) / 1000
            self._alarm = asyncio.get_running_loop().call_later(delay_s, self.step, Ticked())

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # The asking side

    async def _ask(self, send: Send) -> None:
        """On a connection of its own: an answer that is no longer awaited must not hold up the next one."""
        key = send.request.KEY
        version = BY_KEY[key].versions[1]
        try:
            frame = await self._exchange(send, key, version)
        except (OSError, asyncio.IncompleteReadError):
            self.step(RequestFailed(send.correlation_id, ErrorCode.BROKER_NOT_AVAILABLE))
            return
        _, body_at = read_response_header(frame, response_header_version(key, version))
        response = response_class(key).read(Reader(frame, body_at), version)
        self.step(ResponseReceived(send.correlation_id, response))

    async def _exchange(self, send: Send, key: int, version: int) -> bytes:
        reader, writer = await asyncio.open_connection(send.destination.host, send.destination.port)
        out = bytearray()
        put_request_header(out, key, version, send.correlation_id, f"raft-client-{self.node_id}")
        send.request.write(out, version)
        try:
            writer.write(len(out).to_bytes(4, "big") + out)
            return await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big"))
        finally:
            writer.close()

    # The answering side

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.append(writer)
        try:
            while True:
                frame = await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big"))
                self._receive(frame, writer)
        except (asyncio.IncompleteReadError, OSError):
            writer.close()

    def _receive(self, frame: bytes, writer: asyncio.StreamWriter) -> None:
        header = read_header(frame)
        self._last_ticket += 1
        ticket = Ticket(self._last_ticket)
        self._tickets[ticket] = (writer, header.correlation_id, header.key, header.version)
        request = request_class(header.key).read(Reader(frame, header.body_at), header.version)
        self.asked.append(type(request).__name__)
        if header.key == 18:
            self._reply(ticket, _served())
        elif header.key in SERVED:
            self.step(RequestReceived(ticket, LISTENER, header.version, request))
        else:
            writer.close()

    def _reply(self, ticket: Ticket, response: Message) -> None:
        writer, correlation_id, key, version = self._tickets.pop(ticket)
        out = bytearray()
        put_response_header(out, correlation_id, response_header_version(key, version))
        response.write(out, version)
        writer.write(len(out).to_bytes(4, "big") + out)


def _served() -> Message:
    feature = api_versions_response.SupportedFeatureKey(name="kraft.version", min_version=0, max_version=1)
    keys = [
        api_versions_response.ApiVersion(
            api_key=key, min_version=BY_KEY[key].versions[0], max_version=BY_KEY[key].versions[1]
        )
        for key in SERVED
    ]
    return api_versions_response.ApiVersionsResponse(api_keys=keys, supported_features=[feature])
