"""What a control record says, behind its metadata."""

from ottla.cli.record_json.message_json import json_text, message_json
from ottla.records.control import ControlType, control_type
from ottla.records.records import Record
from ottla.wire.catalogue import control_record_class
from ottla.wire.primitives import Reader

_NAMES = {
    ControlType.LEADER_CHANGE: " LeaderChange: ",
    ControlType.SNAPSHOT_HEADER: " SnapshotHeader ",
    ControlType.SNAPSHOT_FOOTER: " SnapshotFooter ",
    ControlType.KRAFT_VERSION: " KRaftVersion ",
    ControlType.KRAFT_VOTERS: " KRaftVoters ",
}


def control_text(record: Record) -> str:
    """Raises InvalidRecord, ProtocolError."""
    kind, value = control_type(record), record.value or b""
    if kind in (ControlType.ABORT, ControlType.COMMIT):
        coordinator_epoch = int.from_bytes(value[2:6], "big", signed=True)
        return f" endTxnMarker: {kind.name} coordinatorEpoch: {coordinator_epoch}"
    name = _NAMES.get(kind)
    if name is None:
        type_id = int.from_bytes((record.key or b"")[2:4], "big", signed=True)
        return f" controlType: {kind.name}({type_id})"
    message = control_record_class(kind).read(Reader(value), 0)
    return name + json_text(message_json(message, 0))
