"""The producers of a log at an offset, in a file: `<offset>.snapshot` (ProducerSnapshot.json v1).

One is written with every new segment and at a clean stop, so that what loading must scan stays short. A
snapshot that is damaged is passed over for the one before.
"""

from bisect import insort
from collections.abc import Iterable
from struct import Struct

from ottla.log.log_folder import LogFolder
from ottla.log.producer_entry import BatchMetadata, ProducerEntry
from ottla.log.segment_files import SNAPSHOT, offset_of
from ottla.model.ports import File
from ottla.records.crc32c import crc32c
from ottla.wire.messages.producer_snapshot import ProducerEntry as Entry
from ottla.wire.messages.producer_snapshot import ProducerSnapshot
from ottla.wire.primitives import ProtocolError, Reader, UnsupportedVersion

_VERSION = 1
_PREFIX = Struct(">hI")  # version and checksum, which covers what follows it
_PRODUCERS_MAX = 100_000_000


class SnapshotDamaged(Exception):
    """A producer snapshot that can't be trusted."""


class ProducerSnapshots:
    """The snapshot files of one log."""

    def __init__(self, folder: LogFolder) -> None:
        self._folder = folder
        self.offsets: list[int] = []

    @property
    def latest(self) -> int | None:
        return self.offsets[-1] if self.offsets else None

    def find(self, names: Iterable[str]) -> None:
        """Know the snapshots among the files of the folder."""
        found = (offset_of(name) for name in names if name.endswith(SNAPSHOT))
        self.offsets = sorted(offset for offset in found if offset is not None)

    def write(self, offset: int, entries: Iterable[ProducerEntry]) -> File:
        """Write the state at `offset`. It is the caller's to sync the file."""
        file = self._folder.disk.open(self._folder.file(offset, SNAPSHOT))
        data = encode(entries)
        file.write(0, data)
        file.truncate(len(data))
        if offset not in self.offsets:
            insort(self.offsets, offset)
        return file

    def read(self, offset: int) -> list[ProducerEntry]:
        """Raises SnapshotDamaged."""
        try:
            return decode(self._folder.disk.read_all(self._folder.file(offset, SNAPSHOT)))
        except FileNotFoundError:
            raise SnapshotDamaged(f"there is no snapshot at offset {offset}") from None

    def remove(self, offset: int) -> None:
        if offset in self.offsets:
            self.offsets.remove(offset)
            self._folder.disk.remove(self._folder.file(offset, SNAPSHOT))

    def remove_all(self) -> None:
        for offset in list(self.offsets):
            self.remove(offset)


def encode(entries: Iterable[ProducerEntry]) -> bytes:
    snapshot = ProducerSnapshot(producer_entries=[_entry(entry) for entry in entries])
    body = bytearray()
    snapshot.write(body, _VERSION)
    content = memoryview(body)[4:]
    return _PREFIX.pack(_VERSION, crc32c(content)) + bytes(content)


def decode(data: bytes) -> list[ProducerEntry]:
    """Raises SnapshotDamaged."""
    if len(data) < _PREFIX.size:
        raise SnapshotDamaged("Snapshot failed schema validation: it is cut short")
    version, checksum = _PREFIX.unpack_from(data)
    if version != _VERSION:
        raise SnapshotDamaged(f"Snapshot contained an unknown file version {version}")
    computed = crc32c(memoryview(data)[_PREFIX.size :])
    if checksum != computed:
        raise SnapshotDamaged(
            f"Snapshot is corrupt (CRC is no longer valid). Stored crc: {checksum}. Computed crc: {computed}"
        )
    try:
        snapshot = ProducerSnapshot.read(Reader(data, 2, elements_max=_PRODUCERS_MAX), version)
    except (ProtocolError, UnsupportedVersion) as damage:
        raise SnapshotDamaged(f"Snapshot failed schema validation: {damage}") from damage
    return [_producer(entry) for entry in snapshot.producer_entries]


def _entry(producer: ProducerEntry) -> Entry:
    last = producer.batches[-1] if producer.batches else None
    return Entry(
        producer_id=producer.producer_id,
        epoch=producer.epoch,
        last_sequence=producer.last_sequence,
        last_offset=producer.last_data_offset,
        offset_delta=last.offset_delta if last is not None else 0,
        timestamp=producer.last_timestamp,
        coordinator_epoch=producer.coordinator_epoch,
        current_txn_first_offset=producer.transaction_start,
    )


def _producer(entry: Entry) -> ProducerEntry:
    batches: tuple[BatchMetadata, ...] = ()
    if entry.last_offset >= 0:
        batches = (
            BatchMetadata(entry.last_sequence, entry.last_offset, entry.offset_delta, entry.timestamp),
        )
    return ProducerEntry(
        producer_id=entry.producer_id,
        epoch=entry.epoch,
        coordinator_epoch=entry.coordinator_epoch,
        last_timestamp=entry.timestamp,
        transaction_start=entry.current_txn_first_offset,
        batches=batches,
    )
