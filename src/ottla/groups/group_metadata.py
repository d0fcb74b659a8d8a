"""A classic group as its record in the log says: nothing of a rebalance under way."""

from dataclasses import dataclass
from typing import NamedTuple


class MemberMetadata(NamedTuple):
    """One member of a generation that was agreed upon."""

    id: str
    instance_id: str | None
    client_id: str
    client_host: str
    rebalance_timeout_ms: int
    session_timeout_ms: int
    subscription: bytes
    """The member's metadata for the protocol that was selected."""
    assignment: bytes


@dataclass(frozen=True, slots=True)
class GroupMetadata:
    """The last generation that was written («GroupMetadataValue.json»).

    The defaults are a simple group's: one that only commits offsets and has no record of its own.
    """

    protocol_type: str | None = None
    protocol: str | None = None
    generation: int = 0
    leader: str | None = None
    state_since_ms: int | None = None
    """Wall-clock time when the group came into the state it was written in; old records lack it."""
    members: tuple[MemberMetadata, ...] = ()
