"""A simulated disk as one process sees it: once that is killed, nothing of it reaches the disk any more."""

from collections.abc import Callable, Sequence

from ottla.model.ports import Buffer, File
from ottla.sim.disk import SimDisk


class Vanished(BaseException):
    """A callback of a killed process still ran. It must leave no trace; the loop drops it."""


class Mount:
    """The `Disk` port for one life of the node."""

    def __init__(self, disk: SimDisk) -> None:
        self._disk = disk
        self._life = disk.life

    @property
    def alive(self) -> SimDisk:
        """The disk, for a living process."""
        if self._disk.life != self._life:
            raise Vanished
        return self._disk

    def open(self, path: str) -> "MountedFile":
        self.alive.open(path)
        return MountedFile(self, path)

    def exists(self, path: str) -> bool:
        return self.alive.exists(path)

    def is_dir(self, path: str) -> bool:
        return self.alive.is_dir(path)

    def list(self, path: str) -> "list[str]":
        return self.alive.list(path)

    def make_dir(self, path: str) -> None:
        self.alive.make_dir(path)

    def read_all(self, path: str) -> bytes:
        return self.alive.read_all(path)

    def replace(self, path: str, data: bytes) -> None:
        self.alive.replace(path, data)

    def rename(self, old: str, new: str) -> None:
        self.alive.rename(old, new)

    def remove(self, path: str) -> None:
        """Of a killed process this is a generator that tidies up while it is collected: no callback."""
        if self._disk.life == self._life:
            self._disk.remove(path)

    def remove_tree(self, path: str) -> None:
        self.alive.remove_tree(path)

    def sync_dir(self, path: str) -> None:
        self.alive.sync_dir(path)

    def usage(self, path: str) -> tuple[int, int]:
        return self.alive.usage(path)

    def sync_later(self, files: Sequence[File], done: Callable[[OSError | None], None]) -> None:
        self.alive.sync_later(files, done)

    def replace_later(self, path: str, data: bytes, done: Callable[[OSError | None], None]) -> None:
        self.alive.replace_later(path, data, done)

    def remove_later(self, paths: Sequence[str]) -> None:
        self.alive.remove_later(paths)


class MountedFile:
    """One file, by its path."""

    def __init__(self, mount: Mount, path: str) -> None:
        self._mount, self.path = mount, path

    def size(self) -> int:
        return len(self._mount.alive.inode(self.path).content)

    def write(self, position: int, data: Buffer) -> None:
        self._mount.alive.write(self.path, position, bytes(data))

    def writev(self, position: int, parts: Sequence[Buffer]) -> None:
        self._mount.alive.write(self.path, position, b"".join(parts))

    def read(self, position: int, size: int) -> bytes:
        disk = self._mount.alive
        disk.may_fail("read", self.path)
        return bytes(disk.inode(self.path).content[position : position + size])

    def read_into(self, position: int, target: memoryview) -> int:
        data = self.read(position, len(target))
        target[: len(data)] = data
        return len(data)

    def truncate(self, size: int) -> None:
        self._mount.alive.truncate(self.path, size)

    def sync(self) -> None:
        self._mount.alive.sync(self.path)

    def close(self) -> None:
        return
