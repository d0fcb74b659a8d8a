"""A shard on paper: it drives the core as `runtime/machines` does, and checks what must hold after each step.

Decisions apply at once; their records go into the log, and their answers out, at the end of a turn. A turn
may fail: then state and soft state go back, and who was answered or came in it hears of the failure.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from ottla.groups.apply import apply
from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.commands import Command, JoinGroup, LeaveGroup, SyncGroup
from ottla.groups.config import GroupsConfig
from ottla.groups.decide import decide
from ottla.groups.group_metadata import GroupMetadata
from ottla.groups.loaded import loaded
from ottla.groups.records import decode_record, encode_record
from ottla.groups.soft import Soft
from ottla.groups.state import GroupState
from ottla.groups.step import GroupDecision, session_timer
from ottla.machine.decision import Timer
from ottla.model.ids import Ticket
from ottla.model.now import Now

FAILED = "the append failed"
START = Now(1_000_000, 1_700_000_000_000)


@dataclass
class Coordinator:
    config: GroupsConfig = field(default_factory=GroupsConfig)
    now: Now = START
    state: GroupState = field(default_factory=GroupState)
    soft: Soft = field(default_factory=Soft)
    log: list[tuple[bytes, bytes | None]] = field(default_factory=list)
    timers: dict[Hashable, Timer] = field(default_factory=dict)
    answers: dict[Ticket, Any] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)
    """How many records each turn wrote."""
    asked: set[Ticket] = field(default_factory=set)
    durable: GroupState = field(default_factory=GroupState)
    """What the log replays to."""

    def submit(self, command: Callable[[Ticket], Command]) -> Ticket:
        """A turn of one command."""
        return self.turn([command])[0]

    def ask(self, command: Callable[[Ticket], Command]) -> Any:
        """A turn of one command that is answered in it."""
        return self.answers[self.submit(command)]

    def turn(self, commands: list[Callable[[Ticket], Command]], fails: bool = False) -> list[Ticket]:
        tickets = [Ticket(len(self.asked) + 1 + at) for at in range(len(commands))]
        self.asked.update(tickets)
        self._turn([make(ticket) for make, ticket in zip(commands, tickets, strict=True)], tickets, fails)
        return tickets

    def tell(self, command: Command) -> None:
        """A turn of one command that nobody waits for."""
        self._turn([command], [], False)

    def advance(self, ms: int, fails: Callable[[], bool] = lambda: False) -> None:
        """Let time pass; timers fire when it has come, each in a turn of its own."""
        end_ms = self.now.mono_ms + ms
        while due := sorted(
            (timer.deadline_ms, str(key), key)
            for key, timer in self.timers.items()
            if timer.deadline_ms <= end_ms
        ):
            deadline_ms, _, key = due[0]
            self._pass(deadline_ms - self.now.mono_ms)
            self._turn([self.timers.pop(key).command], [], fails(), key)
        self._pass(end_ms - self.now.mono_ms)

    def _pass(self, ms: int) -> None:
        if ms > 0:
            self.now = Now(self.now.mono_ms + ms, self.now.wall_ms + ms)

    def reload(self, config: GroupsConfig | None = None) -> "Coordinator":
        """Another coordinator that has loaded the same log."""
        other = Coordinator(config or self.config, self.now, log=list(self.log))
        for key, value in other.log:
            other.state = apply(other.state, decode_record(key, value))
        other.durable = other.state
        other.soft, timers = loaded(other.state, other.now, other.config)
        other.timers = {key: timer for key, timer in timers.items() if timer is not None}
        other._check()
        return other

    def group(self, group_id: str = "g") -> ClassicGroup:
        group = self.soft.find(self.state, group_id)
        assert isinstance(group, ClassicGroup)
        return group

    # One turn

    def _turn(
        self, commands: list[Command], tickets: list[Ticket], fails: bool, fired: Hashable = None
    ) -> None:
        state, soft = self.state, self.soft
        decisions = [self._decide(command) for command in commands]
        answered = {reply.ticket: reply.answer for decision in decisions for reply in decision.replies}
        assert sum(len(decision.replies) for decision in decisions) == len(answered), (
            "no ticket answered twice"
        )
        records = [encode_record(record) for decision in decisions for record in decision.records]
        if fails and records:
            self.state = state
            lost = frozenset(answered) | frozenset(tickets)
            self.soft = soft.forget(lost)
            self._answer(dict.fromkeys(lost, FAILED))
            if fired is not None:
                # A timer whose turn failed goes off again a little later.
                self.timers[fired] = Timer(self.now.mono_ms + 500, commands[0])
            self._check()
            return
        self.log += records
        self.turns.append(len(records))
        for key, value in records:
            self.durable = apply(self.durable, decode_record(key, value))
        for decision in decisions:
            for timer_key, timer in decision.timers.items():
                self.timers.pop(timer_key, None)
                if timer is not None:
                    self.timers[timer_key] = timer
        self._answer(answered)
        self._check()

    def _decide(self, command: Command) -> GroupDecision[Soft]:
        decision = decide(self.state, self.soft, command, self.now, self.config)
        for record in decision.records:
            self.state = apply(self.state, record)
        self.soft = decision.soft
        self.facts += decision.facts
        return decision

    def _answer(self, answered: dict[Ticket, Any]) -> None:
        for ticket, answer in answered.items():
            assert ticket not in self.answers, "no ticket is answered twice"
            self.answers[ticket] = answer

    # What must hold

    @property
    def waiting(self) -> set[Ticket]:
        return self.asked - set(self.answers)

    def _check(self) -> None:
        assert self.state == self.durable, "the live state is what the log replays to"
        in_groups: list[Ticket] = []
        for group_id, group in self.soft.groups.sorted_items():
            check_group(group)
            assert group_id == group.id
            in_groups += [ticket for _, ticket in group.joining.sorted_items()]
            in_groups += [ticket for _, ticket in group.syncing.sorted_items()]
            self._check_timers(group)
            self._check_written(group)
        assert sorted(in_groups) == sorted(self.waiting), "whoever is not answered waits in one place"
        for group_id, durable in self.state.groups.sorted_items():
            if isinstance(durable, GroupMetadata) and group_id not in self.soft.groups:
                assert not durable.members, "a group with members is in memory"

    def _check_timers(self, group: ClassicGroup) -> None:
        for member in group.all_members():
            assert session_timer(group.id, member.id) in self.timers, "every member has a session"
        for member_id, _ in group.pending_join.sorted_items():
            assert session_timer(group.id, member_id) in self.timers, "so has who is to become one"
        if group.is_in(ClassicGroupState.PREPARING_REBALANCE):
            assert ("join", group.id) in self.timers, "a rebalance ends"
        if len(group.pending_sync):
            assert ("sync", group.id) in self.timers, "waiting for SyncGroup ends"

    def _check_written(self, group: ClassicGroup) -> None:
        """A stable or an empty group is what its record says."""
        durable = self.state.groups.get(group.id)
        assert isinstance(durable, GroupMetadata), "a group in memory is in the log"
        if group.is_in(ClassicGroupState.STABLE):
            assert durable.generation == group.generation
            assert {m.id: m.assignment for m in durable.members} == {
                m.id: m.assignment for m in group.all_members()
            }


def check_group(group: ClassicGroup) -> None:
    ids = {member.id for member in group.all_members()}
    assert group.leader in ids if ids else group.leader is None, "the leader is a member"
    assert not ids & {member_id for member_id, _ in group.pending_join.sorted_items()}
    assert {member_id for member_id, _ in group.joining.sorted_items()} <= ids
    assert {member_id for member_id, _ in group.syncing.sorted_items()} <= ids
    assert {member_id for member_id, _ in group.pending_sync.sorted_items()} <= ids
    static = {m.instance_id: m.id for m in group.all_members() if m.instance_id is not None}
    assert dict(group.static_members.sorted_items()) == static
    supporters: dict[str, int] = {}
    for member in group.all_members():
        for name, _ in member.protocols:
            supporters[name] = supporters.get(name, 0) + 1
    assert dict(group.supporters.sorted_items()) == supporters

    if len(group.joining):
        assert group.is_in(ClassicGroupState.PREPARING_REBALANCE), "who joins waits for the next generation"
    if len(group.syncing):
        assert group.is_in(ClassicGroupState.COMPLETING_REBALANCE), "who syncs waits for the leader"
    assert group.is_in(ClassicGroupState.EMPTY) == (not ids) or group.is_in(
        ClassicGroupState.PREPARING_REBALANCE
    )


__all__ = ["FAILED", "Coordinator", "JoinGroup", "LeaveGroup", "SyncGroup", "check_group"]
