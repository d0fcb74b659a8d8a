"""A disk in memory that stops at any write, and forgets what was not synced.

As the real port promises: `rename` and `replace` last; what is written lasts from its sync on, a new name
from the sync of its directory on. A kill keeps everything written so far, a power cut keeps of each unsynced
change what the test says.
"""

from collections.abc import Callable, Sequence

from tests.unit.log.memory_disk import MemoryDisk, MemoryFile

from ottla.model.ports import Buffer

Change = tuple[int, bytes | None]
"""Position and bytes written; or a size and None for a truncation."""
Survivors = Callable[[Sequence[Change]], Sequence[Change]]
"""What a power cut leaves of the unsynced changes of one file."""


class Crash(Exception):
    """The node is gone in the middle of something."""


class CrashingFile(MemoryFile):
    """Every change passes through the disk's count."""

    def write(self, position: int, data: Buffer) -> None:
        assert isinstance(self._disk, CrashingDisk)
        self._disk.change(self.path, position, bytes(data))

    def truncate(self, size: int) -> None:
        assert isinstance(self._disk, CrashingDisk)
        self._disk.change(self.path, size, None)

    def sync(self) -> None:
        assert isinstance(self._disk, CrashingDisk)
        self._disk.sync(self.path)


class CrashingDisk(MemoryDisk):
    """`crash_at` is the number of the change in which it stops; writes are half done then."""

    def __init__(self, crash_at: int | None = None) -> None:
        super().__init__()
        self.crash_at, self.changes_made = crash_at, 0
        self._durable: dict[str, bytes] = {}
        self._pending: dict[str, list[Change]] = {}
        self._unnamed: set[str] = set()

    def change(self, path: str, position: int, data: bytes | None) -> None:
        if self._counts() and data is not None:
            self._apply(path, (position, data[: len(data) // 2]))
        self._stop()
        self._apply(path, (position, data))

    def sync(self, path: str) -> None:
        if path in self.files:
            self._durable[path], self._pending[path] = bytes(self.files[path]), []

    def cut_power(self, survivors: Survivors) -> None:
        """What the medium holds: files whose names were never synced are gone."""
        self.crash_at = None
        for path in list(self.files):
            if path in self._unnamed:
                self.remove(path)
                continue
            self.files[path] = bytearray(self._durable.get(path, b""))
            for change in survivors(self._pending.get(path, [])):
                _carry_out(self.files[path], change)
        self.revive()

    def revive(self) -> None:
        """The node starts again; nothing it asked for before is carried out any more."""
        self._later.clear()
        self.syncs_under_way, self.crash_at = 0, None
        for path in self.files:
            self.sync(path)
        self._unnamed.clear()

    # The port

    def open(self, path: str) -> MemoryFile:
        if path not in self.files:
            self._counts()
            self._stop()
            super().open(path)
            self._unnamed.add(path)
        return CrashingFile(self, path)

    def replace(self, path: str, data: bytes) -> None:
        self._counts()
        self._stop()
        super().replace(path, data)
        self.sync(path)
        self._name(path)

    def rename(self, old: str, new: str) -> None:
        self._counts()
        self._stop()
        super().rename(old, new)
        if old in self._pending or old in self._durable:
            self._durable[new], self._pending[new] = self._durable.pop(old, b""), self._pending.pop(old, [])
        self._unnamed.discard(old)
        self._name(new)

    def remove(self, path: str) -> None:
        if path in self.files:
            self._counts()
            self._stop()
            super().remove(path)
            self._durable.pop(path, None)
            self._pending.pop(path, None)

    def sync_dir(self, path: str) -> None:
        self._name(f"{path}/")

    def _sync(self, paths: Sequence[str], done: Callable[[OSError | None], None]) -> None:
        for path in paths:
            self.sync(path)
        super()._sync(paths, done)

    # Inside

    def _name(self, path: str) -> None:
        """All names in the directory last."""
        directory = path.rpartition("/")[0]
        self._unnamed = {name for name in self._unnamed if name.rpartition("/")[0] != directory}

    def _counts(self) -> bool:
        self.changes_made += 1
        return self.changes_made == self.crash_at

    def _stop(self) -> None:
        if self.crash_at is not None and self.changes_made >= self.crash_at:
            raise Crash

    def _apply(self, path: str, change: Change) -> None:
        _carry_out(self.files[path], change)
        self._pending.setdefault(path, []).append(change)


def _carry_out(content: bytearray, change: Change) -> None:
    position, data = change
    if data is None:
        del content[position:]
        content.extend(bytes(position - len(content)))
    else:
        content.extend(bytes(max(position - len(content), 0)))
        content[position : position + len(data)] = data
