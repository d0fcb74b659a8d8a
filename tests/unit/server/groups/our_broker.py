"""Our handlers, in this process and in virtual time: frames in, frames out."""

import asyncio
from collections import deque
from struct import Struct
from types import SimpleNamespace
from typing import Any, cast

from tests.unit.groups.offsets_partition import Room

from ottla.groups.config import GroupsConfig
from ottla.machine.later import Later
from ottla.metadata.image import EMPTY, MetadataImage
from ottla.metadata.replay import apply
from ottla.model.topics import GROUP_METADATA_TOPIC
from ottla.model.uuid import Uuid
from ottla.runtime.disk.system_entropy import SystemEntropy
from ottla.server import apis
from ottla.server.api import served_apis
from ottla.server.context import Services
from ottla.server.dispatch import Dispatcher
from ottla.server.listener import Listener
from ottla.sim.loop import SimLoop
from ottla.wire.catalogue import response_class
from ottla.wire.headers import put_request_header, read_response_header, response_header_version
from ottla.wire.index import REQUESTS
from ottla.wire.message import Message
from ottla.wire.messages.partition_record import PartitionRecord
from ottla.wire.messages.register_broker_record import BrokerEndpoint, RegisterBrokerRecord
from ottla.wire.messages.topic_record import TopicRecord
from ottla.wire.primitives import Reader

PORT = 9092
TOPIC_IDS = {"t": bytes(15) + b"\x71", "u": bytes(15) + b"\x72"}
_SIZE = Struct(">i")


class OurBroker:
    """One broker that leads everything."""

    port = PORT
    topic_ids = TOPIC_IDS

    def __init__(self, loop: SimLoop, *, with_offsets_topic: bool = True) -> None:
        self.loop, self.created = loop, list[str]()
        self.image = _image(with_offsets_topic)
        self.room = Room(loop, count=3 if with_offsets_topic else 0)
        self.groups = self.room.coordinators(GroupsConfig(group_initial_rebalance_delay_ms=0))
        services = Services(
            node_id=1,
            cluster_id="cluster",
            clock=self.room.clock,
            deadlines=self.room.deadlines,
            entropy=SystemEntropy(),
        )
        services.broker = cast("Any", self)
        listener = Listener("PLAINTEXT", "broker", "127.0.0.1", PORT)
        self.dispatcher = Dispatcher(served_apis(apis, "broker"), listener, services)
        self.run(self._start())

    @property
    def auto_creation(self) -> Any:
        return SimpleNamespace(create=self.created.extend)

    def connect(self, client_id: str) -> "OurLine":
        return OurLine(self, client_id)

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    async def _start(self) -> None:
        self.room.elect_all()
        await asyncio.sleep(0.1)


class OurLine:
    """One connection: requests are handed to the dispatcher, answers are read back from their bytes."""

    def __init__(self, broker: OurBroker, client_id: str) -> None:
        self._broker, self._client_id = broker, client_id
        self._connection = SimpleNamespace(client_host="127.0.0.1", repeated_produce=None)
        self._waiting: deque[tuple[str, int, list[Any]]] = deque()

    def send(self, api: str, version: int, request: Message) -> None:
        async def accept() -> None:
            self.accept(api, version, request)

        self._broker.run(accept())

    def accept(self, api: str, version: int, request: Message) -> None:
        """In the turn of the loop that runs."""
        frame, answer = bytearray(), list[Any]()
        put_request_header(frame, REQUESTS[api].key, version, 7, self._client_id)
        request.write(frame, version)
        self._waiting.append((api, version, answer))
        given = self._broker.dispatcher.accept(memoryview(frame), cast("Any", self._connection))
        if isinstance(given, Later):
            given.read(answer.append)
        else:
            answer.append(given)

    def receive(self) -> Any:
        api, version, answer = self._waiting.popleft()

        async def wait() -> None:
            while not answer:
                await asyncio.sleep(0.01)

        self._broker.run(asyncio.wait_for(wait(), 30))
        return _decoded(bytes(answer[0]), REQUESTS[api].key, version)

    def is_silent(self) -> bool:
        self._broker.run(asyncio.sleep(0.2))
        return not self._waiting[0][2]


def _decoded(frame: bytes, key: int, version: int) -> Message:
    assert _SIZE.unpack_from(frame)[0] == len(frame) - 4, "a frame begins with its length"
    correlation_id, at = read_response_header(frame[4:], response_header_version(key, version))
    assert correlation_id == 7
    source = Reader(frame[4:], at)
    response = response_class(key).read(source, version)
    assert not source.remaining, "nothing follows a response"
    return response


def _image(with_offsets_topic: bool) -> MetadataImage:
    endpoint = BrokerEndpoint(name="PLAINTEXT", host="127.0.0.1", port=PORT, security_protocol=0)
    broker = RegisterBrokerRecord(broker_id=1, broker_epoch=1, fenced=False, end_points=[endpoint])
    image = apply(EMPTY, broker)
    topics = dict(TOPIC_IDS)
    if with_offsets_topic:
        topics[GROUP_METADATA_TOPIC] = bytes(15) + b"\x73"
    for name, topic_id in topics.items():
        image = apply(image, TopicRecord(name=name, topic_id=Uuid(topic_id)))
        for index in range(3):
            record = PartitionRecord(partition_id=index, topic_id=topic_id, replicas=[1], isr=[1], leader=1)
            image = apply(image, record)
    return image
