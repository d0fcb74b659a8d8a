"""A member of a classic group, as the coordinator keeps it in memory."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple


class Protocol(NamedTuple):
    """An assignor that the member supports, and what it wants to say to the leader under it. Opaque."""

    name: str
    metadata: bytes


@dataclass(frozen=True, slots=True)
class Member:
    """A value: a change gives a new one."""

    id: str
    instance_id: str | None
    """Set for a static member (KIP-345)."""
    client_id: str
    client_host: str
    rebalance_timeout_ms: int
    session_timeout_ms: int
    protocols: tuple[Protocol, ...]
    """By preference."""
    assignment: bytes = b""
    is_new: bool = False
    """It has seen no generation yet, so that its client can't heartbeat."""

    @property
    def is_static(self) -> bool:
        return self.instance_id is not None

    def metadata(self, protocol: str | None) -> bytes:
        for name, metadata in self.protocols:
            if name == protocol:
                return metadata
        raise AssertionError(f"member {self.id} does not support protocol {protocol}")

    def vote(self, candidates: Collection[str]) -> str:
        """The candidate that the member prefers."""
        return next(name for name, _ in self.protocols if name in candidates)
