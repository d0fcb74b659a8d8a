"""What cores may ask of the world: a disk and chance. The runtime gives real ones, the simulation its own.

Every call of `Disk` and `File` is synchronous and raises OSError as the system does, except the two
that say «later»: these are carried out by a worker and answer on the loop. Paths are absolute.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from ottla.model.uuid import Uuid

Buffer = bytes | bytearray | memoryview


class File(Protocol):
    """One file, opened at need: its descriptor comes from a bounded cache and may be closed in between."""

    @property
    def path(self) -> str: ...

    def size(self) -> int: ...

    def write(self, position: int, data: Buffer) -> None:
        """Write all of `data` at `position`, or raise (after a short write the tail is undefined)."""

    def writev(self, position: int, parts: Sequence[Buffer]) -> None:
        """Write all parts one after another at `position`."""

    def read(self, position: int, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the end of the file."""

    def read_into(self, position: int, target: memoryview) -> int:
        """Fill `target` as far as the file goes; the number of bytes read."""

    def truncate(self, size: int) -> None: ...

    def sync(self) -> None:
        """Block until everything written is on the medium. For start, stop and recovery."""

    def close(self) -> None: ...


class Disk(Protocol):
    """The file system below the log directories."""

    def open(self, path: str) -> File:
        """The file at `path`, created empty if there is none."""

    def exists(self, path: str) -> bool: ...

    def is_dir(self, path: str) -> bool: ...

    def list(self, path: str) -> list[str]:
        """Names in a directory, sorted."""

    def make_dir(self, path: str) -> None:
        """Create a directory and its parents; nothing happens if it is there."""

    def read_all(self, path: str) -> bytes:
        """A small file, whole. Raises FileNotFoundError."""

    def replace(self, path: str, data: bytes) -> None:
        """Put `data` at `path` whole and durably: temporary file, fsync, rename, fsync of the directory."""

    def rename(self, old: str, new: str) -> None:
        """Rename a file or directory, durably (fsync of the parent)."""

    def remove(self, path: str) -> None:
        """Remove one file; nothing happens if it is gone."""

    def remove_tree(self, path: str) -> None: ...

    def sync_dir(self, path: str) -> None: ...

    def usage(self, path: str) -> tuple[int, int]:
        """Total and usable bytes of the volume that holds `path`."""

    def sync_later(self, files: Sequence[File], done: Callable[[OSError | None], None]) -> None:
        """Sync `files` in a worker, then call `done` on the loop."""

    def replace_later(self, path: str, data: bytes, done: Callable[[OSError | None], None]) -> None:
        """`replace` in a worker, in the order of asking, then call `done` on the loop."""

    def remove_later(self, paths: Sequence[str]) -> None:
        """Remove files or whole directories in a worker; failures are logged, not raised."""


class Entropy(Protocol):
    """Chance, so that a seed can replace it."""

    def uuid(self) -> Uuid:
        """A new random id, never reserved and never with `-` as its first character in text."""

    def below(self, bound: int) -> int:
        """A number from 0 up to and without `bound`."""
