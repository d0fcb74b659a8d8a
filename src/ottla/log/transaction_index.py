"""The aborted transactions whose markers lie in a segment (`TransactionIndex`).

Readers of committed records get those that touch what they read, and leave their records out. The file
has entries of 34 bytes: version, producer id, first and last offset, and the last stable offset after the
marker. It is there only when there is an entry. Aborts are rare, so entries are written at once.
"""

from struct import Struct
from typing import NamedTuple

from ottla.model.ports import Disk, File

_ENTRY = Struct(">hqqqq")
ENTRY_SIZE = _ENTRY.size
_VERSION = 0


class IndexDamaged(Exception):
    """An index file contradicts itself: it is rebuilt from the log."""


class AbortedTransaction(NamedTuple):
    """`last_offset` is the marker's."""

    producer_id: int
    first_offset: int
    last_offset: int
    last_stable_offset: int


class TransactionIndex:
    """Ascending in last offsets."""

    __slots__ = ("_disk", "_entries", "base_offset", "file", "path")

    def __init__(self, disk: Disk, path: str, base_offset: int) -> None:
        self._disk, self.path, self.base_offset = disk, path, base_offset
        self.file: File | None = disk.open(path) if disk.exists(path) else None
        self._entries: list[AbortedTransaction] | None = None if self.file is not None else []

    @property
    def entries(self) -> list[AbortedTransaction]:
        """Raises IndexDamaged."""
        if self._entries is None:
            assert self.file is not None, "what is not read yet lies in a file"
            self._entries = list(self._read(self.file))
        return self._entries

    def append(self, aborted: AbortedTransaction) -> None:
        entries = self.entries
        assert not entries or aborted.last_offset > entries[-1].last_offset, "index entries ascend"
        if self.file is None:
            self.file = self._disk.open(self.path)
        self.file.write(ENTRY_SIZE * len(entries), _ENTRY.pack(_VERSION, *aborted))
        entries.append(aborted)

    def collect(self, start: int, end: int) -> tuple[list[AbortedTransaction], bool]:
        """The entries that touch offsets from `start` up to `end`, and whether later segments have none."""
        found: list[AbortedTransaction] = []
        for entry in self.entries:
            if entry.last_offset >= start and entry.first_offset < end:
                found.append(entry)
            if entry.last_stable_offset >= end:
                return found, True
        return found, False

    def truncate_to(self, offset: int) -> None:
        """Keep the entries whose markers lie below `offset`."""
        kept = [entry for entry in self.entries if entry.last_offset < offset]
        if len(kept) < len(self.entries) and self.file is not None:
            self._entries = kept
            self.file.truncate(ENTRY_SIZE * len(kept))

    def clear(self) -> None:
        self._entries = []
        if self.file is not None:
            self.file.truncate(0)

    def check(self) -> None:
        """Raises IndexDamaged when the entries can't be true (as Kafka's sanity check on loading)."""
        for entry in self.entries:
            if entry.last_offset < self.base_offset:
                raise IndexDamaged(
                    f"Last offset of aborted transaction {entry} in index {self.path} is less than "
                    f"start offset {self.base_offset}"
                )

    def _read(self, file: File) -> list[AbortedTransaction]:
        data = file.read(0, file.size())
        if len(data) % ENTRY_SIZE:
            raise IndexDamaged(f"{self.path} has {len(data)} bytes, no multiple of {ENTRY_SIZE}")
        entries = [AbortedTransaction(*fields[1:]) for fields in _ENTRY.iter_unpack(data)]
        if any(version > _VERSION for version, *_ in _ENTRY.iter_unpack(data)):
            raise IndexDamaged(f"Unexpected aborted transaction version in transaction index {self.path}")
        return entries
