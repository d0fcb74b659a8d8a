"""The snapshots beside the metadata log: `<end offset>-<epoch>.checkpoint` files."""

from ottla.model.ports import Disk
from ottla.raft.positions import EpochAndOffset

_SUFFIX, _PART = ".checkpoint", ".checkpoint.part"


class SnapshotFiles:
    """Snapshots of one directory. A `.part` is being written; only its rename makes it a snapshot."""

    def __init__(self, disk: Disk, directory: str) -> None:
        self._disk, self._directory = disk, directory

    def found(self) -> dict[EpochAndOffset, int]:
        """Every complete snapshot with its size; leftovers of unfinished ones are removed."""
        sizes: dict[EpochAndOffset, int] = {}
        for name in self._disk.list(self._directory):
            path = f"{self._directory}/{name}"
            if name.endswith((_PART, _SUFFIX + ".deleted")):
                self._disk.remove(path)
            elif name.endswith(_SUFFIX) and "-" in name:
                offset, _, epoch = name.removesuffix(_SUFFIX).partition("-")
                sizes[EpochAndOffset(int(epoch), int(offset))] = self._disk.open(path).size()
        return sizes

    def name(self, snapshot: EpochAndOffset) -> str:
        return self._path(snapshot).rpartition("/")[2]

    def read_all(self, snapshot: EpochAndOffset) -> bytes:
        return self._disk.read_all(self._path(snapshot))

    def read_chunk(self, snapshot: EpochAndOffset, position: int, size: int) -> bytes:
        return self._disk.open(self._path(snapshot)).read(position, size)

    def write_chunk(self, snapshot: EpochAndOffset, position: int, data: bytes) -> None:
        file = self._disk.open(self._path(snapshot, _PART))
        if position == 0:
            file.truncate(0)
        file.write(position, data)

    def complete(self, snapshot: EpochAndOffset) -> None:
        part = self._path(snapshot, _PART)
        self._disk.open(part).sync()
        self._disk.rename(part, self._path(snapshot))

    def discard(self, snapshot: EpochAndOffset) -> None:
        self._disk.remove(self._path(snapshot, _PART))

    def remove(self, snapshots: tuple[EpochAndOffset, ...]) -> None:
        self._disk.remove_later([self._path(snapshot) for snapshot in snapshots])

    def _path(self, snapshot: EpochAndOffset, suffix: str = _SUFFIX) -> str:
        return f"{self._directory}/{snapshot.offset:020d}-{snapshot.epoch:010d}{suffix}"
