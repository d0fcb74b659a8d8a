"""Snapshots of producers, and indexes of aborted transactions."""

import sys
from pathlib import Path
from struct import Struct

from ottla.cli.tools.ending import Failure
from ottla.log.producer_entry import NO_OFFSET
from ottla.log.producer_snapshots import SnapshotDamaged, decode

_ABORTED = Struct(">hqqqq")


def dump_producers(path: str) -> None:
    """Raises Failure."""
    try:
        entries = decode(_read(path))
    except SnapshotDamaged as error:
        nested = "Snapshot failed schema validation: " if "unknown file version" in str(error) else ""
        sys.stderr.write(f"{nested}{error}\n")
        return
    for entry in entries:
        start = entry.transaction_start
        transaction = "OptionalLong.empty" if start == NO_OFFSET else f"OptionalLong[{start}]"
        line = (
            f"producerId: {entry.producer_id} producerEpoch: {entry.epoch} "
            f"coordinatorEpoch: {entry.coordinator_epoch} currentTxnFirstOffset: {transaction} "
            f"lastTimestamp: {entry.last_timestamp}"
        )
        if entry.batches:
            batch = entry.batches[0]
            line += (
                f" firstSequence: {batch.first_sequence} lastSequence: {batch.last_sequence} "
                f"lastOffset: {batch.last_offset} offsetDelta: {batch.offset_delta} "
                f"timestamp: {batch.timestamp}"
            )
        sys.stdout.write(f"{line}\n")


def dump_transactions(path: str) -> None:
    """Raises Failure."""
    data = _read(path)
    for version, producer, first, last, stable in _ABORTED.iter_unpack(
        data[: len(data) // _ABORTED.size * _ABORTED.size]
    ):
        sys.stdout.write(
            f"version: {version} producerId: {producer} firstOffset: {first} lastOffset: {last} "
            f"lastStableOffset: {stable}\n"
        )


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise Failure(path, "java.nio.file.NoSuchFileException") from None
