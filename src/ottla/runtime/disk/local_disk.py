"""Files of this machine behind the `Disk` port."""

import asyncio
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from ottla.model.ports import Buffer
from ottla.model.ports import File as FilePort
from ottla.runtime.disk.descriptors import Descriptors


class LocalFile:
    """One file by its path; the descriptor is looked up at each use, since the cache may have closed it."""

    __slots__ = ("_descriptors", "path")

    def __init__(self, path: str, descriptors: Descriptors) -> None:
        self.path = path
        self._descriptors = descriptors

    def size(self) -> int:
        return os.fstat(self._descriptors.get(self.path)).st_size

    def write(self, position: int, data: Buffer) -> None:
        written = os.pwrite(self._descriptors.get(self.path), data, position)
        if written < len(data):
            self.write(position + written, memoryview(data)[written:])

    def writev(self, position: int, parts: Sequence[Buffer]) -> None:
        written = os.pwritev(self._descriptors.get(self.path), parts, position)
        if written < sum(map(len, parts)):
            self.write(position + written, memoryview(b"".join(parts))[written:])

    def read(self, position: int, size: int) -> bytes:
        return os.pread(self._descriptors.get(self.path), size, position)

    def read_into(self, position: int, target: memoryview) -> int:
        return os.preadv(self._descriptors.get(self.path), [target], position)

    def truncate(self, size: int) -> None:
        os.ftruncate(self._descriptors.get(self.path), size)

    def sync(self) -> None:
        os.fsync(self._descriptors.get(self.path))

    def close(self) -> None:
        self._descriptors.close(self.path)


class LocalDisk:
    """The port as a POSIX system gives it. Workers sync and remove; their answers come back on the loop."""

    def __init__(self, on_failed_removal: Callable[[str, OSError], None]) -> None:
        self._descriptors = Descriptors()
        self._on_failed_removal = on_failed_removal
        # Apart, so that a long removal never stands before a sync that the quorum waits for.
        self._syncing = ThreadPoolExecutor(2, thread_name_prefix="sync")
        self._removing = ThreadPoolExecutor(1, thread_name_prefix="remove")
        self._replacing = ThreadPoolExecutor(1, thread_name_prefix="replace")

    def open(self, path: str) -> LocalFile:
        self._descriptors.get(path)
        return LocalFile(path, self._descriptors)

    def exists(self, path: str) -> bool:
        return os.path.exists(path)

    def is_dir(self, path: str) -> bool:
        return os.path.isdir(path)

    def list(self, path: str) -> list[str]:
        return sorted(os.listdir(path))

    def make_dir(self, path: str) -> None:
        os.makedirs(path, exist_ok=True)

    def read_all(self, path: str) -> bytes:
        with open(path, "rb") as file:
            return file.read()

    def replace(self, path: str, data: bytes) -> None:
        self._descriptors.close(path)
        _replace(path, data)

    def rename(self, old: str, new: str) -> None:
        self._forget(old)
        self._forget(new)
        os.replace(old, new)
        self.sync_dir(os.path.dirname(new))

    def remove(self, path: str) -> None:
        self._descriptors.close(path)
        if os.path.lexists(path):
            os.unlink(path)

    def remove_tree(self, path: str) -> None:
        self._forget(path)
        if os.path.lexists(path):
            shutil.rmtree(path)

    def sync_dir(self, path: str) -> None:
        _sync_dir(path)

    def usage(self, path: str) -> tuple[int, int]:
        volume = os.statvfs(path)
        return volume.f_blocks * volume.f_frsize, volume.f_bavail * volume.f_frsize

    def sync_later(self, files: Sequence[FilePort], done: Callable[[OSError | None], None]) -> None:
        loop = asyncio.get_running_loop()
        # Own descriptors: the cache may close its own while the worker waits.
        descriptors = [os.dup(self._descriptors.get(file.path)) for file in files]
        future = self._syncing.submit(_sync_all, descriptors)
        future.add_done_callback(lambda ended: _tell(loop, done, ended))

    def replace_later(self, path: str, data: bytes, done: Callable[[OSError | None], None]) -> None:
        loop = asyncio.get_running_loop()
        self._descriptors.close(path)
        future = self._replacing.submit(_replace, path, data)
        future.add_done_callback(lambda ended: _tell(loop, done, ended))

    def remove_later(self, paths: Sequence[str]) -> None:
        for path in paths:
            self._forget(path)
        self._removing.submit(self._remove_all, list(paths))

    def close(self) -> None:
        """Wait for the workers and close every file."""
        self._syncing.shutdown()
        self._removing.shutdown()
        self._replacing.shutdown()
        self._descriptors.close_all()

    def _forget(self, path: str) -> None:
        self._descriptors.close(path)
        self._descriptors.close_below(path)

    def _remove_all(self, paths: Sequence[str]) -> None:
        for path in paths:
            try:
                if os.path.isdir(path):
                    shutil.rmtree(path)
                elif os.path.lexists(path):
                    os.unlink(path)
            except OSError as error:
                self._on_failed_removal(path, error)


def _replace(path: str, data: bytes) -> None:
    temporary = path + ".tmp"
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    _sync_dir(os.path.dirname(path))


def _sync_dir(path: str) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _sync_all(descriptors: Sequence[int]) -> None:
    try:
        for fd in descriptors:
            os.fsync(fd)
    finally:
        for fd in descriptors:
            os.close(fd)


def _tell(
    loop: asyncio.AbstractEventLoop, done: Callable[[OSError | None], None], ended: "Future[None]"
) -> None:
    error = ended.exception()
    assert error is None or isinstance(error, OSError), f"a sync failed in an unforeseen way: {error!r}"
    if not loop.is_closed():
        loop.call_soon_threadsafe(done, error)
