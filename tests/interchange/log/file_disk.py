"""Files of this machine behind the `Disk` port, without workers: what is to be done later is done at once."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from ottla.model.ports import Buffer, File


class RealFile:
    """One open file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    def size(self) -> int:
        return os.fstat(self._fd).st_size

    def write(self, position: int, data: Buffer) -> None:
        os.pwrite(self._fd, data, position)

    def writev(self, position: int, parts: Sequence[Buffer]) -> None:
        os.pwritev(self._fd, parts, position)

    def read(self, position: int, size: int) -> bytes:
        return os.pread(self._fd, size, position)

    def read_into(self, position: int, target: memoryview) -> int:
        return os.preadv(self._fd, [target], position)

    def truncate(self, size: int) -> None:
        os.ftruncate(self._fd, size)

    def sync(self) -> None:
        pass

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __del__(self) -> None:
        self.close()


class RealDisk:
    """Durability is not what these tests are about."""

    def open(self, path: str) -> RealFile:
        return RealFile(path)

    def exists(self, path: str) -> bool:
        return Path(path).exists()

    def is_dir(self, path: str) -> bool:
        return Path(path).is_dir()

    def list(self, path: str) -> list[str]:
        return sorted(entry.name for entry in Path(path).iterdir())

    def make_dir(self, path: str) -> None:
        Path(path).mkdir(parents=True, exist_ok=True)

    def read_all(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def replace(self, path: str, data: bytes) -> None:
        temporary = Path(path + ".tmp")
        temporary.write_bytes(data)
        temporary.replace(path)

    def rename(self, old: str, new: str) -> None:
        Path(old).replace(new)

    def remove(self, path: str) -> None:
        Path(path).unlink(missing_ok=True)

    def remove_tree(self, path: str) -> None:
        shutil.rmtree(path, ignore_errors=True)

    def sync_dir(self, path: str) -> None:
        pass

    def usage(self, path: str) -> tuple[int, int]:
        usage = shutil.disk_usage(path)
        return usage.total, usage.free

    def sync_later(self, files: Sequence[File], done: Callable[[OSError | None], None]) -> None:
        done(None)

    def replace_later(self, path: str, data: bytes, done: Callable[[OSError | None], None]) -> None:
        self.replace(path, data)
        done(None)

    def remove_later(self, paths: Sequence[str]) -> None:
        for path in paths:
            self.remove(path)
