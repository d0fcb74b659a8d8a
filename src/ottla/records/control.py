"""Control batches: what marks the end of a transaction, and what the metadata quorum writes for itself.

A control record's key is a version and a type (`ControlRecordType`); its value is one of the generated
messages behind its version. Readers pass over types that they don't know.
"""

from enum import IntEnum
from struct import Struct, error
from typing import NamedTuple

from ottla.model.ports import Buffer
from ottla.records.batch import BatchHeader
from ottla.records.invalid_record import InvalidRecord
from ottla.records.records import Record, build_batch, records

_KEY = Struct(">hh")
_MARKER = Struct(">hi")


class ControlType(IntEnum):
    """Ids as Kafka writes them. UNKNOWN stands for every other one."""

    UNKNOWN = -1
    ABORT = 0
    COMMIT = 1
    LEADER_CHANGE = 2
    SNAPSHOT_HEADER = 3
    SNAPSHOT_FOOTER = 4
    KRAFT_VERSION = 5
    KRAFT_VOTERS = 6


_TYPES = {int(kind): kind for kind in ControlType}


def control_key(kind: ControlType) -> bytes:
    return _KEY.pack(0, kind)


def control_type(record: Record) -> ControlType:
    """What a control record is. Raises InvalidRecord."""
    try:
        version, kind = _KEY.unpack_from(record.key or b"")
    except error:
        raise InvalidRecord(
            "Invalid value size found for control record key. Must have at least 4 bytes, "
            f"but found only {len(record.key or b'')}"
        ) from None
    if version < 0:
        raise InvalidRecord(
            f"Invalid version found for control record: {version}. May indicate data corruption"
        )
    return _TYPES.get(kind, ControlType.UNKNOWN)


def build_control_batch(
    kind: ControlType, body: bytes, *, base_offset: int, leader_epoch: int, timestamp: int
) -> bytearray:
    """A batch of one control record of the quorum. `body` is the message, without a version before it."""
    record = Record(base_offset, timestamp, control_key(kind), body)
    return build_batch([record], base_offset=base_offset, leader_epoch=leader_epoch, control=True)


class EndTransaction(NamedTuple):
    """What a transaction marker says (EndTxnMarker.json v0)."""

    committed: bool
    coordinator_epoch: int


def end_transaction(buffer: Buffer, position: int, header: BatchHeader) -> EndTransaction | None:
    """The marker in a control batch; None when compaction has emptied it. Raises InvalidRecord."""
    record = next(records(buffer, position, header), None)
    if record is None:
        return None
    kind = control_type(record)
    if kind not in (ControlType.ABORT, ControlType.COMMIT):
        raise InvalidRecord(f"Invalid control record type for end transaction marker {kind.name}")
    try:
        version, coordinator_epoch = _MARKER.unpack_from(record.value or b"")
    except error:
        raise InvalidRecord("The value of an end transaction marker is cut short") from None
    if version < 0:
        raise InvalidRecord(
            f"Invalid version found for end transaction marker: {version}. May indicate data corruption"
        )
    return EndTransaction(kind is ControlType.COMMIT, coordinator_epoch)


def build_end_transaction(
    committed: bool, *, producer_id: int, producer_epoch: int, coordinator_epoch: int, timestamp: int
) -> bytearray:
    """The batch that ends a transaction on a partition. The log assigns its offset."""
    kind = ControlType.COMMIT if committed else ControlType.ABORT
    record = Record(0, timestamp, control_key(kind), _MARKER.pack(0, coordinator_epoch))
    return build_batch(
        [record], producer_id=producer_id, producer_epoch=producer_epoch, transactional=True, control=True
    )
