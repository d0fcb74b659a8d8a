"""The short way to encode a fetch answer gives the very bytes of the generated writer."""

from struct import Struct
from typing import Any, cast

import pytest

from ottla.log.partition_log import Slice
from ottla.model.ids import Offset
from ottla.server.fast.fetch_answer import FetchAnswer
from ottla.wire.headers import RequestHeader, put_response_header, response_header_version
from ottla.wire.messages.fetch_response import (
    AbortedTransaction,
    FetchableTopicResponse,
    FetchResponse,
    PartitionData,
)

VERSIONS = range(4, 19)


class _File:
    """Bytes where a slice expects a segment's file."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read_into(self, position: int, target: memoryview) -> int:
        found = self._content[position : position + len(target)]
        target[: len(found)] = found
        return len(found)


class _Segment:
    def __init__(self, content: bytes) -> None:
        self.file = _File(content)


def a_slice(records: bytes) -> Slice:
    segment = cast("Any", _Segment(b"xx" + records))
    return Slice(segment, 2, len(records), Offset(0), Offset(1))


def a_response(version: int, records: list[bytes]) -> FetchResponse:
    """Two topics, three partitions, one of them with an aborted transaction."""
    by_id = version >= 13

    def topic(name: str, *partitions: PartitionData) -> FetchableTopicResponse:
        return FetchableTopicResponse(
            topic="" if by_id else name,
            topic_id=bytes(15) + b"\x07" if by_id else bytes(16),
            partitions=list(partitions),
        )

    aborted = [AbortedTransaction(producer_id=4, first_offset=9)]
    return FetchResponse(
        session_id=3 if version >= 7 else 0,
        responses=[
            topic(
                "a",
                PartitionData(
                    partition_index=0, high_watermark=7, aborted_transactions=[], records=records[0]
                ),
                PartitionData(partition_index=1, aborted_transactions=aborted, records=records[1]),
            ),
            topic("b", PartitionData(partition_index=2, error_code=1, records=records[2])),
        ],
    )


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("records", [[b"", b"", b""], [b"abc", b"", b""], [b"", b"z" * 300, b"end"]])
def test_both_ways_give_the_same_bytes(version: int, records: list[bytes]) -> None:
    expected = bytearray(4)
    put_response_header(expected, 77, response_header_version(1, version))
    a_response(version, records).write(expected, version)
    Struct(">i").pack_into(expected, 0, len(expected) - 4)
    answer = FetchAnswer(
        a_response(version, [b"", b"", b""]), [a_slice(each) if each else None for each in records]
    )
    assert answer.encode(RequestHeader(1, version, 77, None, 0)) == expected
