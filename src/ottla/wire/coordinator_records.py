"""Keys and values of the records that coordinators keep in their topics: a 16-bit number, then the fields.

The number is the record's type in front of a key, and the version in front of a value.
A null value is a tombstone and never comes here.
"""

from ottla.wire.catalogue import coordinator_key_class, coordinator_value_class
from ottla.wire.message import Message
from ottla.wire.primitives import ProtocolError, Reader, pack_int16

_KEY_VERSION = 0


def decode_coordinator_key(family: str, key: bytes | memoryview) -> Message:
    """The key; its class' `KEY` is the record's type.

    `UnsupportedVersion` names a type that we lack, which a newer coordinator may have written;
    `ProtocolError` says what is wrong with the bytes, left-over ones included.
    """
    source = Reader(key)
    key_class = coordinator_key_class(family, source.int16())
    return _whole(source, key_class, _KEY_VERSION)


def decode_coordinator_value(family: str, type_: int, value: bytes | memoryview) -> tuple[Message, int]:
    """The value of a record whose key has this type, and the value's version. Errors as for a key."""
    source = Reader(value)
    version = source.int16()
    return _whole(source, coordinator_value_class(family, type_), version), version


def encode_coordinator_key(key: Message) -> bytes:
    out = bytearray(pack_int16(key.KEY))
    key.write(out, _KEY_VERSION)
    return bytes(out)


def encode_coordinator_value(value: Message, version: int) -> bytes:
    out = bytearray(pack_int16(version))
    value.write(out, version)
    return bytes(out)


def _whole(source: Reader, message_class: type[Message], version: int) -> Message:
    message = message_class.read(source, version)
    if source.remaining:
        raise ProtocolError(f"{source.remaining} bytes follow a {message_class.__name__}")
    return message
