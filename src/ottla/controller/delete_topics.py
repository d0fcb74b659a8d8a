"""DeleteTopics (20), by name or by id. The partitions and configurations of a topic go with it."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from ottla.controller.turn import Outcome, Turn, bounded
from ottla.metadata.record import MetadataRecord
from ottla.metadata.topics import Topic
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.model.uuid import ZERO, Uuid
from ottla.wire.messages.delete_topics_request import DeleteTopicsRequest
from ottla.wire.messages.delete_topics_response import DeletableTopicResult, DeleteTopicsResponse
from ottla.wire.messages.remove_topic_record import RemoveTopicRecord


class DeleteTopics(NamedTuple):
    """Delete the topics of `request`, each for itself."""

    ticket: Ticket
    request: DeleteTopicsRequest
    version: int

    def decide(self, turn: Turn) -> Outcome:
        if not turn.config.delete_topic_enable:
            raise self._disabled()
        found: dict[Uuid, Topic] = {}
        results = list(self._resolve(turn, found))
        records = [MetadataRecord(RemoveTopicRecord(topic_id=topic_id), 0) for topic_id in found]
        results += [DeletableTopicResult(name=topic.name, topic_id=topic.id) for topic in found.values()]
        return turn.answer(self.ticket, DeleteTopicsResponse(responses=results), bounded(records))

    def refused(self, error: ApiError) -> DeleteTopicsResponse:
        named: list[tuple[str | None, Uuid]] = [(name, ZERO) for name in self.request.topic_names]
        named += [(topic.name, Uuid(topic.topic_id)) for topic in self.request.topics]
        return DeleteTopicsResponse(
            responses=[
                DeletableTopicResult(name=name, topic_id=topic_id, error_code=error.code)
                for name, topic_id in named
            ]
        )

    def _disabled(self) -> ApiError:
        if self.version < 3:
            return ApiError(ErrorCode.INVALID_REQUEST, "This version does not support topic deletion.")
        return ApiError(ErrorCode.TOPIC_DELETION_DISABLED)

    def _resolve(self, turn: Turn, found: dict[Uuid, Topic]) -> Iterator[DeletableTopicResult]:
        """Put what can be deleted into `found`; the results of the rest."""
        names, ids = Counter(self.request.topic_names), Counter[Uuid]()
        for wanted in self.request.topics:
            if wanted.name is None and wanted.topic_id == ZERO:
                yield _refused(None, ZERO, "Neither topic name nor id were specified.")
            elif wanted.name is not None and wanted.topic_id != ZERO:
                yield _refused(
                    wanted.name, Uuid(wanted.topic_id), "You may not specify both topic name and topic id."
                )
            elif wanted.name is not None:
                names[wanted.name] += 1
            else:
                ids[Uuid(wanted.topic_id)] += 1
        yield from _resolve_ids(turn, ids, found)
        yield from _resolve_names(turn, names, ids, found)


def _resolve_ids(turn: Turn, ids: Counter[Uuid], found: dict[Uuid, Topic]) -> Iterator[DeletableTopicResult]:
    for topic_id, times in ids.items():
        topic = turn.image.topics.by_id(topic_id)
        if times > 1:
            yield _refused(None, topic_id, "Duplicate topic id.")
        elif topic is None:
            code = ErrorCode.UNKNOWN_TOPIC_ID
            yield DeletableTopicResult(name=None, topic_id=topic_id, error_code=code, error_message=code.text)
        else:
            found[topic_id] = topic


def _resolve_names(
    turn: Turn, names: Counter[str], ids: Counter[Uuid], found: dict[Uuid, Topic]
) -> Iterator[DeletableTopicResult]:
    for name, times in names.items():
        topic = turn.image.topics.by_name(name)
        if times > 1:
            yield _refused(name, ZERO, "Duplicate topic name.")
        elif topic is None:
            code = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
            yield DeletableTopicResult(name=name, topic_id=ZERO, error_code=code, error_message=code.text)
        elif topic.id in ids:
            found.pop(topic.id, None)
            yield _refused(name, topic.id, "The provided topic name maps to an ID that was already supplied.")
        else:
            found[topic.id] = topic


def _refused(name: str | None, topic_id: Uuid, message: str) -> DeletableTopicResult:
    return DeletableTopicResult(
        name=name, topic_id=topic_id, error_code=ErrorCode.INVALID_REQUEST, error_message=message
    )
