"""The group coordinator's core as a shard drives it: its facts are logged, its faults contained."""

import logging
from collections.abc import Callable

from ottla.groups.answers import Refused
from ottla.groups.apply import apply
from ottla.groups.commands import Command
from ottla.groups.config import GroupsConfig
from ottla.groups.decide import decide
from ottla.groups.records import GroupRecord, encode_record
from ottla.groups.soft import Soft
from ottla.groups.state import GroupState
from ottla.groups.step import GroupDecision
from ottla.machine.decision import Decision, Reply
from ottla.model.errors import ErrorCode
from ottla.model.ids import Ticket
from ottla.model.now import Now
from ottla.wire.messages.group_metadata_value import GroupMetadataValue

_log = logging.getLogger("kafka.coordinator.group.GroupMetadataManager")


class GroupMachine:
    """One shard's machine."""

    def __init__(
        self, config: GroupsConfig, record_bytes_max: Callable[[], int], on_fault: Callable[[], None]
    ) -> None:
        self._config, self._record_bytes_max, self._on_fault = config, record_bytes_max, on_fault

    def decide(
        self, state: GroupState, soft: Soft, command: Command, now: Now
    ) -> Decision[GroupRecord, Soft]:
        """What the core decides, unless it can't be written or the core is at fault."""
        try:
            decision = decide(state, soft, command, now, self._config)
        except AssertionError:
            # Our own fault: the shard begins anew from its log, and goes on without this command.
            _log.exception("A rule of the group coordinator was broken by %r", command)
            self._on_fault()
            return _refused(soft, _ticket_of(command))
        if self._is_too_large(decision):
            lost = _ticket_of(command) | {reply.ticket for reply in decision.replies}
            return _refused(soft, lost)
        for fact in decision.facts:
            _log.info(fact)
        return decision

    def apply(self, state: GroupState, record: GroupRecord) -> GroupState:
        return apply(state, record)

    def forget(self, soft: Soft, tickets: frozenset[Ticket]) -> Soft:
        return soft.forget(tickets)

    def _is_too_large(self, decision: GroupDecision[Soft]) -> bool:
        """Whether a group's record fits into no batch. Those of offsets are bounded by their metadata."""
        return any(
            isinstance(record.value, GroupMetadataValue)
            and len(encode_record(record)[1] or b"") > self._record_bytes_max()
            for record in decision.records
        )


def _ticket_of(command: Command) -> frozenset[Ticket]:
    ticket: Ticket | None = getattr(command, "ticket", None)
    return frozenset() if ticket is None else frozenset({ticket})


def _refused(soft: Soft, tickets: frozenset[Ticket]) -> Decision[GroupRecord, Soft]:
    """As if the command had not come; whoever it would have answered hears that it failed."""
    failure = Refused(ErrorCode.UNKNOWN_SERVER_ERROR)
    return Decision(soft.forget(tickets), replies=tuple(Reply(ticket, failure) for ticket in sorted(tickets)))
