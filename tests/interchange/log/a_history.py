"""A log of ours with everything in it: codecs, producers, transactions, epochs, several segments."""

from pathlib import Path
from typing import Any

from tests.interchange.log.file_disk import RealDisk
from tests.interchange.log.judge import NAME
from tests.unit.log.a_log import (
    START_MS,
    a_transactional_batch,
    an_idempotent_batch,
    at,
    put,
    put_marker,
)
from tests.unit.log.memory_disk import CountingEntropy

from ottla.log.config import LogConfig
from ottla.log.partition_log import PartitionLog
from ottla.records.compression import Codec
from ottla.records.records import Record, build_batch

SMALL: dict[str, Any] = {"segment_bytes": 3_000, "index_interval_bytes": 400}
SMALL_FOR_KAFKA = {"internal_segment_bytes": 3_000, "index_interval_bytes": 400}


def a_history(folder: Path, **config: Any) -> PartitionLog:
    """Not closed."""
    log = PartitionLog.create(
        RealDisk(), str(folder), NAME, LogConfig(**{**SMALL, **config}), entropy=CountingEntropy(), now=at()
    )
    epoch, ms = 0, 0
    for codec in Codec:
        for number in range(4):
            ms += 10
            headers = tuple((f"h{i}", None if i == 1 else b"x" * i) for i in range(number))
            content = [
                Record(0, START_MS + ms, b"key%d" % number, b"value of %s" % codec.name.encode(), headers),
                Record(1, START_MS + ms + 3, None, b"y" * 500, headers),
                Record(2, START_MS + ms + 1, b"gone%d" % number, None),
            ]
            put(log, build_batch(content, compression=codec), at(ms), epoch=epoch)
        epoch += 2
    for sequence in range(8):
        put(log, an_idempotent_batch(b"i%d" % sequence, sequence=sequence, producer=41, epoch=3), epoch=epoch)
    for producer, sequence, committed in ((51, 0, False), (52, 0, True), (51, 2, False), (53, 0, None)):
        put(log, a_transactional_batch(b"a", b"b", producer=producer, sequence=sequence), epoch=epoch)
        if committed is not None:
            put_marker(log, producer=producer, committed=committed, coordinator=9, leader_epoch=epoch)
    put(log, build_batch([Record(0, START_MS, b"last", b"one")]), epoch=epoch)
    return log
