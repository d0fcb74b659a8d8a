"""One client's connection: frames in, answers out, in request order.

No task and no await. All complete frames of one wake-up are handled in place in the receive buffer,
their answers leave in one write. Produce requests may overlap; every other request begins only when
all before it are answered (Kafka mutes the channel for the same promise). While an answer is awaited
the connection reads on, up to one whole frame, so that a close is noticed.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from struct import Struct
from typing import Any, Protocol, cast

from ottla.machine.later import Later
from ottla.wire.primitives import ProtocolError, UnsupportedVersion

_SIZE = Struct(">i").unpack_from
_API_KEY = Struct(">h").unpack_from
_PRODUCE = 0

Answer = bytes | bytearray | None
"""A whole response frame with its size in front, or None where the request asks for no answer."""


class Dispatch(Protocol):
    """What turns a request frame into an answer."""

    def accept(self, frame: memoryview, connection: "Connection") -> Answer | Later[Answer]:
        """Begin one request. `frame` (without its size) is valid only during the call.

        Raises ProtocolError and UnsupportedVersion: the peer is disconnected.
        """

    def refused(self, connection: "Connection", reason: str) -> None:
        """A peer broke the protocol and is being disconnected."""

    def faulted(self, connection: "Connection", fault: Exception) -> None:
        """An exception that no rule foresees left a handler."""


class ReceiveBuffers:
    """The memory that requests arrive in: one buffer for all connections that hold no partial frame."""

    SHARED_BYTES = 256 * 1024
    POOLED_BYTES_MAX = 4 * 1024 * 1024

    def __init__(self) -> None:
        self.shared = memoryview(bytearray(self.SHARED_BYTES))
        self._spare: bytearray | None = None

    def take(self, size: int) -> bytearray:
        """A buffer of at least `size` bytes for one large or partial frame."""
        spare, self._spare = self._spare, None
        if spare is not None and len(spare) >= size:
            return spare
        return bytearray(size)

    def give_back(self, buffer: bytearray) -> None:
        """Keep one large buffer: a fresh one costs more than what is read into it."""
        if self.SHARED_BYTES <= len(buffer) <= self.POOLED_BYTES_MAX:
            self._spare = buffer


class Connection(asyncio.BufferedProtocol):
    """Speaks Kafka's framing on one accepted socket."""

    __slots__ = (
        "_abandoned",
        "_answers",
        "_buffers",
        "_busy",
        "_carry",
        "_dispatch",
        "_filled",
        "_frame_bytes_max",
        "_on_close",
        "_on_open",
        "_out",
        "_outside",
        "_paused_reading",
        "_was_active",
        "_write_paused",
        "client_host",
        "client_port",
        "identity",
        "last_active_ms",
        "repeated_produce",
        "session",
        "transport",
    )
    transport: asyncio.Transport

    def __init__(
        self,
        dispatch: Dispatch,
        buffers: ReceiveBuffers,
        *,
        identity: int,
        frame_bytes_max: int,
        on_close: "Callable[[Connection], None]",
        on_open: "Callable[[Connection], None] | None" = None,
    ) -> None:
        self._dispatch = dispatch
        self._buffers = buffers
        self._frame_bytes_max = frame_bytes_max
        self._on_close, self._on_open = on_close, on_open
        self._answers: deque[_Slot] = deque()
        self._out: list[bytes | bytearray] = []
        self._carry: bytearray | None = None
        self._filled = 0
        self._busy = False
        self._paused_reading = False
        self._write_paused = False
        self._outside = False
        self._abandoned: list[Callable[[], None]] = []
        self._was_active = True
        self.identity = identity
        self.session: Any = None
        self.repeated_produce: Any = None
        self.client_host, self.client_port = "", 0
        self.last_active_ms = 0

    # --- asyncio's side -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance
        peer = transport.get_extra_info("peername")
        if peer:
            self.client_host, self.client_port = peer[0], peer[1]
        if self._on_open is not None:
            self._on_open(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        if self._carry is None:
            return self._buffers.shared
        return memoryview(self._carry)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self._busy = True
        if self._carry is None:
            self._take_frames(self._buffers.shared[:nbytes])
        else:
            self._filled += nbytes
            self._take_carried()
        self._busy = False
        self._flush()

    def pause_writing(self) -> None:
        """The peer does not read its answers: begin nothing more for it."""
        self._write_paused = True

    def resume_writing(self) -> None:
        self._write_paused = False
        self._go_on()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        for slot in self._answers:
            slot.abandon()
        self._answers.clear()
        abandoned, self._abandoned = self._abandoned, []
        for action in abandoned:
            action()
        self._carry = None
        self._on_close(self)

    def on_abandon(self, action: Callable[[], None]) -> None:
        """Run `action` if the peer leaves before the request that is being begun is answered."""
        self._abandoned.append(action)

    def wait_outside(self) -> None:
        """Begin no request: all places are taken."""
        self._outside = True

    def come_in(self) -> None:
        """A place is free now."""
        self._outside = False
        self._go_on()

    def take_activity(self) -> bool:
        """Whether there was a request since the last call, or one is still awaited."""
        active, self._was_active = self._was_active or bool(self._answers), False
        return active

    # --- requests -------------------------------------------------------------------------------

    def _take_frames(self, data: memoryview) -> None:
        """Begin every whole frame of `data` that may begin; keep the rest for later."""
        start, end = 0, len(data)
        while end - start >= 4:
            size = _SIZE(data, start)[0]
            if not 0 <= size <= self._frame_bytes_max:
                return self.close_for(f"a frame of {size} bytes")
            if end - start < 4 + size or not self._may_begin(data, start + 4, size):
                break
            if not self._begin(data[start + 4 : start + 4 + size]):
                return None
            start += 4 + size
        self._keep(data, start)
        return None

    def _take_carried(self) -> None:
        carry = self._carry
        assert carry is not None, "only called with a partial frame at hand"
        if self._filled < 4:
            return
        size = _SIZE(carry)[0]
        if not 0 <= size <= self._frame_bytes_max:
            self.close_for(f"a frame of {size} bytes")
        elif self._filled < 4 + size and len(carry) >= 4 + size:
            return
        else:
            filled, self._filled, self._carry = self._filled, 0, None
            self._take_frames(memoryview(carry)[:filled])
            if self._carry is None:
                self._buffers.give_back(carry)

    def _keep(self, data: memoryview, start: int) -> None:
        """Hold what has not begun yet: a partial frame, or frames that must wait their turn."""
        rest = len(data) - start
        if rest == 0:
            return self._read_on()
        size = _SIZE(data, start)[0] if rest >= 4 else 0
        whole_frame = rest >= 4 + size and rest >= 4
        carry = self._buffers.take(max(4 + size, rest))
        carry[:rest] = data[start:]
        self._carry, self._filled = carry, rest
        if whole_frame:
            self._pause_reading()
        else:
            self._read_on()
        return None

    def _may_begin(self, data: memoryview, at: int, size: int) -> bool:
        if self._write_paused or self._outside:
            return False
        if not self._answers:
            return True
        return size >= 2 and _API_KEY(data, at)[0] == _PRODUCE and self._answers[-1].overlaps

    def _begin(self, frame: memoryview) -> bool:
        """Hand one frame to dispatch; whether the connection lives on."""
        self._was_active = True
        try:
            answer = self._dispatch.accept(frame, self)
        except (ProtocolError, UnsupportedVersion) as error:
            self.close_for(str(error))
            return False
        except Exception as fault:  # noqa: BLE001  the edge: a fault of ours costs its connection, not the node
            self._dispatch.faulted(self, fault)
            self._flush()
            self.transport.close()
            return False
        if isinstance(answer, Later):
            slot = _Slot(answer, overlaps=len(frame) >= 2 and _API_KEY(frame)[0] == _PRODUCE)
            self._answers.append(slot)
            answer.read(partial(self._settled, slot))
        elif answer is None:
            pass
        elif self._answers:
            self._answers.append(_Slot.answered(answer))
        else:
            self._out.append(answer)
        return not self.transport.is_closing()

    # --- answers --------------------------------------------------------------------------------

    def _settled(self, slot: "_Slot", answer: Answer) -> None:
        slot.ready, slot.answer = True, answer
        if not self._busy and slot is self._answers[0]:
            self._send_ready()
            self._go_on()

    def _send_ready(self) -> None:
        answers = self._answers
        while answers and answers[0].ready:
            answer = answers.popleft().answer
            if answer is not None:
                self._out.append(answer)
        if not answers and self._abandoned:
            self._abandoned.clear()

    def _flush(self) -> None:
        """One write for all answers of this wake-up."""
        self._send_ready()
        out = self._out
        if not out:
            return
        self._out = []
        if self.transport.is_closing():
            return
        if len(out) == 1:
            self.transport.write(out[0])
        elif sum(map(len, out)) < 65_536:
            self.transport.write(b"".join(out))
        else:
            self.transport.writelines(out)

    def _go_on(self) -> None:
        """After an answer: write it, and begin what had to wait, once the current step is over."""
        if self._carry is not None and not self._write_paused:
            asyncio.get_running_loop().call_soon(self._resume)
        self._flush()

    def _resume(self) -> None:
        if self._carry is None or self.transport.is_closing() or self._busy:
            return
        self._busy = True
        self._take_carried()
        self._busy = False
        self._flush()

    def _pause_reading(self) -> None:
        if not self._paused_reading:
            self._paused_reading = True
            self.transport.pause_reading()

    def _read_on(self) -> None:
        if self._paused_reading:
            self._paused_reading = False
            self.transport.resume_reading()

    def close_for(self, reason: str) -> None:
        """The peer broke the protocol: drop the connection, and with it only this peer's requests."""
        self._dispatch.refused(self, reason)
        self._flush()
        self.transport.close()


class _Slot:
    """One answer's place in the line."""

    __slots__ = ("_later", "answer", "overlaps", "ready")

    def __init__(self, later: Later[Answer] | None, *, overlaps: bool) -> None:
        self._later = later
        self.overlaps = overlaps
        self.ready = False
        self.answer: Answer = None

    @classmethod
    def answered(cls, answer: Answer) -> "_Slot":
        slot = cls(None, overlaps=True)
        slot.ready, slot.answer = True, answer
        return slot

    def abandon(self) -> None:
        if self._later is not None:
            self._later.abandon()
