"""The leader's view of one partition: which records are committed.

The high watermark is the smallest log end among the maximal in-sync set: the ISR as the controller knows
it, and whoever we have asked it to add (KIP-497; a pending shrink counts only when it is committed). It
never falls within an epoch, and stands still while the ISR is smaller than `min.insync.replicas` (KIP-966).
"""

from dataclasses import dataclass, field

from ottla.model.ids import BrokerId, LeaderEpoch, Offset


@dataclass(slots=True)
class LeaderReplica:
    """One partition that this broker leads. Mutable, driven by one loop."""

    broker: BrokerId
    epoch: LeaderEpoch
    isr: frozenset[int]
    partition_epoch: int
    high_watermark: Offset
    log_end: Offset
    min_isr: int = 1
    _followers: dict[int, Offset] = field(default_factory=dict)

    def appended(self, log_end: Offset) -> bool:
        """Our own log grew; whether the high watermark rose."""
        assert log_end >= self.log_end, "a leader never truncates"
        self.log_end = log_end
        return self._advance()

    def follower_fetched(self, follower: BrokerId, offset: Offset) -> bool:
        """A follower asked for `offset`, so it holds all before it; whether the high watermark rose."""
        self._followers[follower] = offset
        return self._advance()

    def isr_changed(self, isr: frozenset[int], partition_epoch: int) -> bool:
        """The controller committed another ISR; whether the high watermark rose."""
        assert partition_epoch >= self.partition_epoch, "an older state of the partition was applied"
        self.isr, self.partition_epoch = isr, partition_epoch
        return self._advance()

    @property
    def enough_replicas(self) -> bool:
        """Whether produce with acks=all may be accepted."""
        return len(self.isr) >= self.min_isr

    def _advance(self) -> bool:
        if len(self.isr) == 1 and not self._followers:
            # The usual case of a small cluster, and on every produce request.
            rose = self.log_end > self.high_watermark
            self.high_watermark = max(self.high_watermark, self.log_end)
            return rose
        if not self.enough_replicas and self._followers:
            return False
        ends = [self._followers.get(replica, Offset(0)) for replica in self.isr if replica != self.broker]
        lowest = min([self.log_end, *ends])
        if lowest <= self.high_watermark:
            return False
        self.high_watermark = Offset(lowest)
        return True
