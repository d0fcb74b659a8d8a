"""Produce (key 0): appends one batch to each named partition.

Versions: 3 is the first that carries batches of format 2; 8 adds errors per record (KIP-467); 9 is
flexible; 10 tells the current leader (KIP-951); 13 names topics by id (KIP-516).
Errors, per partition: those of the log; INVALID_REQUIRED_ACKS, NOT_LEADER_OR_FOLLOWER,
UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, NOT_ENOUGH_REPLICAS, REQUEST_TIMED_OUT, INVALID_TOPIC_EXCEPTION
for internal topics, INVALID_RECORD for anything but one batch of format 2, UNSUPPORTED_COMPRESSION_TYPE for
zstd before version 7, UNSUPPORTED_VERSION for transactional batches. Of the whole request: CORRUPT_MESSAGE
for bytes that are no batches, TRANSACTIONAL_ID_AUTHORIZATION_FAILED for a transactional batch without an id.
With acks=0 an error closes the connection.
"""

from ottla.log.append_refused import AppendRefused
from ottla.log.partition_log import Appended, Origin
from ottla.machine.later import Later, all_of
from ottla.model.errors import ErrorCode
from ottla.model.ids import Offset
from ottla.model.topics import is_internal
from ottla.records.invalid_record import CorruptBatch
from ottla.runtime.partitions.partition import Partition, committed_all
from ottla.server.context import RequestContext
from ottla.server.translate.produced_batch import BatchRefused, Records, is_transactional, one_batch
from ottla.wire.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData
from ottla.wire.messages.produce_response import (
    BatchIndexAndErrorMessage,
    PartitionProduceResponse,
    ProduceResponse,
    TopicProduceResponse,
)
from ottla.wire.primitives import ProtocolError

_ADMIN_CLIENT = "__admin_client"
_BEFORE_VALIDATION = frozenset(
    {ErrorCode.CORRUPT_MESSAGE, ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.RECORD_LIST_TOO_LARGE}
)
"""Along with these Kafka does not tell where the log starts."""
_Waiting = tuple[PartitionProduceResponse, Later[ErrorCode]]


def produce(
    request: ProduceRequest, context: RequestContext
) -> ProduceResponse | Later[ProduceResponse | None] | None:
    refusal = _refusal_of_all(request)
    if refusal is not None:
        return _all_refused(request, context, *refusal)
    waiting: list[_Waiting] = []
    response = ProduceResponse(
        responses=[
            TopicProduceResponse(
                name=topic.name,
                topic_id=topic.topic_id,
                partition_responses=[
                    _append(request, topic, data, context, waiting) for data in topic.partition_data
                ],
            )
            for topic in request.topic_data
        ]
    )
    if request.acks == 0:
        _close_on_error(response, context)
        return None
    if not waiting:
        return response
    return all_of([later for _, later in waiting]).then(lambda errors: _committed(response, waiting, errors))


def _append(
    request: ProduceRequest,
    topic: TopicProduceData,
    data: PartitionProduceData,
    context: RequestContext,
    waiting: list[_Waiting],
) -> PartitionProduceResponse:
    partition, error = context.broker.partitions.led(topic.name, topic.topic_id, data.index)
    if partition is None:
        return _refused(data.index, error, None)
    try:
        records = one_batch(data.records, context.version)
    except BatchRefused as refused:
        return _refused(data.index, refused.error, None)
    if request.acks not in (-1, 0, 1):
        return PartitionProduceResponse(
            index=data.index,
            error_code=ErrorCode.INVALID_REQUIRED_ACKS,
            base_offset=-1,
            log_append_time_ms=-1,
        )
    if refusal := _refusal(request, partition, records, context):
        return _refused(data.index, *refusal)
    try:
        appended = partition.append(records, context.now, Origin.CLIENT)
    except AppendRefused as refused:
        return _log_refused(data.index, partition, refused)
    except OSError:
        return _refused(data.index, ErrorCode.KAFKA_STORAGE_ERROR, None)
    answer = _appended(data.index, appended)
    if request.acks == -1 or (request.acks == 1 and partition.log.must_flush):
        deadline_ms = context.now.mono_ms + request.timeout_ms
        later = committed_all(partition, Offset(appended.last_offset + 1), deadline_ms, context.now)
        if later is not None:
            waiting.append((answer, later))
    return answer


def _refusal(
    request: ProduceRequest, partition: Partition, records: Records, context: RequestContext
) -> tuple[ErrorCode, str | None] | None:
    """Why the partition takes no such records, before the log is asked."""
    if is_transactional(records):
        return ErrorCode.UNSUPPORTED_VERSION, "Transactions are not supported by this node yet"
    if is_internal(partition.name.topic) and context.client_id != _ADMIN_CLIENT:
        return ErrorCode.INVALID_TOPIC_EXCEPTION, None
    if request.acks == -1 and not partition.replica.enough_replicas:
        isr, least = len(partition.replica.isr), partition.replica.min_isr
        return (
            ErrorCode.NOT_ENOUGH_REPLICAS,
            f"The size of the current ISR {isr} is insufficient to satisfy the min.isr "
            f"requirement of {least} "
            f"for partition {partition.name}",
        )
    return None


def _appended(index: int, appended: Appended) -> PartitionProduceResponse:
    return PartitionProduceResponse(
        index=index,
        base_offset=appended.first_offset,
        log_append_time_ms=appended.log_append_time,
        log_start_offset=appended.log_start_offset,
    )


def _refused(index: int, error: ErrorCode, message: str | None) -> PartitionProduceResponse:
    return PartitionProduceResponse(
        index=index,
        error_code=error,
        base_offset=-1,
        log_append_time_ms=-1,
        log_start_offset=-1,
        error_message=message,
    )


def _log_refused(index: int, partition: Partition, refused: AppendRefused) -> PartitionProduceResponse:
    answer = _refused(index, refused.error, refused.client_message)
    if refused.error not in _BEFORE_VALIDATION:
        answer.log_start_offset = partition.log.log_start_offset
    answer.record_errors = [
        BatchIndexAndErrorMessage(batch_index=at, batch_index_error_message=message)
        for at, message in refused.record_errors
    ]
    return answer


def _committed(
    response: ProduceResponse, waiting: list[_Waiting], errors: list[ErrorCode]
) -> ProduceResponse:
    for (answer, _), error in zip(waiting, errors, strict=True):
        if error is not ErrorCode.NONE:
            answer.error_code, answer.base_offset = error, -1
            answer.log_append_time_ms = answer.log_start_offset = -1
    return response


def _refusal_of_all(request: ProduceRequest) -> tuple[ErrorCode, str | None] | None:
    """Why nothing of the request is looked at."""
    found = [data.records for topic in request.topic_data for data in topic.partition_data if data.records]
    try:
        transactional = any(is_transactional(records) for records in found)
    except CorruptBatch as error:
        return ErrorCode.CORRUPT_MESSAGE, str(error)
    if transactional and request.transactional_id is None:
        return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, None
    return None


def _all_refused(
    request: ProduceRequest, context: RequestContext, error: ErrorCode, message: str | None
) -> ProduceResponse:
    response = ProduceResponse(
        responses=[
            TopicProduceResponse(
                name=topic.name,
                topic_id=topic.topic_id,
                partition_responses=[_refused(data.index, error, message) for data in topic.partition_data],
            )
            for topic in request.topic_data
        ]
    )
    if request.acks == 0:
        _close_on_error(response, context)
    return response


def _close_on_error(response: ProduceResponse, context: RequestContext) -> None:
    """Nobody hears an answer to acks=0, so a refusal shows as a closed connection."""
    for topic in response.responses:
        for partition in topic.partition_responses:
            if partition.error_code:
                raise ProtocolError(
                    f"Closing connection due to error during produce request with acks=0: topic "
                    f"{topic.name or context.topic_name(topic.topic_id)}, "
                    f"partition {partition.index}, {ErrorCode(partition.error_code).name}"
                )
