"""A reader without bytes: it invents what a message asks for, so that every class makes random messages."""

import random
from collections.abc import Sequence
from struct import Struct

from ottla.wire.message import Message
from ottla.wire.primitives import Reader

_RANGES = {
    "b": (-(2**7), 2**7 - 1),
    "h": (-(2**15), 2**15 - 1),
    "i": (-(2**31), 2**31 - 1),
    "q": (-(2**63), 2**63 - 1),
}
_RANGES |= {"H": (0, 2**16 - 1), "I": (0, 2**32 - 1)}
_TEXTS = ("", "a", "topic-1", "Größe", "\N{SNAKE}", "x" * 127, "y" * 300)
_BYTES = (b"", b"\x00", b"bytes", bytes(range(256)))
TAGS_MAX = 10


class InventingReader(Reader):
    """Numbers with their extremes, nulls where they may be, short arrays, some tags or all."""

    def __init__(self, seed: str) -> None:
        super().__init__(b"")
        self._random = random.Random(seed)

    def number(self, code: str) -> int:
        low, high = _RANGES[code]
        edges = [value for value in (low, -1, 0, 1, high) if low <= value]
        return self._random.choice([*edges, self._random.randint(low, high), self._random.randint(0, 100)])

    def unpack(self, fixed: Struct) -> tuple[object, ...]:
        codes = fixed.format[1:].replace("16s", "s")
        return tuple(self._of_code(code) for code in codes)

    def _of_code(self, code: str) -> object:
        if code == "B":
            return 0
        if code == "d":
            return self.float64()
        if code == "s":
            return self.uuid()
        return self.boolean() if code == "?" else self.number(code)

    def int8(self) -> int:
        return self.number("b")

    def int16(self) -> int:
        return self.number("h")

    def int32(self) -> int:
        return self.number("i")

    def int64(self) -> int:
        return self.number("q")

    def uint16(self) -> int:
        return self.number("H")

    def uint32(self) -> int:
        return self.number("I")

    def float64(self) -> float:
        return self._random.choice((0.0, -1.5, 1e300, float("inf")))

    def boolean(self) -> bool:
        return self._random.random() < 0.5

    def uuid(self) -> bytes:
        return self._random.choice((bytes(16), self._random.randbytes(16)))

    def compact_string(self) -> str:
        return self._random.choice(_TEXTS)

    def compact_nullable_string(self) -> str | None:
        return self._random.choice((None, *_TEXTS))

    string = compact_string
    nullable_string = compact_nullable_string

    def compact_byte_string(self) -> bytes:
        return self._random.choice(_BYTES)

    def compact_nullable_byte_string(self) -> bytes | None:
        return self._random.choice((None, *_BYTES))

    byte_string = compact_byte_string
    nullable_byte_string = compact_nullable_byte_string

    def compact_records(self) -> memoryview:
        return memoryview(self._random.choice(_BYTES))

    def compact_nullable_records(self) -> memoryview | None:
        return self._random.choice((None, memoryview(b"records")))

    records = compact_records
    nullable_records = compact_nullable_records

    def compact_array(self, element_min: int) -> int:
        return self._random.choice((0, 1, 1, 2, 3))

    def compact_nullable_array(self, element_min: int) -> int | None:
        return self._random.choice((None, 0, 1, 1, 2, 3))

    array = compact_array
    nullable_array = compact_nullable_array

    def int32s(self, count: int) -> list[int]:
        return self.numbers(count, "i")

    def numbers(self, count: int, code: str) -> list[int]:
        many = self._random.choice((count, count, count, count, 8, 9, 127, 128))
        return [self.number(code) for _ in range(many)]

    def unsigned_varint(self) -> int:
        """The generated code asks for the number of tags, and before a tagged struct that may be null."""
        return self._random.choice((0, 1, TAGS_MAX))

    def next_tag(self, previous: int) -> tuple[int, int]:
        return previous + self._random.choice((1, 1, 1, 2)), 0

    def end_tag(self, end: int) -> None:
        pass

    def skip_tags(self) -> None:
        pass


class FullReader(InventingReader):
    """Every field is set: no null, no empty array, no default, and every tag."""

    def number(self, code: str) -> int:
        return self._random.randint(3, 100)

    def boolean(self) -> bool:
        return True

    def uuid(self) -> bytes:
        return self._random.randbytes(16)

    def compact_nullable_string(self) -> str:
        return self._random.choice(_TEXTS[1:])

    def compact_nullable_byte_string(self) -> bytes:
        return self._random.choice(_BYTES[1:])

    def compact_nullable_records(self) -> memoryview:
        return memoryview(b"records")

    def compact_nullable_array(self, element_min: int) -> int:
        return self._random.choice((1, 2))

    compact_string = string = nullable_string = compact_nullable_string
    compact_byte_string = byte_string = nullable_byte_string = compact_nullable_byte_string
    compact_records = records = nullable_records = compact_nullable_records
    compact_array = array = nullable_array = compact_nullable_array

    def unsigned_varint(self) -> int:
        return TAGS_MAX

    def next_tag(self, previous: int) -> tuple[int, int]:
        return previous + 1, 0


def invented(message: type[Message], version: int, seed: int) -> Message:
    """A random message, the same for the same arguments. Seed 0 sets every field."""
    reader = InventingReader if seed else FullReader
    return message.read(reader(f"{message.__name__} {version} {seed}"), version)


def thinned(message: Message, seed: str) -> Message:
    """The message with most of its fields, and those of its structs, put back to their defaults."""
    return _thinned(message, random.Random(seed))


def _thinned(message: Message, chance: random.Random) -> Message:
    thin = type(message)()
    for name in message.__slots__:
        if chance.random() < 0.3:
            setattr(thin, name, _thinned_value(getattr(message, name), chance))
    return thin


def _thinned_value(value: object, chance: random.Random) -> object:
    if isinstance(value, Message):
        return _thinned(value, chance)
    if isinstance(value, Sequence) and value and isinstance(value[0], Message):
        return [_thinned(element, chance) for element in value]
    return value
