"""The producers of a log along with their snapshots: kept up on append, rebuilt from the log otherwise."""

from collections.abc import Iterator

from ottla.log.origin import Origin
from ottla.log.producer_snapshots import ProducerSnapshots, SnapshotDamaged
from ottla.log.producer_state import ProducerState, Staged, is_expired
from ottla.log.segment import Segment
from ottla.log.segments import Segments
from ottla.log.transaction_index import AbortedTransaction
from ottla.model.ports import File

PRODUCER_EXPIRATION_MS = 24 * 60 * 60 * 1000
"""Kafka's default of `producer.id.expiration.ms`."""
_BATCHES_PER_STEP = 1000


class ProducerLog:
    """`end_offset` is the offset up to which `state` holds what the log says."""

    def __init__(self, state: ProducerState, snapshots: ProducerSnapshots, expiration_ms: int) -> None:
        self.state, self.snapshots, self.expiration_ms = state, snapshots, expiration_ms
        self.end_offset = 0
        self.snapshot_offset = 0

    def appended(self, staged: Staged, segment: Segment) -> None:
        """The batches behind `staged` are written to `segment`: markers go into its transaction index."""
        state = self.state
        state.commit(staged)
        for completed in staged.completed:
            if completed.aborted:
                segment.transactions.append(
                    AbortedTransaction(
                        completed.producer_id,
                        completed.first_offset,
                        completed.last_offset,
                        state.stable_offset_after(completed),
                    )
                )
            state.complete(completed)

    def take_snapshot(self) -> File | None:
        """Write the state unless there is a snapshot of it. It is the caller's to sync the file."""
        if self.end_offset <= self.snapshot_offset:
            return None
        file = self.snapshots.write(self.end_offset, self.state.producers.values())
        self.snapshot_offset = self.end_offset
        return file

    def log_start_advanced(self, log_start: int) -> None:
        """Nothing before `log_start` counts any more; producers stay known."""
        self.state.replicated_to(log_start)
        self.end_offset = max(self.end_offset, log_start)
        latest = self.snapshots.latest
        self.snapshot_offset = log_start if latest is None else latest

    def restart_at(self, offset: int) -> None:
        """Forget everything: the log begins anew at `offset`."""
        self.state.clear()
        self.snapshots.remove_all()
        self.snapshot_offset, self.end_offset = 0, offset

    def rebuild(
        self, segments: Segments, begin: int, end: int, now_ms: int, *, clean: bool = False
    ) -> Iterator[None]:
        """Bring the state to `end`: from the last snapshot below, and by reading the log behind it.

        `begin` is the base of the first segment on disk. What lies before the log's start counts too as
        long as it is there, so that a restart changes nothing. `clean` says that the log was closed
        properly: without any snapshot there was no producer then. A generator of short steps.
        """
        bases = segments.base_offsets[-2:]
        if clean and self.snapshots.latest is None:
            for offset in (*bases, end):
                self.end_offset = offset
                self.take_snapshot()
            return
        was_empty = not self.state.producers and self.state.first_unstable_offset is None
        nothing_to_do = was_empty and self.end_offset >= end
        self._go_back(begin, end, now_ms)
        if end > self.end_offset and not nothing_to_do:
            for segment in segments.between(self.end_offset, end):
                start = self.end_offset = max(segment.base_offset, self.end_offset)
                if segment.base_offset in bases:
                    self.take_snapshot()
                yield from self._read(segment, start, end)
        self.end_offset = end
        self.take_snapshot()

    def _go_back(self, begin: int, end: int, now_ms: int) -> None:
        """To the last snapshot at or below `end`, or to nothing at `begin`."""
        for offset in [offset for offset in self.snapshots.offsets if not begin <= offset <= end]:
            self.snapshots.remove(offset)
        if end == self.end_offset:
            return
        self.state.clear()
        self.end_offset = self.snapshot_offset = begin
        while (latest := self.snapshots.latest) is not None:
            try:
                entries = self.snapshots.read(latest)
            except SnapshotDamaged:
                self.snapshots.remove(latest)
                continue
            self.state.load(e for e in entries if not is_expired(e, now_ms, self.expiration_ms))
            self.end_offset = self.snapshot_offset = latest
            return

    def _read(self, segment: Segment, start: int, end: int) -> Iterator[None]:
        """Learn from the batches of `segment` between the offsets, without touching its indexes."""
        position, limit = segment.position_of(start), segment.position_of(end)
        staged = Staged()
        for count, (at, header) in enumerate(segment.batches_from(position, limit), 1):
            if header.producer_id >= 0:
                data = segment.file.read(at, header.size) if header.is_control else b""
                self.state.stage(staged, data, 0, header, header.base_offset, Origin.REPLICATION)
            if count % _BATCHES_PER_STEP == 0:
                self._learned(staged)
                staged = Staged()
                yield
        self._learned(staged)
        yield

    def _learned(self, staged: Staged) -> None:
        self.state.commit(staged)
        for completed in staged.completed:
            self.state.complete(completed)
