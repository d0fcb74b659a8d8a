"""Offset and time indexes, held against the log that they index."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from struct import Struct

from ottla.cli.dump.log_dump import BYTES_MAX, base_offset_of
from ottla.cli.dump.segment_file import SegmentFile
from ottla.cli.tools.ending import Failure
from ottla.records.batch import NO_TIMESTAMP, BatchHeader
from ottla.records.records import records

_OFFSET_ENTRY, _TIME_ENTRY = Struct(">II"), Struct(">qI")
_CORRUPT = "org.apache.kafka.storage.internals.log.CorruptIndexException"
Pairs = dict[str, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class IndexDump:
    """How indexes are shown; what doesn't fit is collected by file, and told at the end."""

    sanity_only: bool
    verify_only: bool
    max_message_size: int
    mismatches: dict[str, dict[int, int]] = field(default_factory=dict)
    wrong_times: Pairs = field(default_factory=dict)
    out_of_order: Pairs = field(default_factory=dict)
    not_found: Pairs = field(default_factory=dict)

    def dump_offsets(self, path: str) -> None:
        """Raises Failure."""
        base = base_offset_of(Path(path).name)
        log = SegmentFile(_beside(path, ".log"), BYTES_MAX)
        entries = [(base + offset, position) for offset, position in _entries(path, _OFFSET_ENTRY)]
        if not entries:
            sys.stdout.write(f"{path} is empty.\n")
            return
        if self.sanity_only:
            _check(path, "index", "offset", [offset for offset, _ in entries], base)
            sys.stdout.write(f"{path} passed sanity check.\n")
            return
        for offset, position in _used(entries, base, lambda entry: entry[0]):
            found = next(log.batches(position, position + self.max_message_size), None)
            if found is None:
                raise Failure(None, "java.util.NoSuchElementException")
            header = found[1]
            if header.last_offset != offset:
                self.mismatches.setdefault(_absolute(path), {})[offset] = header.last_offset
            if not self.verify_only:
                sys.stdout.write(f"offset: {offset} position: {position}\n")

    def dump_times(self, path: str) -> None:
        """Raises Failure."""
        base = base_offset_of(Path(path).name)
        log = SegmentFile(_beside(path, ".log"), BYTES_MAX)
        index = [(base + each, at) for each, at in _entries(_beside(path, ".index"), _OFFSET_ENTRY)]
        entries = [(time, base + offset) for time, offset in _entries(path, _TIME_ENTRY)]
        if self.sanity_only:
            _check(
                path,
                "time index",
                "timestamp",
                [time for time, _ in entries],
                entries[0][0] if entries else 0,
            )
            sys.stdout.write(f"{path} passed sanity check.\n")
            return
        previous = NO_TIMESTAMP
        for time, offset in _used(entries, base, lambda entry: entry[1]):
            start = max((at for each, at in index if each <= offset), default=0)
            self._compare(path, log, start, time, offset, previous)
            if not self.verify_only:
                sys.stdout.write(f"timestamp: {time} offset: {offset}\n")
            previous = time

    def _compare(
        self, path: str, log: SegmentFile, start: int, time: int, offset: int, previous: int
    ) -> None:
        found: tuple[int, BatchHeader] | None = None
        for at, header in log.batches(start):
            if header.last_offset >= offset:
                found = at, header
                break
        if found is None or found[1].last_offset != offset:
            self.not_found.setdefault(_absolute(path), []).append(
                (offset, found[1].last_offset if found else -1)
            )
            return
        newest = max((each.timestamp for each in records(log.buffer, *found)), default=NO_TIMESTAMP)
        if newest != time:
            self.wrong_times.setdefault(_absolute(path), []).append((time, newest))
        if previous >= time:
            self.out_of_order.setdefault(_absolute(path), []).append((time, previous))

    def tell_errors(self) -> None:
        """What did not fit, on stderr."""
        for path, offsets in self.mismatches.items():
            sys.stderr.write(f"Mismatches in :{path}\n")
            for offset in sorted(offsets, reverse=True):
                sys.stderr.write(f"  Index offset: {offset}, log offset: {offsets[offset]}\n")
        for title, line, pairs in (
            ("Found timestamp mismatch in :", "  Index timestamp: {}, log timestamp: {}", self.wrong_times),
            (
                "Found out of order timestamp in :",
                "  Index timestamp: {}, Previously indexed timestamp: {}",
                self.out_of_order,
            ),
            (
                "The following indexed offsets are not found in :",
                "Indexed offset: {}, found log offset: {}",
                self.not_found,
            ),
        ):
            for path, listed in pairs.items():
                sys.stderr.write(f"{title}{path}\n")
                for pair in listed:
                    sys.stderr.write(line.format(*pair) + "\n")


def _entries(path: str, layout: Struct) -> list[tuple[int, int]]:
    """All entries, unused ones of a live segment included."""
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise Failure(path, "java.nio.file.NoSuchFileException") from None
    return list(layout.iter_unpack(data[: len(data) // layout.size * layout.size]))


def _used(
    entries: list[tuple[int, int]], base: int, offset_of: Callable[[tuple[int, int]], int]
) -> Iterator[tuple[int, int]]:
    """Up to the first zeroed one: a live segment's index is longer than what it holds."""
    for at, entry in enumerate(entries):
        if at and offset_of(entry) == base:
            return
        yield entry


def _check(path: str, kind: str, what: str, values: list[int], least: int) -> None:
    """What Kafka checks when it opens an index."""
    if not values or values[-1] >= least:
        return
    if what == "offset":
        text = (
            f"Corrupt index found, index file ({_absolute(path)}) has non-zero size but the last offset is "
            f"{values[-1]} which is less than the base offset {least}"
        )
    else:
        text = (
            f"Corrupt {kind} found, {kind} file ({_absolute(path)}) has non-zero size but the last timestamp "
            f"is {values[-1]} which is less than the first timestamp {least}"
        )
    raise Failure(text, _CORRUPT)


def _beside(path: str, suffix: str) -> str:
    """The file of the same segment with another suffix."""
    return str(Path(path).parent / (Path(path).name.split(".")[0] + suffix))


def _absolute(path: str) -> str:
    return str(Path(path).absolute())
