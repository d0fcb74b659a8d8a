"""Who votes: replicas by id and directory, their listeners, and the set of them (KIP-853)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ottla.model.uuid import ZERO, Uuid, uuid_text


class Address(NamedTuple):
    """Where a listener is reached."""

    host: str
    port: int


Endpoints = Mapping[str, Address]
"""Addresses by the name of the listener, in capitals."""


class Node(NamedTuple):
    """A peer as a destination. Bootstrap servers, whose ids nobody knows, have ids from -2 downwards."""

    node_id: int
    host: str
    port: int


class ReplicaKey(NamedTuple):
    """One copy of the log: a node, and the directory that holds it (`ZERO`.

    Not known, as with static voters).
    """

    node_id: int
    directory_id: Uuid = ZERO

    def __str__(self) -> str:
        directory = "<undefined>" if self.directory_id == ZERO else uuid_text(self.directory_id)
        return f"ReplicaKey(id={self.node_id}, directoryId={directory})"


class VersionRange(NamedTuple):
    """The levels of `kraft.version` that a replica's software can take part in."""

    lowest: int
    highest: int


SUPPORTED_KRAFT_VERSIONS = VersionRange(0, 1)


class Voter(NamedTuple):
    """One member of the voter set."""

    key: ReplicaKey
    endpoints: Endpoints
    kraft_versions: VersionRange

    def is_replica(self, replica: ReplicaKey) -> bool:
        """Whether `replica` is this voter.

        A voter without a directory, as static ones are, is its node alone.
        """
        if self.key.node_id != replica.node_id:
            return False
        return self.key.directory_id in (ZERO, replica.directory_id)

    def node(self, listener: str) -> Node | None:
        address = self.endpoints.get(listener)
        return Node(self.key.node_id, *address) if address is not None else None


@dataclass(frozen=True, slots=True)
class VoterSet:
    """The voters by node id. A value: changes give a new set."""

    by_id: Mapping[int, Voter]

    @classmethod
    def of(cls, *voters: Voter) -> "VoterSet":
        return cls({voter.key.node_id: voter for voter in voters})

    @classmethod
    def static(cls, listener: str, addresses: Mapping[int, Address]) -> "VoterSet":
        """The voters of `controller.quorum.voters`: no directories, kraft.version 0."""
        return cls.of(
            *(
                Voter(ReplicaKey(node_id), {listener: address}, VersionRange(0, 0))
                for node_id, address in addresses.items()
            )
        )

    @property
    def ids(self) -> list[int]:
        return sorted(self.by_id)

    def __len__(self) -> int:
        return len(self.by_id)

    def voters(self) -> list[Voter]:
        """All voters, by id."""
        return [self.by_id[node_id] for node_id in self.ids]

    def is_voter(self, replica: ReplicaKey) -> bool:
        voter = self.by_id.get(replica.node_id)
        return voter is not None and voter.is_replica(replica)

    def is_only_voter(self, replica: ReplicaKey) -> bool:
        return len(self) == 1 and self.is_voter(replica)

    def endpoints(self, node_id: int) -> Endpoints:
        voter = self.by_id.get(node_id)
        return voter.endpoints if voter is not None else {}

    def needs_update(self, updated: Voter) -> bool:
        """Whether `updated` is one of the voters and what the set knows of it is out of date."""
        voter = self.by_id.get(updated.key.node_id)
        return voter is not None and voter.is_replica(updated.key) and voter != updated

    def updated(self, voter: Voter, *, ignoring_directory: bool = False) -> "VoterSet | None":
        """With `voter` in place of what was known of it; None if it is no voter."""
        known = self.by_id.get(voter.key.node_id)
        if known is None or not (ignoring_directory or known.is_replica(voter.key)):
            return None
        return VoterSet({**self.by_id, voter.key.node_id: voter})

    def added(self, voter: Voter) -> "VoterSet | None":
        """With `voter` too; None if its node is a voter already."""
        if voter.key.node_id in self.by_id:
            return None
        return VoterSet({**self.by_id, voter.key.node_id: voter})

    def removed(self, replica: ReplicaKey) -> "VoterSet | None":
        """Without `replica`; None if exactly this replica is no voter, or the last one."""
        voter = self.by_id.get(replica.node_id)
        if voter is None or voter.key != replica or len(self) == 1:
            return None
        return VoterSet(
            {node_id: known for node_id, known in self.by_id.items() if node_id != replica.node_id}
        )

    def support(self, kraft_version: int) -> bool:
        return all(
            v.kraft_versions.lowest <= kraft_version <= v.kraft_versions.highest for v in self.voters()
        )
