"""Session timers: a member that is not heard of in time is out. Every member has one, always."""

from ottla.groups.commands import SessionExpired
from ottla.groups.member import Member
from ottla.groups.step import Step, session_timer


def renew(step: Step, group_id: str, member: Member) -> None:
    """The member was heard of."""
    watch(step, group_id, member.id, member.session_timeout_ms)


def watch(step: Step, group_id: str, member_id: str, timeout_ms: int) -> None:
    """The member, or who is to become one, must be heard of within `timeout_ms`."""
    command = SessionExpired(group_id, member_id)
    step.set_timer(session_timer(group_id, member_id), timeout_ms, command)


def end(step: Step, group_id: str, member_id: str) -> None:
    step.cancel_timer(session_timer(group_id, member_id))
