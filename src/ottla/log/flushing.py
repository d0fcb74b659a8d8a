"""Bringing a log onto the medium, and how far that has come: the recovery point.

Everything below the recovery point is on disk for good, and recovery after a crash begins in its segment.
Syncs are carried out by a worker, one at a time for each log: who asks while one is under way waits for
the next, and all of them share it. After a sync that failed nothing is tried again: what it left out is
lost to a second one without a word, so the directory must go offline.
"""

from collections.abc import Callable

from ottla.log.leader_epochs import LeaderEpochs
from ottla.log.segment import Segment
from ottla.log.segments import Segments
from ottla.model.ports import Disk, File

Done = Callable[[OSError | None], None]


class Flushing:
    """Mutable, of one log."""

    def __init__(
        self,
        disk: Disk,
        directory: str,
        segments: Segments,
        epochs: LeaderEpochs,
        *,
        recovery_point: int,
        end_offset: int,
        changed: bool,
    ) -> None:
        """`changed` says that opening the log wrote to it."""
        self._disk, self._directory, self._segments = disk, directory, segments
        self._epochs = epochs
        self.recovery_point = recovery_point
        self._opened_at, self._changed = end_offset, changed
        self.failure: OSError | None = None
        self.on_failure: Callable[[OSError], None] | None = None
        self.last_flush_ms = 0
        self._waiting: list[tuple[int, Done]] = []
        self._under_way_to = -1
        self._folder_synced = False
        self._snapshots: list[File] = []
        self._generation = 0

    def flush(self, end_offset: int, done: Done | None = None) -> None:
        """Sync everything below `end_offset`, then call `done`; at once if that has been done."""
        if done is None:
            done = _nobody
        if self.failure is not None or end_offset <= self.recovery_point:
            done(self.failure)
            return
        self._waiting.append((end_offset, done))
        if self._under_way_to < 0:
            self._begin()

    def has_changed(self, end_offset: int) -> bool:
        """Whether anything was written or cut since the log was opened."""
        return self._changed or end_offset != self._opened_at or self._generation > 0

    def flush_now(self, end_offset: int) -> None:
        """Sync everything and wait for it: for a clean stop. Raises OSError."""
        if self.failure is not None:
            raise self.failure
        self._epochs.save()
        for segment in self._segments.between(self.recovery_point, end_offset + 1):
            for file in segment.files:
                file.sync()
        for file in self._snapshots:
            file.sync()
        self._snapshots = []
        self._sync_names()
        self.recovery_point = end_offset

    def rolled(self, old: Segment, base_offset: int, snapshot: File | None) -> None:
        """The log goes on in a new segment at `base_offset`; a producer snapshot waits for the next sync.

        Its name must last before its first record is written: if a later segment survived a power cut that
        it did not, there would be a hole in the log. And where the recovery point reaches the new segment,
        the indexes of the old one are not made anew by recovery any more: they must last too.
        """
        self._disk.sync_dir(self._directory)
        if max(self.recovery_point, self._under_way_to) >= base_offset:
            for file in old.files:
                file.sync()
        if snapshot is not None:
            self._snapshots.append(snapshot)

    def truncated(self, end_offset: int) -> None:
        """The log was cut: what a sync under way covers says nothing of what comes now."""
        self.recovery_point = min(self.recovery_point, end_offset)
        self._waiting = [(min(wanted, end_offset), done) for wanted, done in self._waiting]
        self._snapshots = []
        self._generation += 1

    def restarted(self, end_offset: int) -> None:
        """The log begins anew at `end_offset`, in a file whose name is not synced yet."""
        self.truncated(end_offset)
        self._folder_synced = False

    def abandon(self) -> None:
        """The log is deleted: whoever waits is told, and a sync under way says nothing any more."""
        self.failure = FileNotFoundError("the log is deleted")
        self._settle(max((wanted for wanted, _ in self._waiting), default=0), self.failure)

    def _begin(self) -> None:
        end = max(end for end, _ in self._waiting)
        files: list[File] = []
        for segment in self._segments.between(self.recovery_point, end):
            # The active segment's indexes need no sync: recovery makes them anew from its log.
            files += [segment.file] if segment is self._segments.active else segment.files
        files += self._snapshots
        self._snapshots = []
        self._under_way_to = end
        try:
            # Recovery begins at the recovery point: epochs that began before it must last by then.
            self._epochs.save()
        except OSError as error:
            self.fail(error)
            return
        generation = self._generation
        self._disk.sync_later(files, lambda error: self._synced(end, generation, error))

    def _synced(self, end: int, generation: int, error: OSError | None) -> None:
        self._under_way_to = -1
        if self.failure is not None:
            return
        try:
            if error is None:
                self._sync_names()
        except OSError as failure:
            error = failure
        if error is not None:
            self.fail(error)
            return
        if generation == self._generation:
            self.recovery_point = max(self.recovery_point, end)
        self._settle(self.recovery_point, None)
        if self._waiting and self._under_way_to < 0:
            self._begin()

    def fail(self, error: OSError) -> None:
        self.failure = error
        if self.on_failure is not None:
            self.on_failure(error)
        self._settle(max((wanted for wanted, _ in self._waiting), default=0), error)

    def _settle(self, end: int, error: OSError | None) -> None:
        waiting = self._waiting
        self._waiting = [entry for entry in waiting if entry[0] > end]
        for wanted, done in waiting:
            if wanted <= end:
                done(error)

    def _sync_names(self) -> None:
        """Of the first segment and of the folder itself; later ones see to themselves."""
        if not self._folder_synced:
            self._disk.sync_dir(self._directory)
            self._disk.sync_dir(self._directory.rpartition("/")[0])
            self._folder_synced = True


def _nobody(error: OSError | None) -> None:
    """Nobody waits: a failure is kept in `failure`."""
