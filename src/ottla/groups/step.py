"""What follows from one command, gathered while it is decided."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from ottla.groups.config import GroupsConfig
from ottla.groups.records import GroupRecord
from ottla.machine.decision import Decision, Reply, Timer
from ottla.model.ids import Ticket
from ottla.model.now import Now

Soft = TypeVar("Soft")

EXPIRY_TIMER: Final = ("expire offsets",)
FORGET_TIMER: Final = ("forget topics",)


def session_timer(group_id: str, member_id: str) -> Hashable:
    return ("session", group_id, member_id)


def join_timer(group_id: str) -> Hashable:
    return ("join", group_id)


def sync_timer(group_id: str) -> Hashable:
    return ("sync", group_id)


@dataclass(frozen=True, slots=True)
class GroupDecision(Decision[GroupRecord, Soft], Generic[Soft]):
    """A decision, and what people may want to read of it in the log."""

    facts: tuple[str, ...] = ()


class Step:
    """Lives for one decision. Groups and soft state are values and pass beside it."""

    __slots__ = ("_records", "_replies", "_timers", "config", "facts", "now")

    def __init__(self, config: GroupsConfig, now: Now) -> None:
        self.config, self.now = config, now
        self.facts: list[str] = []
        self._records: list[GroupRecord] = []
        self._replies: list[Reply] = []
        self._timers: dict[Hashable, Timer | None] = {}

    def reply(self, ticket: Ticket, answer: Any) -> None:
        self._replies.append(Reply(ticket, answer))

    def write(self, *records: GroupRecord) -> None:
        self._records.extend(records)

    def set_timer(self, key: Hashable, after_ms: int, command: Any) -> None:
        self._timers[key] = Timer(self.now.mono_ms + after_ms, command)

    def cancel_timer(self, key: Hashable) -> None:
        self._timers[key] = None

    def tell(self, fact: str) -> None:
        self.facts.append(fact)

    @property
    def timers(self) -> dict[Hashable, Timer | None]:
        return self._timers

    def decision(self, soft: Soft) -> GroupDecision[Soft]:
        return GroupDecision(
            soft,
            records=tuple(self._records),
            replies=tuple(self._replies),
            timers=self._timers,
            facts=tuple(self.facts),
        )
