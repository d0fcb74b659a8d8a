"""What the group coordinator decides on each command. It only reads; `apply` writes."""

from typing import assert_never

from ottla.groups.commands import (
    Command,
    CommitOffsets,
    DeleteGroup,
    DeleteOffsets,
    DescribeGroup,
    ExpireOffsets,
    FetchOffsets,
    ForgetTopics,
    Heartbeat,
    InitialDelayOver,
    JoinGroup,
    JoinTimedOut,
    LeaveGroup,
    ListGroups,
    SessionExpired,
    SyncGroup,
    SyncTimedOut,
)
from ottla.groups.config import GroupsConfig
from ottla.groups.on_groups import on_group
from ottla.groups.on_members import on_member
from ottla.groups.on_offsets import on_offsets
from ottla.groups.on_timers import on_timer
from ottla.groups.soft import Soft
from ottla.groups.state import GroupState
from ottla.groups.step import GroupDecision, Step
from ottla.groups.sweeps import sweep
from ottla.model.now import Now


def decide(
    state: GroupState, soft: Soft, command: Command, now: Now, config: GroupsConfig
) -> GroupDecision[Soft]:
    """Every ticket is answered here, or waits in the soft state for what answers it."""
    step = Step(config, now)
    return step.decision(_decide(step, state, soft, command))


def _decide(step: Step, state: GroupState, soft: Soft, command: Command) -> Soft:
    match command:
        case JoinGroup() | SyncGroup() | Heartbeat() | LeaveGroup():
            return on_member(step, state, soft, command)
        case CommitOffsets() | FetchOffsets() | DeleteOffsets():
            on_offsets(step, state, soft, command)
            return soft
        case ListGroups() | DescribeGroup() | DeleteGroup():
            return on_group(step, state, soft, command)
        case SessionExpired() | InitialDelayOver() | JoinTimedOut() | SyncTimedOut():
            return on_timer(step, state, soft, command)
        case ForgetTopics() | ExpireOffsets():
            return sweep(step, state, soft, command)
        case _:
            assert_never(command)
