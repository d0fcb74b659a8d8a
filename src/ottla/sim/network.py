"""The simulated network: ordered connections with latency, back-pressure and faults.

Within a connection bytes keep their order and are never doubled, as TCP promises; they come late, in
pieces of any size, and a connection may break at any moment with what was under way lost.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any

from ottla.sim.loop import SimLoop
from ottla.sim.trace import Trace

_HIGH_WATER = 64 * 1024


class SimPipe(asyncio.Transport):
    """One end of a connection."""

    def __init__(self, network: "SimNetwork", protocol: Any, name: tuple[str, int]) -> None:
        super().__init__()
        self._network, self.protocol, self._name = network, protocol, name
        self.peer: SimPipe | None = None
        self._arrives_at = 0.0
        self._under_way = 0
        self._writing_paused = False
        self._reading_paused = False
        self._held: deque[bytes] = deque()
        self._line: deque[tuple[float, bytes | None]] = deque()
        self.closing = False
        self.lost = False

    @property
    def is_accepted(self) -> bool:
        """Whether this end is the server's."""
        return self._name[0] == "server"

    # --- what protocols call --------------------------------------------------------------------

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self.closing or not data:
            return
        copy = bytes(data)
        self._network.trace.note_bytes(f"{self._name}>", copy)
        self._under_way += len(copy)
        if self._under_way > _HIGH_WATER and not self._writing_paused:
            self._writing_paused = True
            self.protocol.pause_writing()
        self._schedule(copy)

    def writelines(self, parts: Any) -> None:
        self.write(b"".join(parts))

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        if self.closing:
            return
        self.closing = True
        self._schedule(None)
        self._network.loop.call_soon(self.lose, None)

    def abort(self) -> None:
        self.break_off()

    def pause_reading(self) -> None:
        self._reading_paused = True

    def resume_reading(self) -> None:
        self._reading_paused = False
        if self._held:
            self._network.loop.call_soon(self._take_held)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", self._name[1]) if name == "peername" else default

    def get_write_buffer_size(self) -> int:
        return self._under_way

    # --- the wire -------------------------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """Hand bytes to the protocol, in one piece or several."""
        if self.lost:
            return
        if self._reading_paused or self._held:
            self._held.append(data)
        else:
            self._hand_over(data)

    def _take_held(self) -> None:
        while self._held and not self._reading_paused and not self.lost:
            self._hand_over(self._held.popleft())

    def _hand_over(self, data: bytes) -> None:
        if isinstance(self.protocol, asyncio.BufferedProtocol):
            self._fill(data)
        else:
            self.protocol.data_received(data)

    def break_off(self) -> None:
        """The connection breaks now, on both sides; what was under way is lost."""
        for end in (self, self.peer):
            if end is not None and not end.lost:
                end.closing = True
                self._network.loop.call_soon(end.lose, ConnectionResetError("the simulated network broke it"))

    def _fill(self, data: bytes) -> None:
        at = 0
        while at < len(data) and not self.lost:
            if self._reading_paused:
                self._held.appendleft(data[at:])
                return
            target = self.protocol.get_buffer(-1)
            size = min(len(target), len(data) - at)
            if size > 1 and self._network.random.random() < self._network.split_share:
                size = 1 + self._network.random.randrange(size)
            target[:size] = data[at : at + size]
            at += size
            self.protocol.buffer_updated(size)

    def _schedule(self, data: bytes | None) -> None:
        """Bytes set out, or None: the end of the connection."""
        self._arrives_at = max(self._arrives_at, self._network.loop.time() + self._network.latency())
        self._line.append((self._arrives_at, data))
        self._network.loop.call_at(self._arrives_at, self._arrive)

    def _arrive(self) -> None:
        """What is due arrives as one piece: timers of one time go off in any order, bytes keep theirs."""
        pieces: list[bytes] = []
        while self._line and self._line[0][0] <= self._network.loop.time():
            data = self._line.popleft()[1]
            if data is not None:
                pieces.append(data)
                continue
            self._deliver(b"".join(pieces))
            self._hang_up()
            return
        self._deliver(b"".join(pieces))

    def _deliver(self, data: bytes) -> None:
        if not data:
            return
        self._under_way -= len(data)
        if self._writing_paused and self._under_way < _HIGH_WATER // 4 and not self.lost:
            self._writing_paused = False
            self.protocol.resume_writing()
        if self.peer is not None:
            self.peer.receive(data)

    def _hang_up(self) -> None:
        if self.peer is not None and not self.peer.closing:
            self.peer.closing = True
            self.peer.lose(None)

    def lose(self, error: Exception | None) -> None:
        if not self.lost:
            self.lost = True
            self._network.forget(self)
            self.protocol.connection_lost(error)


class SimServer(asyncio.AbstractServer):
    """A bound address."""

    def __init__(self, network: "SimNetwork", address: tuple[str, int]) -> None:
        self._network, self._address = network, address

    def close(self) -> None:
        self._network.unlisten(self._address)

    async def wait_closed(self) -> None:
        return

    async def start_serving(self) -> None:
        return

    async def serve_forever(self) -> None:
        await asyncio.Event().wait()

    def is_serving(self) -> bool:
        return True

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._network.loop


class SimNetwork:
    """All addresses and connections of one world."""

    def __init__(self, loop: SimLoop, random: Random, trace: Trace) -> None:
        self.loop, self.random, self.trace = loop, random, trace
        self.mean_latency_s = 0.001
        self.split_share = 0.1
        """How often an arriving piece is cut in two."""
        self._listening: dict[tuple[str, int], Callable[[], Any]] = {}
        self._pipes: dict[SimPipe, None] = {}
        self.refused: set[int] = set()
        """Ports that let nobody in, though somebody listens."""
        self._made = 0
        loop.network = self

    @property
    def accepted(self) -> int:
        """How many connections are open, seen from the servers."""
        return sum(1 for pipe in self._pipes if pipe.is_accepted)

    def latency(self) -> float:
        return self.random.expovariate(1 / self.mean_latency_s)

    def listen(self, factory: Callable[[], Any], host: str, port: int) -> SimServer:
        address = (host, port)
        if address in self._listening:
            raise OSError(98, f"address in use: {address}")
        self._listening[address] = factory
        return SimServer(self, address)

    def unlisten(self, address: tuple[str, int]) -> None:
        self._listening.pop(address, None)

    async def connect(self, factory: Callable[[], Any], host: str, port: int) -> tuple[SimPipe, Any]:
        await asyncio.sleep(self.latency())
        accept = self._listening.get((host, port))
        if accept is None or port in self.refused:
            raise ConnectionRefusedError(111, f"nobody listens on {host}:{port}")
        self._made += 1
        ours, theirs = (
            SimPipe(self, factory(), ("client", self._made)),
            SimPipe(self, accept(), ("server", self._made)),
        )
        ours.peer, theirs.peer = theirs, ours
        self._pipes[ours] = self._pipes[theirs] = None
        theirs.protocol.connection_made(theirs)
        ours.protocol.connection_made(ours)
        return ours, ours.protocol

    def forget(self, pipe: SimPipe) -> None:
        self._pipes.pop(pipe, None)

    def break_some(self, share: float) -> int:
        """Break each connection with this probability; how many broke."""
        chosen = [pipe for pipe in self._pipes if self.random.random() < share]
        for pipe in chosen:
            pipe.break_off()
        return len(chosen)

    def break_all(self) -> None:
        self.break_some(1.1)
        self._listening.clear()
