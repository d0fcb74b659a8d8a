"""One partition on this broker: its log, its replica state, and the requests that wait on it."""

from collections.abc import Callable
from functools import partial

from ottla.log.partition_log import Appended, Origin, PartitionLog
from ottla.machine.later import Later
from ottla.model.errors import ErrorCode
from ottla.model.ids import LeaderEpoch, Offset, Ticket, TopicPartition
from ottla.model.now import Now
from ottla.replication.ack_waiters import AckWaiters, Committed, Deposed, Reply, Ticked, Wait
from ottla.replication.leader import LeaderReplica

Watcher = Callable[[], None]


class Partition:
    """A partition that this broker leads."""

    __slots__ = (
        "_acks",
        "_last_ticket",
        "_laters",
        "_on_disk_failure",
        "_watchers",
        "is_led",
        "is_offline",
        "log",
        "name",
        "replica",
        "topic_id",
    )

    def __init__(
        self,
        name: TopicPartition,
        topic_id: bytes,
        log: PartitionLog,
        replica: LeaderReplica,
        on_disk_failure: "Callable[[Partition, OSError], None]",
    ) -> None:
        self.name, self.topic_id, self.log, self.replica = name, topic_id, log, replica
        self._on_disk_failure = on_disk_failure
        self.is_led, self.is_offline = True, False
        self._acks = AckWaiters(replica.high_watermark)
        self._laters: dict[Ticket, Later[ErrorCode]] = {}
        self._last_ticket = 0
        self._watchers: dict[object, Watcher] = {}

    @property
    def high_watermark(self) -> Offset:
        return self.replica.high_watermark

    @property
    def last_stable_offset(self) -> Offset:
        return self.log.last_stable_offset(self.replica.high_watermark)

    def epoch_error(self, epoch: int) -> ErrorCode:
        """What is wrong with the leader epoch that a client names; -1 names none (KIP-320)."""
        if epoch in (-1, self.replica.epoch):
            return ErrorCode.NONE
        return ErrorCode.FENCED_LEADER_EPOCH if epoch < self.replica.epoch else ErrorCode.UNKNOWN_LEADER_EPOCH

    def append(self, data: memoryview | bytearray, now: Now, origin: Origin) -> Appended:
        """Append as leader. Raises AppendRefused, and OSError when the disk fails."""
        try:
            appended = self.log.append(data, leader_epoch=self.replica.epoch, now=now, origin=origin)
        except OSError as error:
            self.disk_failed(error)
            raise
        if self.log.must_flush:
            self.log.sync_later(partial(self._flushed, self.log.log_end_offset, now))
        elif self.replica.appended(self.log.log_end_offset):
            self._committed(now)
        return appended

    def _flushed(self, end: Offset, now: Now, error: OSError | None) -> None:
        """Only now are records below `end` there for anybody; a failure has gone to `disk_failed`."""
        if error is None and self.is_led and end > self.replica.log_end and self.replica.appended(end):
            self._committed(now)

    def wait_committed(self, offset: Offset, deadline_ms: int, now: Now) -> Later[ErrorCode]:
        """Answered once every record below `offset` is committed, or at the deadline."""
        self._last_ticket += 1
        ticket = Ticket(self._last_ticket)
        later = self._laters[ticket] = Later()
        self._settle(self._acks.step(Wait(ticket, offset, deadline_ms), now))
        return later

    def tick(self, now: Now) -> None:
        """Answer produce requests whose time is over."""
        self._settle(self._acks.step(Ticked(), now))

    def watch(self, key: object, watcher: Watcher) -> None:
        """Call `watcher` after each commit, until `unwatch`."""
        self._watchers[key] = watcher

    def unwatch(self, key: object) -> None:
        self._watchers.pop(key, None)

    def take_stock(self, now: Now) -> None:
        """At the begin of an epoch: what the ISR holds already is committed."""
        if self.replica.appended(self.log.log_end_offset):
            self._committed(now)

    def disk_failed(self, error: OSError) -> None:
        """An operation on the log's files failed: its directory goes offline."""
        self._on_disk_failure(self, error)

    def take_offline(self, now: Now) -> None:
        """The log's directory has failed: nothing is read or written any more."""
        self.is_offline = True
        self.depose(now)

    def depose(self, now: Now) -> None:
        """This broker no longer leads the partition: whoever waits is told."""
        self.is_led = False
        self._settle(self._acks.step(Deposed(), now))
        self._wake()

    def advance_log_start(self, offset: Offset) -> None:
        self.log.advance_log_start(offset)
        self._wake()

    def lead(self, epoch: LeaderEpoch, isr: frozenset[int], partition_epoch: int, now: Now) -> None:
        """The controller committed a new state of this partition."""
        if epoch > self.replica.epoch:
            self.replica.epoch = epoch
            self.log.epochs.assign(epoch, self.log.log_end_offset)
        if self.replica.isr_changed(isr, partition_epoch):
            self._committed(now)

    def _committed(self, now: Now) -> None:
        if self._laters:
            self._settle(self._acks.step(Committed(self.replica.high_watermark), now))
        else:
            self._acks.high_watermark = self.replica.high_watermark
        self._wake()

    def _wake(self) -> None:
        if self._watchers:
            for watcher in list(self._watchers.values()):
                watcher()

    def _settle(self, replies: list[Reply]) -> None:
        for reply in replies:
            self._laters.pop(reply.ticket).settle(reply.error)


def committed_all(
    partition: Partition, offset: Offset, deadline_ms: int, now: Now
) -> Later[ErrorCode] | None:
    """None when every record below `offset` is committed already: the usual case needs no waiting."""
    if partition.high_watermark >= offset:
        return None
    return partition.wait_committed(offset, deadline_ms, now)
