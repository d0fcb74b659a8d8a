"""The files of a `__cluster_metadata-0` directory, read with our code."""

from pathlib import Path

from ottla.raft.batches import BatchView, metadata_batch, read_batches, read_records
from ottla.raft.control_records import control_records_batch, read_control_records
from ottla.wire.metadata_records import decode_metadata_record

PARTITION = "__cluster_metadata-0"


def log_batches(directory: Path) -> list[BatchView]:
    """All batches of all segments, checksums verified."""
    segments = sorted((directory / PARTITION).glob("*.log"))
    return [batch for segment in segments for batch in read_batches(_used(segment.read_bytes()))]


def built_again(batch: BatchView) -> bytes:
    """The batch as our code builds it from what it reads in it."""
    timestamp = batch.header.max_timestamp
    if batch.is_control:
        prepared = control_records_batch(read_control_records(batch), timestamp)
    else:
        records = [decode_metadata_record(value) for _, value in read_records(batch)]
        prepared = metadata_batch(records, timestamp)
    return prepared.at(batch.base_offset, batch.epoch)


def _used(segment: bytes) -> bytes:
    """A segment that was not closed may be longer than what is in it."""
    return segment.rstrip(b"\0") + b"\0" * 64 if segment.endswith(b"\0" * 64) else segment
