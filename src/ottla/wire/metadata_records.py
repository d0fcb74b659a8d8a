"""The value of a record in the metadata log: a frame version, the record's type, its version, its fields.

All three are unsigned varints and the frame version is 1 (KIP-631). A record that we cannot read is never
skipped: the node that passed over it would hold another image than its quorum.
"""

from ottla.wire.catalogue import metadata_record_class
from ottla.wire.message import Message
from ottla.wire.primitives import ProtocolError, Reader, UnsupportedVersion, put_unsigned_varint

_FRAME_VERSION = 1


def decode_metadata_record(value: bytes | memoryview) -> tuple[Message, int]:
    """The record and its version.

    `UnsupportedVersion` names a frame version, type or version that we lack; `ProtocolError` says what is
    wrong with the bytes, left-over ones included.
    """
    source = Reader(value)
    frame_version = source.unsigned_varint()
    if frame_version != _FRAME_VERSION:
        raise UnsupportedVersion(f"Unsupported metadata record frame version {frame_version}")
    record_class = metadata_record_class(source.unsigned_varint())
    version = source.unsigned_varint()
    record = record_class.read(source, version)
    if source.remaining:
        raise ProtocolError(f"{source.remaining} bytes follow a {record_class.__name__}")
    return record, version


def encode_metadata_record(record: Message, version: int) -> bytes:
    out = bytearray((_FRAME_VERSION, record.KEY))
    put_unsigned_varint(out, version)
    record.write(out, version)
    return bytes(out)
