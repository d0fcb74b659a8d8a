"""The votes of one election, pre-vote or real."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ottla.raft.voters import ReplicaKey, VoterSet


@dataclass(slots=True)
class Election:
    """Counts the answers of the voters that the electing replica knows.

    Each voter counts once, its last word.
    """

    voters: VoterSet
    votes: dict[int, bool] = field(default_factory=dict)
    """Granted or refused, by voter."""

    @classmethod
    def begun_by(cls, node_id: int, voters: VoterSet) -> "Election":
        """A replica votes for itself."""
        assert node_id in voters.by_id, "only a voter stands for election"
        return cls(voters, {node_id: True})

    def record(self, node_id: int, *, granted: bool) -> None:
        if node_id in self.voters.by_id:
            self.votes[node_id] = granted

    @property
    def is_won(self) -> bool:
        return len(self.granting) >= self._majority

    @property
    def is_lost(self) -> bool:
        """Whether even all missing answers could not win it any more."""
        refused = len(self.votes) - len(self.granting)
        return len(self.voters) - refused < self._majority

    @property
    def granting(self) -> list[int]:
        return sorted(node_id for node_id, granted in self.votes.items() if granted)

    def unrecorded(self) -> Iterable[ReplicaKey]:
        """Whom to ask (again)."""
        return [voter.key for voter in self.voters.voters() if voter.key.node_id not in self.votes]

    @property
    def _majority(self) -> int:
        return len(self.voters) // 2 + 1
