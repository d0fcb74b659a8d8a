"""Places in the metadata log."""

from typing import NamedTuple


class EpochAndOffset(NamedTuple):
    """A log end, or the id of a snapshot: everything below `offset`, the last record of which is of `epoch`.

    Fields stand in Raft's order, so that of two logs the greater one is the more up to date
    (Kafka's `OffsetAndEpoch` compares in the same way).
    """

    epoch: int
    offset: int

    def __str__(self) -> str:
        return f"OffsetAndEpoch[offset={self.offset}, epoch={self.epoch}]"


BOOTSTRAP_SNAPSHOT = EpochAndOffset(epoch=0, offset=0)
"""The id of the snapshot that formatting a dynamic quorum writes. It is never served to others."""
