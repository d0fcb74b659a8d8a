"""Which producer ids have been given out, in blocks (KIP-730)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ottla.metadata.record import ReplayError

if TYPE_CHECKING:
    from ottla.wire.messages.producer_ids_record import ProducerIdsRecord

NONE_GIVEN: Final = -1
BLOCK_SIZE: Final = 1000


def advance(next_producer_id: int, record: ProducerIdsRecord) -> int:
    """The first id not given out yet. It only grows."""
    if next_producer_id != NONE_GIVEN and record.next_producer_id <= next_producer_id:
        raise ReplayError(
            record, f"next producer id {record.next_producer_id} is not greater than {next_producer_id}"
        )
    return record.next_producer_id
