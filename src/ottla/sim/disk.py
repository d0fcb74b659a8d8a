"""The simulated disk: what is written lives in the page cache; what is synced survives a power cut.

Per file the writes since the last sync are kept, and a power cut keeps, drops or tears each of them at
512-byte sectors. Names are as weak: creating, renaming and removing last only from the sync of the
directory on. A killed process loses nothing (reliability F1, F2, F4, F5, F7).
"""

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from ottla.model.ports import File
from ottla.sim.loop import SimLoop
from ottla.sim.trace import Trace

_SECTOR = 512
_VOLUME_BYTES = 1 << 40


@dataclass(slots=True)
class _Inode:
    """One file's bytes: as they are, as they are on the medium, and what happened between."""

    content: bytearray = field(default_factory=bytearray)
    durable: bytes = b""
    changes: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(position, bytes written), or (size, None) for a truncation, since the last sync."""

    def write(self, position: int, data: bytes) -> None:
        if position > len(self.content):
            self.content.extend(bytes(position - len(self.content)))
        self.content[position : position + len(data)] = data
        self.changes.append((position, data))

    def truncate(self, size: int) -> None:
        if size < len(self.content):
            del self.content[size:]
        else:
            self.content.extend(bytes(size - len(self.content)))
        self.changes.append((size, None))

    def sync(self) -> None:
        self.durable = bytes(self.content)
        self.changes.clear()

    def write_torn(self, position: int, data: bytes, random: Random) -> None:
        """Some of the sectors, in whatever order they would have reached the medium."""
        at, end = position, position + len(data)
        while at < end:
            behind = min(end, (at // _SECTOR + 1) * _SECTOR)
            if random.random() < 0.5:
                self.write(at, data[at - position : behind - position])
            at = behind

    def lose_power(self, random: Random) -> None:
        """What the medium holds afterwards."""
        survivor = _Inode(bytearray(self.durable))
        for position, data in self.changes:
            fate = random.random()
            if fate < 0.4:
                continue
            if data is None:
                survivor.truncate(position)
            elif fate < 0.6:
                survivor.write_torn(position, data, random)
            else:
                survivor.write(position, data)
        self.content = survivor.content
        self.sync()


class SimDisk:
    """One machine's disk. Survives the node that uses it."""

    def __init__(self, loop: SimLoop, random: Random, trace: Trace) -> None:
        self._loop, self._random, self.trace = loop, random, trace
        self._files: dict[str, _Inode] = {}
        self._dirs: dict[str, None] = {"/": None}
        self._durable_names: dict[str, _Inode] = {}
        self._durable_dirs: dict[str, None] = {"/": None}
        self.mean_sync_s = 0.002
        self.room: int | None = None
        """Bytes that can still be written before ENOSPC; None for no limit."""
        self.failing: dict[str, int] = {}
        """By operation (read, write, sync): the errno that it fails with from now on."""
        self.life = 0

    # --- what the port asks -----------------------------------------------------------------------

    def open(self, path: str) -> None:
        """Have a file at `path`; `Mount` gives the handle."""
        if path not in self._files:
            self._require_dir(_parent(path))
            self.may_fail("write", path)
            self._files[path] = _Inode()
            self.trace.note("create", path)

    def exists(self, path: str) -> bool:
        return path in self._files or path in self._dirs

    def is_dir(self, path: str) -> bool:
        return path in self._dirs

    def list(self, path: str) -> list[str]:
        self._require_dir(path)
        prefix = path.rstrip("/") + "/"
        names = [name for name in (*self._files, *self._dirs) if name.startswith(prefix)]
        return sorted({name[len(prefix) :] for name in names if "/" not in name[len(prefix) :]} - {""})

    def make_dir(self, path: str) -> None:
        if path not in self._dirs:
            if path != "/":
                self.make_dir(_parent(path))
            self._dirs[path] = None

    def read_all(self, path: str) -> bytes:
        self.may_fail("read", path)
        return bytes(self.inode(path).content)

    def replace(self, path: str, data: bytes) -> None:
        temporary = path + ".tmp"
        self.open(temporary)
        self.inode(temporary).truncate(0)
        self.write(temporary, 0, data)
        self.sync(temporary)
        self.rename(temporary, path)

    def rename(self, old: str, new: str) -> None:
        self.may_fail("write", old)
        self.trace.note("rename", old, new)
        if old in self._dirs:
            self._move_tree(old, new)
        else:
            self._files[new] = self.inode(old)
            del self._files[old]
        self.sync_dir(_parent(new))

    def remove(self, path: str) -> None:
        if path in self._files:
            self.trace.note("remove", path)
            del self._files[path]

    def remove_tree(self, path: str) -> None:
        self.trace.note("remove", path)
        prefix = path.rstrip("/") + "/"
        for name in [name for name in self._files if name == path or name.startswith(prefix)]:
            del self._files[name]
        for name in [name for name in self._dirs if name == path or name.startswith(prefix)]:
            del self._dirs[name]

    def sync_dir(self, path: str) -> None:
        """Names in this directory, as they are now, survive."""
        self.may_fail("sync", path)
        for name in [name for name in self._durable_names if _parent(name) == path]:
            if name not in self._files:
                del self._durable_names[name]
        for name in [name for name in self._durable_dirs if _parent(name) == path and name != "/"]:
            if name not in self._dirs:
                del self._durable_dirs[name]
        self._durable_names.update(
            (name, inode) for name, inode in self._files.items() if _parent(name) == path
        )
        self._durable_dirs.update((name, None) for name in self._dirs if _parent(name) == path)

    def usage(self, path: str) -> tuple[int, int]:
        used = sum(len(inode.content) for inode in self._files.values())
        return _VOLUME_BYTES, self.room if self.room is not None else _VOLUME_BYTES - used

    def sync_later(self, files: Sequence[File], done: Callable[[OSError | None], None]) -> None:
        self._loop.call_later(
            self._random.expovariate(1 / self.mean_sync_s),
            self._sync_all,
            self.life,
            [file.path for file in files],
            done,
        )

    def replace_later(self, path: str, data: bytes, done: Callable[[OSError | None], None]) -> None:
        delay_s = self._random.expovariate(1 / self.mean_sync_s)
        self._loop.call_later(delay_s, self._replace_asked, self.life, path, data, done)

    def remove_later(self, paths: Sequence[str]) -> None:
        self._loop.call_later(0.01, self._remove_all, self.life, list(paths))

    # --- faults ---------------------------------------------------------------------------------

    def kill(self) -> None:
        """The process that uses the disk is gone: its workers never answer."""
        self.life += 1

    def cut_power(self) -> None:
        """Lose what was not synced, wholly or in part, as chance has it."""
        self.kill()
        for name in sorted(set(self._files) | set(self._durable_names)):
            if self._files.get(name) is not self._durable_names.get(name) and self._random.random() < 0.5:
                self._fall_back(name)
        for name in sorted(self._files):
            self._files[name].lose_power(self._random)
        self._drop_orphans()
        self._durable_names, self._durable_dirs = dict(self._files), dict(self._dirs)
        self.trace.note("power cut", len(self._files))

    def may_fail(self, operation: str, path: str) -> None:
        number = self.failing.get(operation)
        if number is not None:
            raise OSError(number, f"simulated {errno.errorcode[number]}", path)

    def copied(self) -> "SimDisk":
        """Another disk with the same files, for looking at what a recovery would do."""
        copy = SimDisk(self._loop, self._random, Trace())
        copy._files = {path: _Inode(bytearray(inode.content)) for path, inode in self._files.items()}
        copy._dirs = dict(self._dirs)
        return copy

    def contents(self, directory: str) -> dict[str, bytes]:
        """Every file below `directory`."""
        prefix = directory.rstrip("/") + "/"
        return {path: bytes(inode.content) for path, inode in self._files.items() if path.startswith(prefix)}

    # --- inside ---------------------------------------------------------------------------------

    def inode(self, path: str) -> _Inode:
        found = self._files.get(path)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "no such file", path)
        return found

    def truncate(self, path: str, size: int) -> None:
        self.may_fail("write", path)
        self.trace.note("truncate", path, size)
        self.inode(path).truncate(size)

    def write(self, path: str, position: int, data: bytes) -> None:
        self.may_fail("write", path)
        self.trace.note_bytes(f"{path}@{position}", data)
        if self.room is not None and len(data) > self.room:
            self.inode(path).write(position, data[: self.room])
            self.room = 0
            raise OSError(errno.ENOSPC, "simulated: no space left", path)
        if self.room is not None:
            self.room -= len(data)
        self.inode(path).write(position, data)

    def sync(self, path: str) -> None:
        self.may_fail("sync", path)
        self.trace.note("sync", path)
        self.inode(path).sync()

    def _sync_all(self, life: int, paths: Sequence[str], done: Callable[[OSError | None], None]) -> None:
        if life != self.life:
            return
        failure: OSError | None = None
        for path in paths:
            try:
                if path in self._files:  # removed meanwhile: the real disk syncs a file without a name
                    self.sync(path)
            except OSError as error:
                failure = failure or error
        done(failure)

    def _replace_asked(
        self, life: int, path: str, data: bytes, done: Callable[[OSError | None], None]
    ) -> None:
        if life != self.life:
            return
        try:
            self.replace(path, data)
        except OSError as error:
            done(error)
        else:
            done(None)

    def _remove_all(self, life: int, paths: Sequence[str]) -> None:
        if life == self.life:
            for path in paths:
                self.remove_tree(path)

    def _fall_back(self, name: str) -> None:
        durable = self._durable_names.get(name)
        if durable is None:
            self._files.pop(name, None)
        else:
            self._files[name] = durable

    def _drop_orphans(self) -> None:
        """A directory whose creation was lost takes its files along."""
        for name in sorted(set(self._dirs) - set(self._durable_dirs)):
            if name in self._dirs and self._random.random() < 0.5:
                self.remove_tree(name)

    def _move_tree(self, old: str, new: str) -> None:
        prefix = old.rstrip("/") + "/"
        for names in (self._files, self._durable_names):
            for name in [name for name in names if name.startswith(prefix)]:
                names[new + "/" + name[len(prefix) :]] = names.pop(name)
        for dirs in (self._dirs, self._durable_dirs):
            for name in [name for name in dirs if name == old or name.startswith(prefix)]:
                del dirs[name]
                dirs[new + name[len(old) :]] = None

    def _require_dir(self, path: str) -> None:
        if path not in self._dirs:
            raise FileNotFoundError(errno.ENOENT, "no such directory", path)


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or "/"
