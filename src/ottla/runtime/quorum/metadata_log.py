"""`__cluster_metadata-0`: log, snapshots and quorum-state, as the raft core's effects need them."""

from collections.abc import Callable, Iterator

from ottla.log.partition_log import PartitionLog
from ottla.model.ids import LeaderEpoch, Offset
from ottla.model.now import Now
from ottla.model.ports import Disk
from ottla.raft.batches import BatchView, read_batches
from ottla.raft.control_records import recover_voters
from ottla.raft.log_view import LogView
from ottla.raft.positions import EpochAndOffset
from ottla.raft.snapshot_recovery import recover_snapshots
from ottla.raft.voter_history import VoterHistory
from ottla.raft.voters import VoterSet
from ottla.runtime.quorum.snapshot_files import SnapshotFiles

_QUORUM_STATE = "quorum-state"
_READ_BYTES = 1 << 20


class MetadataLog:
    """The files of one replica of the metadata log."""

    def __init__(self, disk: Disk, directory: str, log: PartitionLog, now: Callable[[], Now]) -> None:
        self._disk, self._directory, self._log, self._now = disk, directory, log, now
        self.snapshots = SnapshotFiles(disk, directory)

    @property
    def start_offset(self) -> int:
        return self._log.log_start_offset

    @property
    def end_offset(self) -> int:
        return self._log.log_end_offset

    @property
    def size(self) -> int:
        """Bytes of the log."""
        return self._log.size

    def view(self) -> LogView:
        """What the raft core knows of this log at the start."""
        return LogView.recovered(
            self._log.log_start_offset,
            self._log.log_end_offset,
            self._log.epochs.entries(),
            self.snapshots.found(),
        )

    def voters(self, static: VoterSet) -> VoterHistory:
        """Who votes, as the latest snapshot and the log behind it say."""
        latest = max(self.snapshots.found(), default=None)
        first = b"" if latest is None else self.snapshots.read_all(latest)
        header = next((bytes(batch.data) for batch in read_batches(first)), b"")
        batches = self.batches(self.start_offset, self.end_offset)
        return recover_voters(static, latest, header, batches)

    def recover(self) -> None:
        """Bring log and snapshots together after whatever the last stop was. Raises InconsistentSnapshots."""
        epochs = self._log.epochs.entries()
        end = EpochAndOffset(epochs[-1].epoch if epochs else 0, self.end_offset)
        names = self._disk.list(self._directory)
        recovered = recover_snapshots(names, self.start_offset, end)
        for name in recovered.unneeded:
            self._disk.remove(f"{self._directory}/{name}")
        if recovered.restart_at is not None:
            self._log.truncate_fully_and_start_at(Offset(recovered.restart_at.offset), self._now())

    def read_quorum_state(self) -> bytes | None:
        path = f"{self._directory}/{_QUORUM_STATE}"
        return self._disk.read_all(path) if self._disk.exists(path) else None

    def write_quorum_state(self, content: bytes) -> None:
        self._disk.replace(f"{self._directory}/{_QUORUM_STATE}", content)

    def append(self, data: bytes, epoch: int) -> None:
        """Whole batches that carry their offsets already."""
        self._log.append_as_raft_leader(data, LeaderEpoch(epoch), self._now())

    def sync_later(self, done: Callable[[OSError | None], None]) -> None:
        self._log.sync_later(done)

    def truncate_to(self, offset: int) -> None:
        self._log.truncate_to(Offset(offset), self._now())

    def restart_at(self, snapshot: EpochAndOffset, older: tuple[EpochAndOffset, ...]) -> None:
        self._log.truncate_fully_and_start_at(Offset(snapshot.offset), self._now())
        self.snapshots.remove(older)

    def delete_before(self, snapshot: EpochAndOffset, older: tuple[EpochAndOffset, ...]) -> None:
        self._log.advance_log_start(Offset(snapshot.offset))
        self._log.delete_before_log_start(self._now())
        self.snapshots.remove(older)

    def read(self, offset: int, end: int, max_bytes: int) -> bytes:
        """Whole batches from `offset` on, below `end`; at least one where there is one."""
        found = self._log.read(Offset(offset), max_bytes, end_offset=Offset(end), min_one_message=True)
        return found.file.read(found.position, found.length) if found.length else b""

    def batches(self, start: int, end: int) -> Iterator[BatchView]:
        """All batches with offsets from `start` up to `end`."""
        while start < end:
            data = self.read(start, end, _READ_BYTES)
            assert data, "what is committed can be read"
            for batch in read_batches(data):
                if batch.end_offset > start:
                    yield batch
                    start = batch.end_offset

    def close(self) -> None:
        self._log.close(self._now())
