"""A running hash of everything that happened: equal traces are equal histories."""

from hashlib import blake2b


class Trace:
    """Every frame on the network and every byte for the disk passes here."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=16)
        self.events = 0

    def note(self, what: str, *details: object) -> None:
        self.events += 1
        self._hash.update(repr((what, details)).encode())

    def note_bytes(self, what: str, data: bytes | bytearray | memoryview) -> None:
        self.events += 1
        self._hash.update(what.encode())
        self._hash.update(data)

    def digest(self) -> str:
        """The history so far, in 32 characters."""
        return self._hash.hexdigest()
