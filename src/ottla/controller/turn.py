"""One command's turn: what a decision may read, and the forms it takes."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol, runtime_checkable

from ottla.controller.sessions import Soft
from ottla.controller.settings import ControllerConfig
from ottla.controller.state import ControllerState
from ottla.machine.decision import Decision, Reply, Timer
from ottla.metadata.image import MetadataImage
from ottla.metadata.record import MetadataRecord
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.model.now import Now
from ottla.model.ports import Entropy
from ottla.wire.message import Message

RECORDS_MAX: Final = 10_000
"""What one request of a client may cause (`MAX_RECORDS_PER_USER_OP`)."""

Outcome = Decision[MetadataRecord, Soft]


class Turn(NamedTuple):
    """All that a decision may read."""

    state: ControllerState
    soft: Soft
    now: Now
    entropy: Entropy
    config: ControllerConfig

    @property
    def image(self) -> MetadataImage:
        return self.state.image

    @property
    def level(self) -> int:
        """The finalized metadata.version."""
        return self.state.image.metadata_version

    def answer(
        self,
        ticket: Ticket,
        response: Message,
        records: Sequence[MetadataRecord] = (),
        soft: Soft | None = None,
        timers: Mapping[Hashable, Timer | None] | None = None,
    ) -> Outcome:
        """Write `records` and answer when they are committed."""
        return Decision(
            self.soft if soft is None else soft, tuple(records), (Reply(ticket, response),), timers or {}
        )

    def write(
        self,
        records: Sequence[MetadataRecord],
        soft: Soft | None = None,
        timers: Mapping[Hashable, Timer | None] | None = None,
    ) -> Outcome:
        """Write `records`; nobody waits."""
        return Decision(self.soft if soft is None else soft, tuple(records), (), timers or {})


class Command(Protocol):
    """What the controller is asked to do, or reminded of by a timer."""

    def decide(self, turn: Turn) -> Outcome: ...


@runtime_checkable
class Request(Command, Protocol):
    """A command that somebody awaits the answer of."""

    @property
    def ticket(self) -> Ticket: ...

    def refused(self, error: ApiError) -> Message:
        """The response that says the whole request failed."""


def bounded(records: list[MetadataRecord]) -> list[MetadataRecord]:
    """`records`, unless they are more than one request may cause."""
    if len(records) > RECORDS_MAX:
        raise excessive()
    return records


def excessive() -> ApiError:
    """One request may not cause that many records."""
    return ApiError(ErrorCode.POLICY_VIOLATION, "Unable to perform excessively large batch operation.")


def told(error: ApiError) -> str | None:
    """The message of `error` for a result: none where it only repeats its code (`ApiError.fromThrowable`)."""
    return None if error.message == error.code.text else error.message
