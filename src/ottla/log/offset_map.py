"""The latest offset of each key in the part of a log that is being compacted (`SkimpyOffsetMap`)."""

from hashlib import blake2b

DEDUPE_BUFFER_BYTES = 128 * 1024 * 1024
"""Kafka's default of `log.cleaner.dedupe.buffer.size`."""
_ENTRY_BYTES = 160  # a dictionary entry with a short key and a number
_DIGEST_BYTES = 16


class OffsetMap:
    """Bounded: when it is full, a round of compaction ends there and the next one goes on.

    Keys of 16 bytes and more are held by their digest, as Kafka holds all of them; shorter ones as they
    are, so that the two never meet.
    """

    def __init__(self, memory_bytes: int = DEDUPE_BUFFER_BYTES) -> None:
        self._entries_max = max(memory_bytes // _ENTRY_BYTES, 1)
        self._offsets: dict[bytes, int] = {}
        self.latest_offset = -1
        """The last offset that the map has taken account of."""

    def __len__(self) -> int:
        return len(self._offsets)

    @property
    def is_full(self) -> bool:
        return len(self._offsets) >= self._entries_max

    def put(self, key: bytes, offset: int) -> None:
        self._offsets[_held(key)] = offset

    def get(self, key: bytes) -> int:
        """-1 for a key that has no record there."""
        return self._offsets.get(_held(key), -1)


def _held(key: bytes) -> bytes:
    return key if len(key) < _DIGEST_BYTES else blake2b(key, digest_size=_DIGEST_BYTES).digest()
