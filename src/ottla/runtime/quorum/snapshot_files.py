"""The snapshots beside the metadata log: `<end offset>-<epoch>.checkpoint` files."""

from ottla.model.ports import Disk
from ottla.raft.positions import EpochAndOffset
from ottla.raft.snapshots import parse_snapshot_name, part_name, snapshot_name


class SnapshotFiles:
    """Snapshots of one directory. A `.part` is being written; only its rename makes it a snapshot."""

    def __init__(self, disk: Disk, directory: str) -> None:
        self._disk, self._directory = disk, directory

    def found(self) -> dict[EpochAndOffset, int]:
        """Every complete snapshot with its size."""
        files = [parse_snapshot_name(name) for name in self._disk.list(self._directory)]
        return {
            file.snapshot: self._disk.open(self._path(file.snapshot)).size()
            for file in files
            if file is not None and file.is_complete
        }

    def name(self, snapshot: EpochAndOffset) -> str:
        return self._path(snapshot).rpartition("/")[2]

    def read_all(self, snapshot: EpochAndOffset) -> bytes:
        return self._disk.read_all(self._path(snapshot))

    def read_chunk(self, snapshot: EpochAndOffset, position: int, size: int) -> bytes:
        return self._disk.open(self._path(snapshot)).read(position, size)

    def write_chunk(self, snapshot: EpochAndOffset, position: int, data: bytes) -> None:
        file = self._disk.open(self._path(snapshot, part=True))
        if position == 0:
            file.truncate(0)
        file.write(position, data)

    def complete(self, snapshot: EpochAndOffset) -> None:
        part = self._path(snapshot, part=True)
        self._disk.open(part).sync()
        self._disk.rename(part, self._path(snapshot))

    def discard(self, snapshot: EpochAndOffset) -> None:
        self._disk.remove(self._path(snapshot, part=True))

    def remove(self, snapshots: tuple[EpochAndOffset, ...]) -> None:
        self._disk.remove_later([self._path(snapshot) for snapshot in snapshots])

    def _path(self, snapshot: EpochAndOffset, *, part: bool = False) -> str:
        return f"{self._directory}/{part_name(snapshot) if part else snapshot_name(snapshot)}"
