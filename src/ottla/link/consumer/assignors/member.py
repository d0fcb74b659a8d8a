"""A member of a group as an assignor sees it."""

from dataclasses import dataclass

from ottla.link.consumer.protocol import Subscription
from ottla.model.ids import TopicPartition

Assignment = dict[str, list[TopicPartition]]
"""The partitions of each member, by member id."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member and its subscription."""

    id: str
    subscription: Subscription
    instance_id: str | None = None

    @property
    def place(self) -> tuple[bool, str]:
        """Static members come first, in the order of their instance ids, so that restarts change nothing."""
        if self.instance_id is None:
            return True, self.id
        return False, self.instance_id
