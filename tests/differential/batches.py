"""Record batches, right and wrong, as bytes. All bear times of the year 2023."""

from typing import Any

from ottla.records.batch import pack_header, read_header, seal
from ottla.records.control import build_end_transaction
from ottla.records.records import Record, build_batch

START_MS = 1_700_000_000_000
OLD_FORMATS = {
    0: bytes.fromhex("0000000000000000 00000011 9cee9a72 00 00 ffffffff 00000003 666f6f".replace(" ", "")),
    1: bytes.fromhex(
        "0000000000000000 00000019 00000000 01 00 0000018bcfe56800 ffffffff 00000003 666f6f".replace(" ", "")
    ),
}
"""One message of each format before record batches; their checksums are not looked at so far."""


def batch(*values: str | None, key: str | None = None, ms: int = 0, **more: Any) -> bytes:
    """Records a millisecond apart; all have `key`."""
    records = [
        Record(
            index,
            START_MS + ms + index,
            None if key is None else key.encode(),
            None if value is None else value.encode(),
        )
        for index, value in enumerate(values)
    ]
    return bytes(build_batch(records, **more))


def sequenced(sequence: int, *values: str, producer: int, epoch: int = 0, **more: Any) -> bytes:
    return batch(*values, producer_id=producer, producer_epoch=epoch, base_sequence=sequence, **more)


def patched(data: bytes, **changes: int) -> bytes:
    """Header fields as a liar sets them; the checksum is right."""
    out = bytearray(data)
    out[:61] = pack_header(read_header(out)._replace(**changes))
    seal(out, 0, len(out))
    return bytes(out)


def corrupt(data: bytes) -> bytes:
    """The last bit is flipped, the checksum is left."""
    return data[:-1] + bytes([data[-1] ^ 1])


def control() -> bytes:
    return bytes(
        build_end_transaction(True, timestamp=START_MS, producer_id=1, producer_epoch=0, coordinator_epoch=0)
    )
