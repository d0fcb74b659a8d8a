"""One question to a cluster: what is asked, of which node, and what the answer means.

A call decides, the driver (`dial/cluster.py`) carries it out: it finds the node, waits, and asks again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar

from ottla.model.errors import ApiError, ErrorCode
from ottla.wire.message import Message

Answer = TypeVar("Answer")


class Node(NamedTuple):
    """Who answers: the node with this id."""

    id: int


class Coordinator(NamedTuple):
    """Who answers: the coordinator of a group or a transactional id."""

    key: str
    kind: int = 0
    """`key_type` of FindCoordinator: 0 groups, 1 transactions, 2 shares."""


class Anyone:
    """Who answers: whichever node is at hand."""


class Controller:
    """Who answers: the node that the metadata calls controller; a broker forwards."""


Target = Node | Coordinator | Anyone | Controller
ANYONE: Final = Anyone()
CONTROLLER: Final = Controller()


class TryAgain(Exception):
    """The answer is an error that passes: ask again a little later, at the node that is right then."""

    def __init__(self, code: ErrorCode, message: str | None = None) -> None:
        super().__init__(code.name)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Call(Generic[Answer]):
    """`read` turns the response into the answer. It raises ApiError, or TryAgain while waiting may help."""

    name: str
    """As Kafka's clients name it when it takes too long."""
    to: Target
    request: Message
    read: Callable[[Any], Answer]
    version_max: int | None = None
    """The highest version to use, where a later one asks for what we don't have."""


MOVED: Final = frozenset(
    {ErrorCode.NOT_CONTROLLER, ErrorCode.NOT_COORDINATOR, ErrorCode.NOT_LEADER_OR_FOLLOWER}
)
"""The node asked is not, or no longer, the one that can answer."""
COORDINATOR_PASSING: Final = frozenset(
    {
        ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
        ErrorCode.COORDINATOR_NOT_AVAILABLE,
        ErrorCode.NOT_COORDINATOR,
    }
)


def raise_error(code: int, message: str | None = None, *, passing: Iterable[ErrorCode] = ()) -> None:
    """Nothing for NONE, TryAgain for what is `passing`, ApiError for the rest."""
    if code == 0:
        return
    error = error_code(code)
    if error in passing:
        raise TryAgain(error, message)
    raise ApiError(error, message)


def error_code(code: int) -> ErrorCode:
    """An error code of the wire; one that we don't know is an unknown one, as for Kafka's clients."""
    try:
        return ErrorCode(code)
    except ValueError:
        return ErrorCode.UNKNOWN_SERVER_ERROR
