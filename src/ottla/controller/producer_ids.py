"""AllocateProducerIds (67): blocks of a thousand ids, which brokers give out to producers (KIP-730)."""

from typing import Final, NamedTuple

from ottla.controller.heartbeats import registered
from ottla.controller.turn import Outcome, Turn
from ottla.metadata.producer_ids import BLOCK_SIZE
from ottla.metadata.record import MetadataRecord
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.wire.messages.allocate_producer_ids_request import AllocateProducerIdsRequest
from ottla.wire.messages.allocate_producer_ids_response import AllocateProducerIdsResponse
from ottla.wire.messages.producer_ids_record import ProducerIdsRecord

_ID_MAX: Final = 2**63 - 1


class AllocateProducerIds(NamedTuple):
    """A broker needs producer ids."""

    ticket: Ticket
    request: AllocateProducerIdsRequest

    def decide(self, turn: Turn) -> Outcome:
        broker = registered(turn, self.request.broker_id, self.request.broker_epoch)
        first = max(turn.image.next_producer_id, 0)
        if first > _ID_MAX - BLOCK_SIZE:
            raise ApiError(
                ErrorCode.UNKNOWN_SERVER_ERROR,
                "Exhausted all producerIds as the next block's end producerId has exceeded the int64 type "
                "limit",
            )
        record = ProducerIdsRecord(
            broker_id=broker.id, broker_epoch=broker.epoch, next_producer_id=first + BLOCK_SIZE
        )
        response = AllocateProducerIdsResponse(producer_id_start=first, producer_id_len=BLOCK_SIZE)
        return turn.answer(self.ticket, response, [MetadataRecord(record, 0)])

    def refused(self, error: ApiError) -> AllocateProducerIdsResponse:
        return AllocateProducerIdsResponse(error_code=error.code)
