"""A fetch answer whose records go from the page cache into the frame in one read.

The generated writer would need the records as bytes and copy them once more: at 1 MiB that is a third of
the whole cost. So it writes everything but the records, and these are read straight into their gaps.
"""

from dataclasses import dataclass
from struct import Struct

from ottla.log.partition_log import Slice
from ottla.wire.headers import RequestHeader
from ottla.wire.messages.fetch_response import FetchResponse
from ottla.wire.primitives import put_unsigned_varint

_FLEXIBLE_FROM = 12
_HEAD = Struct(">ii")
_INT32 = Struct(">i")


@dataclass(frozen=True, slots=True)
class FetchAnswer:
    """`response` with empty records, and for each of its partitions in order what they are."""

    response: FetchResponse
    slices: list[Slice | None]

    def encode(self, header: RequestHeader) -> bytearray:
        """The whole frame."""
        if not any(self.slices):
            return self._without_records(header)
        pieces, tail = self._pieces(header)
        size = sum(len(head) + found.length for head, found in pieces) + len(tail)
        frame = bytearray(size)
        view, at = memoryview(frame), 0
        for head, found in pieces:
            view[at : at + len(head)] = head
            at += len(head)
            got = found.file.read_into(found.position, view[at : at + found.length])
            assert got == found.length, "a planned slice is there"
            at += found.length
        view[at:] = tail
        _HEAD.pack_into(frame, 0, size - 4, header.correlation_id)
        return frame

    def _without_records(self, header: RequestHeader) -> bytearray:
        out = bytearray(_HEAD.pack(0, header.correlation_id))
        if header.version >= _FLEXIBLE_FROM:
            out.append(0)
        self.response.write(out, header.version)
        _INT32.pack_into(out, 0, len(out) - 4)
        return out

    def _pieces(self, header: RequestHeader) -> tuple[list[tuple[bytearray, Slice]], bytearray]:
        """What stands before each partition's records, and what stands behind the last."""
        version = header.version
        flexible = version >= _FLEXIBLE_FROM
        pieces: list[tuple[bytearray, Slice]] = []
        topics, self.response.responses = self.response.responses, []
        out = bytearray(9 if flexible else 8)
        self.response.write(out, version)
        # The empty list of topics gives way to the topics themselves; in flexible versions tags follow it.
        end = out[-1:] if flexible else b""
        del out[-(2 if flexible else 4) :]
        _put_count(out, len(topics), flexible)
        slices = iter(self.slices)
        for topic in topics:
            partitions, topic.partitions = topic.partitions, []
            topic.write(out, version)
            del out[-(2 if flexible else 4) :]
            _put_count(out, len(partitions), flexible)
            for partition in partitions:
                partition.write(out, version)
                found = next(slices)
                if found is not None:
                    # Likewise the empty records: their length, then the gap.
                    del out[-(2 if flexible else 4) :]
                    _put_count(out, found.length, flexible)
                    pieces.append((out, found))
                    out = bytearray(b"\0" if flexible else b"")
            if flexible:
                out.append(0)
        out += end
        return pieces, out


def _put_count(out: bytearray, count: int, flexible: bool) -> None:
    if flexible:
        put_unsigned_varint(out, count + 1)
    else:
        out += _INT32.pack(count)
