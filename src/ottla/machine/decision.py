"""What a replicated state machine decides on one command.

Every machine (controller, group coordinator, later transactions and shares) is the same shape:

- `decide(state, soft, command, ..., now) -> Decision` only reads;
- `apply(state, record) -> state` is the only writer of `state`;
- `loaded(state, now) -> timers` gives what must run after replay.

The shard that drives a machine (`runtime/machines`) applies the records at once, appends them, and
settles the replies when they are committed. A reply without records still waits for the writes
before it. When an append fails, state, soft state and timers go back together.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from ottla.model.ids import Ticket

Record = TypeVar("Record")
Soft = TypeVar("Soft")


class Reply(NamedTuple):
    """Answer the request that holds `ticket` with `answer`, once the decision is committed."""

    ticket: Ticket
    answer: Any


class Timer(NamedTuple):
    """Submit `command` when `mono_ms` has come, unless the timer's key was set anew or cancelled before."""

    deadline_ms: int
    command: Any


@dataclass(frozen=True, slots=True)
class Decision(Generic[Record, Soft]):
    """All that follows from one command. It goes into the log whole or not at all."""

    soft: Soft
    """The soft state afterwards: what Kafka keeps in memory only. A value; the old one stays valid."""
    records: tuple[Record, ...] = ()
    replies: tuple[Reply, ...] = ()
    timers: Mapping[Hashable, Timer | None] = field(default_factory=dict)
    """By key: a timer to set (in place of the one before), or None to cancel it."""
