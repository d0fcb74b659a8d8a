"""One committed offset, as the log of the coordinator holds it."""

from typing import NamedTuple

from ottla.model.uuid import ZERO


class CommittedOffset(NamedTuple):
    """Where a group continues on one partition («OffsetAndMetadata»)."""

    offset: int
    leader_epoch: int
    """Of the last record consumed; -1 if the client did not say."""
    metadata: str
    committed_at_ms: int
    """Wall-clock time of the commit."""
    expires_at_ms: int
    """Wall-clock time when the client lets it go (OffsetCommit 2-4); -1: by the broker's retention."""
    topic_id: bytes
    """The topic's id at the commit; zero where the record is older than ids."""
    record_offset: int
    """Where the record stands in the log: the later of two commits wins."""

    def is_of(self, topic_id: bytes) -> bool:
        """Whether it was committed for the topic with this id. An unknown id decides nothing."""
        return ZERO in (self.topic_id, topic_id) or self.topic_id == topic_id
