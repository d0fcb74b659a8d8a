"""Which partition a record goes to: that of its key, or one that is kept for a while (KIP-794)."""

from collections.abc import Sequence

from ottla.link.producer.murmur2 import partition_for_key
from ottla.model.ports import Entropy


class Partitioner:
    """Records without a key stay with one partition until about a batch of bytes has gone there.

    Kafka's client also weighs the partitions by their queues; here all are equally likely.
    """

    def __init__(self, batch_bytes: int, entropy: Entropy) -> None:
        self._batch_bytes, self._entropy = max(batch_bytes, 1), entropy
        self._sticky: dict[str, tuple[int, int]] = {}

    def partition(
        self, topic: str, key: bytes | None, size: int, partitions: int, available: Sequence[int]
    ) -> int:
        """For a record of `size` bytes; `available` are the partitions that have a leader."""
        assert partitions > 0, "a topic has partitions"
        if key is not None:
            return partition_for_key(key, partitions)
        chosen, sent = self._sticky.get(topic) or (self._choose(partitions, available), 0)
        if sent + size >= self._batch_bytes:
            self._sticky.pop(topic, None)
        else:
            self._sticky[topic] = (chosen, sent + size)
        return chosen

    def _choose(self, partitions: int, available: Sequence[int]) -> int:
        if available:
            return available[self._entropy.below(len(available))]
        return self._entropy.below(partitions)
