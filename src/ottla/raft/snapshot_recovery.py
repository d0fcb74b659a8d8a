"""Which snapshots a starting node keeps.

Whether its log must begin anew behind one (Kafka's `KafkaRaftLog`).
"""

from collections.abc import Iterable
from typing import NamedTuple

from ottla.raft.positions import EpochAndOffset
from ottla.raft.snapshots import parse_snapshot_name


class InconsistentSnapshots(Exception):
    """The log begins where no snapshot ends: what came before is lost, and the node must not start."""


class RecoveredSnapshots(NamedTuple):
    """What to do with the files beside the log."""

    kept: tuple[EpochAndOffset, ...]
    """Complete ones from the log's start on, in order."""
    unneeded: tuple[str, ...]
    """Names to remove: parts, deleted ones, and those older than the log."""
    restart_at: EpochAndOffset | None
    """The log ends before this snapshot: the node died between fetching it and emptying its log.

    Empty it now.
    """


def recover_snapshots(
    names: Iterable[str], log_start_offset: int, log_end: EpochAndOffset
) -> RecoveredSnapshots:
    """Look through the files of a directory. `log_end` has epoch 0 if the log is empty.

    Raises `InconsistentSnapshots`.
    """
    kept: list[EpochAndOffset] = []
    unneeded: list[str] = []
    for name in sorted(names):
        file = parse_snapshot_name(name)
        if file is None:
            continue
        if file.is_complete and file.snapshot.offset >= log_start_offset:
            kept.append(file.snapshot)
        else:
            unneeded.append(name)
    kept.sort()
    latest = kept[-1] if kept else None
    if log_start_offset > 0 and latest is None:
        raise InconsistentSnapshots(
            "Inconsistent snapshot state: there must be a snapshot at an offset larger then the current log "
            f"start offset {log_start_offset}, but the latest snapshot is {latest}"
        )
    restart_at = latest if latest is not None and latest > log_end else None
    if restart_at is not None:
        unneeded += [name for name in sorted(names) if _is_older(name, restart_at) and name not in unneeded]
        kept = [restart_at]
    return RecoveredSnapshots(tuple(kept), tuple(unneeded), restart_at)


def _is_older(name: str, snapshot: EpochAndOffset) -> bool:
    file = parse_snapshot_name(name)
    return file is not None and file.snapshot < snapshot
