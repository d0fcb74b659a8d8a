"""Time is over for a member, or for a phase of a rebalance."""

from typing import assert_never

from ottla.groups.classic.heartbeat import session_expired
from ottla.groups.classic.rebalance import initial_delay_over, join_timed_out, sync_timed_out
from ottla.groups.classic_group import ClassicGroup
from ottla.groups.commands import (
    InitialDelayOver,
    JoinTimedOut,
    SessionExpired,
    SyncTimedOut,
    TimerCommand,
)
from ottla.groups.soft import Soft
from ottla.groups.state import GroupState
from ottla.groups.step import Step


def on_timer(step: Step, state: GroupState, soft: Soft, command: TimerCommand) -> Soft:
    """The soft state afterwards."""
    group = soft.find(state, command.group_id)
    if not isinstance(group, ClassicGroup):
        return soft  # it was deleted in the meantime
    match command:
        case SessionExpired():
            return soft.keep(session_expired(step, group, command))
        case InitialDelayOver():
            return soft.keep(initial_delay_over(step, group, command))
        case JoinTimedOut():
            return soft.keep(join_timed_out(step, group, command))
        case SyncTimedOut():
            return soft.keep(sync_timed_out(step, group, command))
        case _:
            assert_never(command)
