"""Where an append comes from: it decides what is checked (Kafka's `AppendOrigin`)."""

from enum import Enum, auto


class Origin(Enum):
    """Who hands the records in."""

    CLIENT = auto()
    """A produce request: everything is checked."""
    COORDINATOR = auto()
    """A group or transaction coordinator, or transaction markers: epochs are checked, sequences are not."""
    REPLICATION = auto()
    """A follower that copies its leader: offsets and epochs are in the batches already."""
    RAFT_LEADER = auto()
    """The leader of the metadata quorum: it has set offsets and epochs itself."""
