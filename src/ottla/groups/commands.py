"""What the group coordinator is asked, by clients and by its own timers.

A command with a ticket is answered once, sooner or later. Group ids are not checked here but by the APIs.
"""

from dataclasses import replace
from typing import NamedTuple

from ottla.groups.member import Member, Protocol
from ottla.model.ids import Ticket


class JoinGroup(NamedTuple):
    """A member wants to be in the next generation. Answered with `Joined`."""

    ticket: Ticket
    group_id: str
    member_id: str
    """Empty: it has none yet."""
    instance_id: str | None
    new_member_id: str
    """What the member is called if it needs a name: drawn by the caller, since decisions draw nothing."""
    client_id: str
    client_host: str
    session_timeout_ms: int
    rebalance_timeout_ms: int
    protocol_type: str
    protocols: tuple[Protocol, ...]
    """By preference."""
    requires_known_member_id: bool
    """Whether a new member must come back with its id before it counts (KIP-394)."""
    supports_skipping_assignment: bool
    """Whether a leader can be told to leave the assignment as it is (KIP-814)."""
    reason: str = ""

    @property
    def client_reason(self) -> str:
        """For the log."""
        return self.reason or "not provided"

    def renewed(self, member: Member) -> Member:
        """The member with what it says of itself now."""
        return replace(
            member,
            protocols=self.protocols,
            rebalance_timeout_ms=self.rebalance_timeout_ms,
            session_timeout_ms=self.session_timeout_ms,
        )


class SyncGroup(NamedTuple):
    """A member wants its assignment; the leader brings those of all. Answered with `Synced`."""

    ticket: Ticket
    group_id: str
    generation: int
    member_id: str
    instance_id: str | None
    protocol_type: str | None
    protocol: str | None
    assignments: tuple[tuple[str, bytes], ...]
    """By member id."""


class Heartbeat(NamedTuple):
    """A member is alive. Answered with an ErrorCode."""

    ticket: Ticket
    group_id: str
    generation: int
    member_id: str
    instance_id: str | None


class Leaving(NamedTuple):
    """A member to remove, by id, or by instance with an empty id (an administrator)."""

    member_id: str
    instance_id: str | None
    reason: str | None = None


class LeaveGroup(NamedTuple):
    """Answered with a tuple of ErrorCodes, in the order of `members`."""

    ticket: Ticket
    group_id: str
    members: tuple[Leaving, ...]


class OffsetToCommit(NamedTuple):
    """One partition of an OffsetCommit; the topic is known to exist."""

    topic: str
    topic_id: bytes
    partition: int
    offset: int
    leader_epoch: int
    metadata: str | None


class CommitOffsets(NamedTuple):
    """Answered with a tuple of ErrorCodes, in the order of `offsets`, or Refused."""

    ticket: Ticket
    group_id: str
    generation: int
    """Or the member's epoch; -1 from whoever is no member."""
    member_id: str
    instance_id: str | None
    retention_ms: int
    """-1: the broker's."""
    offsets: tuple[OffsetToCommit, ...]
    version: int
    """Of the request: some refusals depend on it."""


class WantedOffset(NamedTuple):
    """One partition of an OffsetFetch."""

    topic: str
    topic_id: bytes
    partition: int


class FetchOffsets(NamedTuple):
    """Answered with a tuple of `FetchedOffset`, or Refused."""

    ticket: Ticket
    group_id: str
    member_id: str | None
    member_epoch: int
    wanted: tuple[WantedOffset, ...] | None
    """None: all that the group has."""
    require_stable: bool


class DeleteOffsets(NamedTuple):
    """Answered with a tuple of ErrorCodes, in the order of `partitions`, or Refused."""

    ticket: Ticket
    group_id: str
    partitions: tuple[tuple[str, int], ...]


class ListGroups(NamedTuple):
    """Answered with a tuple of `ListedGroup`. An empty filter lets everything through."""

    ticket: Ticket
    states: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()


class DescribeGroup(NamedTuple):
    """Answered with a `DescribedGroup`, or Refused."""

    ticket: Ticket
    group_id: str


class DeleteGroup(NamedTuple):
    """Answered with an ErrorCode."""

    ticket: Ticket
    group_id: str


class DeletedTopic(NamedTuple):
    """A topic that is gone; one of the same name may be there again."""

    id: bytes
    name: str


class ForgetTopics(NamedTuple):
    """Topics were deleted: their offsets go. A sweep: `rest` are the groups left; None begins it."""

    topics: tuple[DeletedTopic, ...]
    rest: tuple[str, ...] | None = None


# From timers


class SessionExpired(NamedTuple):
    """A member, or one that was given an id, was not heard of in time."""

    group_id: str
    member_id: str


class InitialDelayOver(NamedTuple):
    """The first rebalance of an empty group has waited `delay_ms` for more members and may wait on."""

    group_id: str
    generation: int
    """Before the rebalance; so for the next."""
    delay_ms: int
    remaining_ms: int


class JoinTimedOut(NamedTuple):
    """The members have had their time to join again."""

    group_id: str
    generation: int


class SyncTimedOut(NamedTuple):
    """The members of `generation` have had their time to ask for their assignments."""

    group_id: str
    generation: int


class ExpireOffsets(NamedTuple):
    """Forget what nobody wants any more. A sweep, as above."""

    rest: tuple[str, ...] | None = None


MemberCommand = JoinGroup | SyncGroup | Heartbeat | LeaveGroup
OffsetCommand = CommitOffsets | FetchOffsets | DeleteOffsets
GroupCommand = ListGroups | DescribeGroup | DeleteGroup
TimerCommand = SessionExpired | InitialDelayOver | JoinTimedOut | SyncTimedOut
Sweep = ForgetTopics | ExpireOffsets
Command = MemberCommand | OffsetCommand | GroupCommand | TimerCommand | Sweep
