"""A disk in memory, for tests of the log."""

from collections.abc import Callable, Sequence
from functools import partial

from ottla.model.ports import Buffer, File
from ottla.model.uuid import Uuid


class MemoryFile:
    """A file of a `MemoryDisk`."""

    def __init__(self, disk: "MemoryDisk", path: str) -> None:
        self._disk, self.path = disk, path

    def size(self) -> int:
        return len(self._disk.files[self.path])

    def write(self, position: int, data: Buffer) -> None:
        content = self._disk.files[self.path]
        if position > len(content):
            content.extend(bytes(position - len(content)))
        content[position : position + len(data)] = data

    def writev(self, position: int, parts: Sequence[Buffer]) -> None:
        self.write(position, b"".join(parts))

    def read(self, position: int, size: int) -> bytes:
        return bytes(self._disk.files[self.path][position : position + size])

    def read_into(self, position: int, target: memoryview) -> int:
        data = self.read(position, len(target))
        target[: len(data)] = data
        return len(data)

    def truncate(self, size: int) -> None:
        content = self._disk.files[self.path]
        del content[size:]
        content.extend(bytes(size - len(content)))

    def sync(self) -> None:
        pass

    def close(self) -> None:
        pass


class MemoryDisk:
    """Everything is durable at once; what is to be done later is done by `run_later`."""

    def __init__(self) -> None:
        self.files: dict[str, bytearray] = {}
        self.dirs: set[str] = set()
        self.renamed: list[str] = []
        self.synced: list[str] = []
        self.synced_dirs: list[str] = []
        self.sync_error: OSError | None = None
        self.syncs_under_way = 0
        self._later: list[Callable[[], None]] = []

    def run_one(self) -> None:
        self._later.pop(0)()

    def run_later(self) -> None:
        while self._later:
            self.run_one()

    def open(self, path: str) -> MemoryFile:
        self.files.setdefault(path, bytearray())
        return MemoryFile(self, path)

    def exists(self, path: str) -> bool:
        return path in self.files or path in self.dirs

    def is_dir(self, path: str) -> bool:
        return path in self.dirs

    def list(self, path: str) -> list[str]:
        prefix = path.rstrip("/") + "/"
        below = [name[len(prefix) :] for name in (*self.files, *self.dirs) if name.startswith(prefix)]
        return sorted({name.split("/")[0] for name in below})

    def make_dir(self, path: str) -> None:
        parts = path.split("/")
        self.dirs.update("/".join(parts[: n + 1]) for n in range(1, len(parts)))

    def read_all(self, path: str) -> bytes:
        if path not in self.files:
            raise FileNotFoundError(path)
        return bytes(self.files[path])

    def replace(self, path: str, data: bytes) -> None:
        self.files[path] = bytearray(data)

    def rename(self, old: str, new: str) -> None:
        self.renamed.append(old)
        if old in self.files:
            self.files[new] = self.files.pop(old)
            return
        if old not in self.dirs:
            raise FileNotFoundError(old)
        for name in [name for name in self.files if name.startswith(old + "/")]:
            self.files[new + name[len(old) :]] = self.files.pop(name)
        for name in [name for name in self.dirs if name == old or name.startswith(old + "/")]:
            self.dirs.remove(name)
            self.dirs.add(new + name[len(old) :])

    def remove(self, path: str) -> None:
        self.files.pop(path, None)

    def remove_tree(self, path: str) -> None:
        for name in [name for name in self.files if name.startswith(path + "/")]:
            del self.files[name]
        self.dirs = {name for name in self.dirs if name != path and not name.startswith(path + "/")}

    def sync_dir(self, path: str) -> None:
        self.synced_dirs.append(path)

    def usage(self, path: str) -> tuple[int, int]:
        return 1 << 40, 1 << 39

    def sync_later(self, files: Sequence[File], done: Callable[[OSError | None], None]) -> None:
        self.syncs_under_way += 1
        self._later.append(partial(self._sync, [file.path for file in files], done))

    def _sync(self, paths: Sequence[str], done: Callable[[OSError | None], None]) -> None:
        self.syncs_under_way -= 1
        self.synced += paths
        done(self.sync_error)

    def replace_later(self, path: str, data: bytes, done: Callable[[OSError | None], None]) -> None:
        self.replace(path, data)
        self._later.append(partial(done, None))

    def remove_later(self, paths: Sequence[str]) -> None:
        self._later.append(partial(self._remove_all, list(paths)))

    def _remove_all(self, paths: Sequence[str]) -> None:
        for path in paths:
            self.remove(path)
            self.remove_tree(path)


class CountingEntropy:
    """Chance without chance."""

    def __init__(self) -> None:
        self._count = 0

    def uuid(self) -> Uuid:
        self._count += 1
        return Uuid(b"\x50" + self._count.to_bytes(15, "big"))

    def below(self, bound: int) -> int:
        self._count += 1
        return self._count % bound
