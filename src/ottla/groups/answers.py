"""What the group coordinator answers, before the versions of the APIs shape it."""

from typing import NamedTuple

from ottla.model.errors import ErrorCode


class Refused(NamedTuple):
    """The whole request fails."""

    error: ErrorCode
    message: str | None = None


class JoinedMember(NamedTuple):
    """What the leader is told of each member."""

    id: str
    instance_id: str | None
    metadata: bytes


class Joined(NamedTuple):
    """A JoinGroup is over: the member is in the generation, or `error` says why not."""

    error: ErrorCode = ErrorCode.NONE
    member_id: str = ""
    generation: int = -1
    protocol_type: str | None = None
    protocol: str | None = None
    leader: str = ""
    members: tuple[JoinedMember, ...] = ()
    """Only the leader hears of them."""
    skip_assignment: bool = False


class Synced(NamedTuple):
    """A SyncGroup is over: what the member owns in its generation, or why it owns nothing."""

    error: ErrorCode = ErrorCode.NONE
    protocol_type: str | None = None
    protocol: str | None = None
    assignment: bytes = b""


class FetchedOffset(NamedTuple):
    """One partition of an OffsetFetch; -1: nothing is committed."""

    topic: str
    topic_id: bytes
    partition: int
    offset: int = -1
    leader_epoch: int = -1
    metadata: str = ""
    error: ErrorCode = ErrorCode.NONE


class ListedGroup(NamedTuple):
    """In Kafka's words."""

    id: str
    protocol_type: str
    state: str
    type: str


class DescribedMember(NamedTuple):
    """Metadata is what it joined with, assignment what it owns; both opaque."""

    id: str
    instance_id: str | None
    client_id: str
    client_host: str
    metadata: bytes
    assignment: bytes


class DescribedGroup(NamedTuple):
    """In Kafka's words; empty is unknown."""

    id: str
    state: str
    protocol_type: str
    protocol: str
    members: tuple[DescribedMember, ...]
