"""A file of batches, read without a word about what is right: batch after batch, as far as they go."""

import mmap
from collections.abc import Iterator

from ottla.cli.tools.ending import Failure
from ottla.records.batch import HEADER_SIZE, LOG_OVERHEAD, MAGIC_AT, BatchHeader, check_magic, read_header
from ottla.records.invalid_record import CorruptBatch, UnsupportedBatchFormat

_SIZE_MIN = 14
"""The smallest record of format 0, which Kafka checks before it knows the format."""


class SegmentFile:
    """The bytes of a `.log` or `.checkpoint` file; at most the first `max_bytes`. Raises Failure."""

    def __init__(self, path: str, max_bytes: int) -> None:
        self._path = path
        try:
            with open(path, "rb") as file:  # noqa: PTH123  # as quick as it gets
                size = file.seek(0, 2)
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
                self.buffer = memoryview(mapped)
        except FileNotFoundError:
            raise Failure(path, "java.nio.file.NoSuchFileException") from None
        self.size = min(size, max_bytes)

    def batches(self, start: int = 0, end: int | None = None) -> Iterator[tuple[int, BatchHeader]]:
        """Position and header of each whole batch from `start` on. Raises Failure for an impossible size."""
        position, end = start, self.size if end is None else min(end, self.size)
        while position + MAGIC_AT < end:
            length = int.from_bytes(self.buffer[position + 8 : position + LOG_OVERHEAD], "big", signed=True)
            if length < _SIZE_MIN:
                raise Failure(
                    f"Found record size {length} smaller than minimum record overhead ({_SIZE_MIN}) "
                    f"in file {self._path}.",
                    "org.apache.kafka.common.errors.CorruptRecordException",
                )
            if position + LOG_OVERHEAD + length > end:
                return
            self._check_format(position, length)
            yield position, read_header(self.buffer, position)
            position += LOG_OVERHEAD + length

    def _check_format(self, position: int, length: int) -> None:
        try:
            check_magic(self.buffer[position + MAGIC_AT])
        except (CorruptBatch, UnsupportedBatchFormat) as error:
            raise Failure(str(error), "org.apache.kafka.common.errors.CorruptRecordException") from None
        if LOG_OVERHEAD + length < HEADER_SIZE:
            raise Failure(
                f"Found record size {length} smaller than minimum record overhead ({HEADER_SIZE}) "
                f"in file {self._path}.",
                "org.apache.kafka.common.errors.CorruptRecordException",
            )
