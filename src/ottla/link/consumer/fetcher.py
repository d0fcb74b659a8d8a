"""Positions of the partitions that a consumer reads, and the fetches that move them on; sans-IO."""

from collections.abc import Iterable
from dataclasses import dataclass

from ottla.link.call import error_code
from ottla.link.cluster_view import NO_LEADER, ClusterView
from ottla.link.consumer.fetched import FetchedPartition
from ottla.link.consumer.protocol import by_topic
from ottla.link.consumer.settings import ConsumerSettings
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition
from ottla.wire.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from ottla.wire.messages.fetch_response import FetchResponse, PartitionData

_NO_SESSION = -1
_STALE_METADATA = frozenset(
    {
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.REPLICA_NOT_AVAILABLE,
        ErrorCode.KAFKA_STORAGE_ERROR,
        ErrorCode.FENCED_LEADER_EPOCH,
        ErrorCode.OFFSET_NOT_AVAILABLE,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.UNKNOWN_TOPIC_ID,
        ErrorCode.INCONSISTENT_TOPIC_ID,
        ErrorCode.UNKNOWN_LEADER_EPOCH,
        ErrorCode.UNKNOWN_SERVER_ERROR,
        ErrorCode.LEADER_NOT_AVAILABLE,
    }
)


class NoOffsetForPartition(Exception):
    """Nothing is committed, and no policy says where to begin."""


class OffsetOutOfRange(Exception):
    """The log does not reach there, and no policy says where to go on."""


@dataclass(slots=True)
class _Position:
    offset: int | None = None
    """Where to fetch next; None while it must be looked up."""
    reset_to: int | None = None
    """The timestamp to look it up by; None for the configured policy."""
    asking: bool = False
    """A fetch is under way."""
    held: FetchedPartition | None = None
    """What was fetched and is not read to its end."""
    not_before_ms: int = 0

    @property
    def is_idle(self) -> bool:
        return not self.asking and self.held is None


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request for one node, and the offset it asks of each partition."""

    node: int
    request: FetchRequest
    offsets: dict[TopicPartition, int]


class Fetcher:
    """Reads each partition from its position on; one fetch at a time is under way for each node."""

    def __init__(self, settings: ConsumerSettings, view: ClusterView) -> None:
        self._settings, self._view = settings, view
        self._positions: dict[TopicPartition, _Position] = {}
        self._asked_nodes: set[int] = set()
        self.stale = False
        """Whether the metadata is to be asked for again; the driver clears it."""

    @property
    def partitions(self) -> list[TopicPartition]:
        return list(self._positions)

    def assign(self, partitions: Iterable[TopicPartition]) -> None:
        """Read exactly these; new ones have no position yet."""
        wanted = set(partitions)
        for name in [name for name in self._positions if name not in wanted]:
            del self._positions[name]
        for name in sorted(wanted):
            self._positions.setdefault(name, _Position())

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self._positions[partition] = _Position(offset)

    def seek_to_time(self, partition: TopicPartition, timestamp: int) -> None:
        """To EARLIEST, LATEST (`settings`) or the first record that is not older."""
        self._positions[partition] = _Position(reset_to=timestamp)

    def unknown(self, now_ms: int) -> dict[TopicPartition, int]:
        """Partitions without a position, and the time to look each up by. Raises NoOffsetForPartition."""
        found = {}
        for name, position in self._positions.items():
            if position.offset is None and position.not_before_ms <= now_ms:
                found[name] = self._policy(name) if position.reset_to is None else position.reset_to
        return found

    def located(self, partition: TopicPartition, offset: int | None, now_ms: int) -> None:
        """The answer to a look-up; None to look again a little later."""
        position = self._positions.get(partition)
        if position is None or position.offset is not None:
            return
        if offset is None:
            position.not_before_ms = now_ms + self._settings.retry_backoff_ms
        else:
            position.offset, position.reset_to = offset, None

    def fetches(self, now_ms: int) -> list[Fetch]:
        """What to ask which node now."""
        by_node: dict[int, dict[TopicPartition, int]] = {}
        for name, position in self._positions.items():
            if not position.is_idle or position.offset is None or position.not_before_ms > now_ms:
                continue
            leader = self._view.leader(name)
            if leader == NO_LEADER:
                self.stale = True
                position.not_before_ms = now_ms + self._settings.retry_backoff_ms
            elif leader not in self._asked_nodes:
                by_node.setdefault(leader, {})[name] = position.offset
        return [self._fetch(node, offsets) for node, offsets in by_node.items()]

    def next_deadline(self) -> int | None:
        """When a partition that was put off is due again."""
        times = [
            each.not_before_ms for each in self._positions.values() if each.is_idle and each.not_before_ms
        ]
        return min(times, default=None)

    def answered(self, fetch: Fetch, response: FetchResponse, now_ms: int) -> list[FetchedPartition]:
        """What was fetched, for partitions that are still read from where they were.

        Raises ApiError, OffsetOutOfRange.
        """
        self._finish(fetch)
        if response.error_code:
            raise ApiError(error_code(response.error_code))
        fetched = []
        for topic in response.responses:
            name = topic.topic or self._view.name_of(topic.topic_id) or ""
            for data in topic.partitions:
                partition = TopicPartition(name, data.partition_index)
                found = self._take(partition, data, fetch.offsets.get(partition), now_ms)
                if found is not None:
                    fetched.append(found)
        return fetched

    def broken(self, fetch: Fetch, now_ms: int) -> None:
        """The node could not be asked."""
        self._finish(fetch)
        self.stale = True
        for name in fetch.offsets:
            self._put_off(name, now_ms)

    def is_current(self, fetched: FetchedPartition) -> bool:
        """Whether its partition is still read from there: not revoked, not moved by a seek."""
        position = self._positions.get(fetched.partition)
        return position is not None and position.held is fetched

    def finished(self, fetched: FetchedPartition) -> None:
        """All its records are read: fetch what comes behind."""
        position = self._positions.get(fetched.partition)
        if position is not None and position.held is fetched:
            position.offset, position.held = fetched.position, None

    def _fetch(self, node: int, offsets: dict[TopicPartition, int]) -> Fetch:
        self._asked_nodes.add(node)
        settings = self._settings
        for name in offsets:
            self._positions[name].asking = True
        request = FetchRequest(
            max_wait_ms=settings.fetch_max_wait_ms,
            min_bytes=settings.fetch_min_bytes,
            max_bytes=settings.fetch_max_bytes,
            isolation_level=int(settings.read_committed),
            session_epoch=_NO_SESSION,
            rack_id=settings.client_rack,
            topics=[
                FetchTopic(
                    topic=topic,
                    topic_id=self._view.topic_id(topic),
                    partitions=[
                        FetchPartition(
                            partition=index,
                            fetch_offset=offsets[TopicPartition(topic, index)],
                            partition_max_bytes=settings.partition_fetch_bytes,
                        )
                        for index in indexes
                    ],
                )
                for topic, indexes in by_topic(offsets).items()
            ],
        )
        return Fetch(node, request, offsets)

    def _finish(self, fetch: Fetch) -> None:
        self._asked_nodes.discard(fetch.node)
        for name, offset in fetch.offsets.items():
            position = self._positions.get(name)
            if position is not None and position.offset == offset:
                position.asking = False

    def _take(
        self, partition: TopicPartition, data: PartitionData, asked: int | None, now_ms: int
    ) -> FetchedPartition | None:
        position = self._positions.get(partition)
        if position is None or asked is None or position.offset != asked or not position.is_idle:
            return None
        code = error_code(data.error_code)
        if code is ErrorCode.OFFSET_OUT_OF_RANGE:
            position.reset_to = self._policy(partition, asked)
            position.offset = None
            return None
        if code in _STALE_METADATA:
            self.stale = True
            self._put_off(partition, now_ms)
            return None
        if code is not ErrorCode.NONE:
            raise ApiError(code)
        if not data.records:
            return None
        position.held = FetchedPartition(
            partition,
            data,
            asked,
            read_committed=self._settings.read_committed,
            check_crcs=self._settings.check_crcs,
        )
        return position.held

    def _policy(self, partition: TopicPartition, asked: int | None = None) -> int:
        if self._settings.reset_to is not None:
            return self._settings.reset_to
        if asked is None:
            raise NoOffsetForPartition(f"Undefined offset with no reset policy for partitions: [{partition}]")
        raise OffsetOutOfRange(f"Fetch position {asked} is out of range for partition {partition}")

    def _put_off(self, partition: TopicPartition, now_ms: int) -> None:
        position = self._positions.get(partition)
        if position is not None:
            position.not_before_ms = now_ms + self._settings.retry_backoff_ms
