"""The few shapes that every message is made of. A length never reaches past its frame.

Sizes and shapes are those of Kafka's protocol guide («Protocol Primitive Types») and of KIP-482 (compact
forms, tagged fields). Every message passes here many times per request, so the struct methods are bound
once and the short cases stand first.
"""

import struct
from struct import Struct
from typing import Any, TypeAlias

pack_int8, pack_int16, pack_int32, pack_int64 = (Struct(code).pack for code in (">b", ">h", ">i", ">q"))
pack_uint16, pack_uint32, pack_float64 = (Struct(code).pack for code in (">H", ">I", ">d"))
pack_bool, pack_uuid = Struct(">?").pack, Struct("16s").pack
_int8, _int16, _int32, _int64 = (Struct(code).unpack_from for code in (">b", ">h", ">i", ">q"))
_uint16, _uint32, _float64 = (Struct(code).unpack_from for code in (">H", ">I", ">d"))

_FEW = 9
"""Arrays of int32 are mostly replicas: up to eight have their structs ready."""
_few_int32s = tuple(Struct(f">{count}i").unpack_from for count in range(_FEW))
_pack_few_int32s = tuple(Struct(f">i{count}i").pack for count in range(_FEW))
_pack_few_compact_int32s = tuple(Struct(f">B{count}i").pack for count in range(_FEW))

Bytes: TypeAlias = bytes | bytearray | memoryview

ZERO_UUID = bytes(16)
ELEMENTS_MAX = 200_000
_STRING_MAX = 0x7FFF


class ProtocolError(Exception):
    """The peer sent bytes that are no message. The connection is closed."""


class UnsupportedVersion(Exception):
    """A message has no such version, or the version has no place for a field that is set."""


class Reader:
    """Reads one frame front to back; whatever does not fit into the frame is a `ProtocolError`.

    `elements_max` bounds the array elements and tagged fields of the whole frame: a small frame must not
    become a large tree.
    """

    __slots__ = ("at", "elements_left", "frame")

    def __init__(self, frame: Bytes, start: int = 0, *, elements_max: int = ELEMENTS_MAX) -> None:
        self.frame = memoryview(frame)
        self.at = start
        self.elements_left = elements_max

    @property
    def remaining(self) -> int:
        return len(self.frame) - self.at

    # Numbers

    def unpack(self, fixed: Struct) -> tuple[Any, ...]:
        """Adjacent fields of fixed size in one go."""
        at = self.at
        try:
            values = fixed.unpack_from(self.frame, at)
        except struct.error:
            raise self._short(fixed.size) from None
        self.at = at + fixed.size
        return values

    def int8(self) -> int:
        at = self.at
        try:
            byte = self.frame[at]
        except IndexError:
            raise self._short(1) from None
        self.at = at + 1
        return byte if byte < 0x80 else byte - 0x100

    def int16(self) -> int:
        at = self.at
        try:
            (value,) = _int16(self.frame, at)
        except struct.error:
            raise self._short(2) from None
        self.at = at + 2
        return value  # type: ignore[no-any-return]

    def int32(self) -> int:
        at = self.at
        try:
            (value,) = _int32(self.frame, at)
        except struct.error:
            raise self._short(4) from None
        self.at = at + 4
        return value  # type: ignore[no-any-return]

    def int64(self) -> int:
        at = self.at
        try:
            (value,) = _int64(self.frame, at)
        except struct.error:
            raise self._short(8) from None
        self.at = at + 8
        return value  # type: ignore[no-any-return]

    def uint16(self) -> int:
        at = self.at
        try:
            (value,) = _uint16(self.frame, at)
        except struct.error:
            raise self._short(2) from None
        self.at = at + 2
        return value  # type: ignore[no-any-return]

    def uint32(self) -> int:
        at = self.at
        try:
            (value,) = _uint32(self.frame, at)
        except struct.error:
            raise self._short(4) from None
        self.at = at + 4
        return value  # type: ignore[no-any-return]

    def float64(self) -> float:
        at = self.at
        try:
            (value,) = _float64(self.frame, at)
        except struct.error:
            raise self._short(8) from None
        self.at = at + 8
        return value  # type: ignore[no-any-return]

    def boolean(self) -> bool:
        at = self.at
        try:
            byte = self.frame[at]
        except IndexError:
            raise self._short(1) from None
        self.at = at + 1
        return byte != 0

    def uuid(self) -> bytes:
        return self.take(16).tobytes()

    def unsigned_varint(self) -> int:
        at = self.at
        try:
            byte = self.frame[at]
        except IndexError:
            raise self._short(1) from None
        if byte < 0x80:
            self.at = at + 1
            return byte
        return self._long_varint(5, 0xFFFFFFFF)

    def varint(self) -> int:
        """A signed 32-bit number in zigzag form, as inside records."""
        value = self.unsigned_varint()
        return (value >> 1) ^ -(value & 1)

    def varlong(self) -> int:
        """A signed 64-bit number in zigzag form, as inside records."""
        value = self._long_varint(10, 0xFFFFFFFFFFFFFFFF)
        return (value >> 1) ^ -(value & 1)

    # Texts and bytes

    def string(self) -> str:
        text = self.nullable_string()
        if text is None:
            raise ProtocolError("a string that may not be null is null")
        return text

    def nullable_string(self) -> str | None:
        size = self.int16()
        return None if size < 0 else self._text(self.at, size)

    def compact_string(self) -> str:
        text = self.compact_nullable_string()
        if text is None:
            raise ProtocolError("a string that may not be null is null")
        return text

    def compact_nullable_string(self) -> str | None:
        at = self.at
        try:
            size = self.frame[at]
        except IndexError:
            raise self._short(1) from None
        if size >= 0x80:
            size = self.unsigned_varint()
            return self._text(self.at, size - 1)
        if size == 0:
            self.at = at + 1
            return None
        return self._text(at + 1, size - 1)

    def byte_string(self) -> bytes:
        return self._sized(self.int32()).tobytes()

    def nullable_byte_string(self) -> bytes | None:
        size = self.int32()
        return None if size < 0 else self.take(size).tobytes()

    def compact_byte_string(self) -> bytes:
        return self._sized(self.unsigned_varint() - 1).tobytes()

    def compact_nullable_byte_string(self) -> bytes | None:
        size = self.unsigned_varint() - 1
        return None if size < 0 else self.take(size).tobytes()

    def records(self) -> memoryview:
        """A slice of the frame, not a copy: it lives as long as the frame's buffer keeps these bytes."""
        return self._sized(self.int32())

    def nullable_records(self) -> memoryview | None:
        size = self.int32()
        return None if size < 0 else self.take(size)

    def compact_records(self) -> memoryview:
        return self._sized(self.unsigned_varint() - 1)

    def compact_nullable_records(self) -> memoryview | None:
        size = self.unsigned_varint() - 1
        return None if size < 0 else self.take(size)

    def take(self, size: int) -> memoryview:
        """The next `size` bytes as a slice of the frame."""
        start = self.at
        end = start + size
        if end > len(self.frame):
            raise self._short(size)
        self.at = end
        return self.frame[start:end]

    # Arrays: how many elements follow, each of which takes at least `element_min` bytes

    def array(self, element_min: int) -> int:
        return self._elements(self.int32(), element_min)

    def nullable_array(self, element_min: int) -> int | None:
        count = self.int32()
        return None if count < 0 else self._elements(count, element_min)

    def compact_array(self, element_min: int) -> int:
        return self._elements(self.unsigned_varint() - 1, element_min)

    def compact_nullable_array(self, element_min: int) -> int | None:
        count = self.unsigned_varint() - 1
        return None if count < 0 else self._elements(count, element_min)

    def int32s(self, count: int) -> list[int]:
        """The elements of an array of int32, the commonest by far."""
        at = self.at
        self.at = at + 4 * count
        if count < _FEW:
            return list(_few_int32s[count](self.frame, at))
        return list(struct.unpack_from(f">{count}i", self.frame, at))

    def numbers(self, count: int, code: str) -> list[int]:
        """The elements of an array of other numbers, of the struct code `code`."""
        return list(self.unpack(Struct(f">{count}{code}")))

    # Tagged fields (KIP-482)

    def next_tag(self, previous: int) -> tuple[int, int]:
        """The tag of the next field and where it must end. Tags ascend; `previous` is -1 at first."""
        tag = self.unsigned_varint()
        if tag <= previous:
            raise ProtocolError(f"tag {tag} follows tag {previous}")
        self._spend(1)
        end = self.unsigned_varint() + self.at
        if end > len(self.frame):
            raise self._short(end - self.at)
        return tag, end

    def end_tag(self, end: int) -> None:
        if self.at != end:
            raise ProtocolError(f"a tagged field is {end - self.at} bytes longer than its content")

    def skip_tags(self) -> None:
        """Pass over tagged fields: newer peers may send some that we do not know."""
        count = self.unsigned_varint()
        if count:
            self._skip(count)

    def skip_more_tags(self) -> None:
        """As `skip_tags`, when the first byte of the count has been read already and was not zero."""
        self.at -= 1
        self._skip(self.unsigned_varint())

    # Private

    def _skip(self, count: int) -> None:
        tag = -1
        for _ in range(count):
            tag, self.at = self.next_tag(tag)

    def _text(self, start: int, size: int) -> str:
        end = start + size
        if end > len(self.frame) or size > _STRING_MAX:
            raise self._short(size)
        self.at = end
        try:
            return self.frame[start:end].tobytes().decode()
        except UnicodeDecodeError:
            raise ProtocolError("a string is not UTF-8") from None

    def _sized(self, size: int) -> memoryview:
        if size < 0:
            raise ProtocolError("bytes that may not be null are null")
        return self.take(size)

    def _elements(self, count: int, element_min: int) -> int:
        if count < 0:
            raise ProtocolError("an array that may not be null is null")
        if count * element_min > len(self.frame) - self.at:
            raise self._short(count * element_min)
        self._spend(count)
        return count

    def _spend(self, count: int) -> None:
        self.elements_left -= count
        if self.elements_left < 0:
            raise ProtocolError("one frame has too many elements")

    def _long_varint(self, bytes_max: int, value_max: int) -> int:
        value = 0
        for place in range(bytes_max):
            try:
                byte = self.frame[self.at]
            except IndexError:
                raise self._short(1) from None
            self.at += 1
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80 and value <= value_max:
                return value
        raise ProtocolError(f"a varint is longer than {bytes_max} bytes")

    def _short(self, size: int) -> ProtocolError:
        return ProtocolError(f"{size} bytes announced, {max(self.remaining, 0)} left")


def put_unsigned_varint(out: bytearray, value: int) -> None:
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def put_varint(out: bytearray, value: int) -> None:
    put_unsigned_varint(out, (value << 1) ^ (value >> 31))


def put_varlong(out: bytearray, value: int) -> None:
    put_unsigned_varint(out, (value << 1) ^ (value >> 63))


def put_string(out: bytearray, text: str) -> None:
    data = text.encode()
    out += pack_int16(len(data))
    out += data


def put_nullable_string(out: bytearray, text: str | None) -> None:
    if text is None:
        out += b"\xff\xff"
    else:
        put_string(out, text)


def put_compact_string(out: bytearray, text: str) -> None:
    data = text.encode()
    size = len(data) + 1
    if size < 0x80:
        out.append(size)
    else:
        assert size <= _STRING_MAX + 1, "a string fits into 16 bits in every version"
        put_unsigned_varint(out, size)
    out += data


def put_compact_nullable_string(out: bytearray, text: str | None) -> None:
    if text is None:
        out.append(0)
    else:
        put_compact_string(out, text)


def put_bytes(out: bytearray, data: Bytes) -> None:
    out += pack_int32(len(data))
    out += data


def put_nullable_bytes(out: bytearray, data: Bytes | None) -> None:
    if data is None:
        out += b"\xff\xff\xff\xff"
    else:
        put_bytes(out, data)


def put_compact_bytes(out: bytearray, data: Bytes) -> None:
    put_unsigned_varint(out, len(data) + 1)
    out += data


def put_compact_nullable_bytes(out: bytearray, data: Bytes | None) -> None:
    if data is None:
        out.append(0)
    else:
        put_compact_bytes(out, data)


def put_compact_array(out: bytearray, count: int) -> None:
    if count < 0x7F:
        out.append(count + 1)
    else:
        put_unsigned_varint(out, count + 1)


def put_int32s(out: bytearray, values: list[int]) -> None:
    """A whole array of int32, the commonest by far."""
    count = len(values)
    if count < _FEW:
        out += _pack_few_int32s[count](count, *values)
    else:
        out += struct.pack(f">i{count}i", count, *values)


def put_compact_int32s(out: bytearray, values: list[int]) -> None:
    count = len(values)
    if count < _FEW:
        out += _pack_few_compact_int32s[count](count + 1, *values)
    else:
        put_unsigned_varint(out, count + 1)
        out += struct.pack(f">{count}i", *values)


def put_numbers(out: bytearray, values: list[int], code: str) -> None:
    """The elements of an array of other numbers, of the struct code `code`."""
    out += struct.pack(f">{len(values)}{code}", *values)


def put_tags(out: bytearray, tags: list[tuple[int, bytearray]]) -> None:
    """Tagged fields, in the order of their tags."""
    put_unsigned_varint(out, len(tags))
    for tag, field in tags:
        put_unsigned_varint(out, tag)
        put_unsigned_varint(out, len(field))
        out += field
