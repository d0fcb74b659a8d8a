"""Apache Kafka on the other end of real connections."""

import socket
import time
from collections import deque
from select import select
from struct import Struct
from typing import Any

from ottla.wire.catalogue import response_class
from ottla.wire.headers import put_request_header, read_response_header, response_header_version
from ottla.wire.index import REQUESTS
from ottla.wire.message import Message
from ottla.wire.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from ottla.wire.messages.find_coordinator_request import FindCoordinatorRequest
from ottla.wire.messages.list_groups_request import ListGroupsRequest
from ottla.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from ottla.wire.primitives import Reader

_SIZE = Struct(">i")
_TOPICS = ("t", "u")


class KafkaBroker:
    """A fresh node, given its port; it is made ready for the conversation."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._lines: list[KafkaLine] = []
        line = self.connect("setup")
        topics = [CreatableTopic(name=name, num_partitions=3, replication_factor=1) for name in _TOPICS]
        line.send("create_topics", 7, CreateTopicsRequest(topics=topics, timeout_ms=10_000))
        assert not any(topic.error_code for topic in line.receive().topics)
        self.topic_ids = self._ids(line)
        self._wait_for_coordinator(line)

    def connect(self, client_id: str) -> "KafkaLine":
        line = KafkaLine(self.port, client_id)
        self._lines.append(line)
        return line

    def close(self) -> None:
        for line in self._lines:
            line.close()

    def _ids(self, line: "KafkaLine") -> dict[str, bytes]:
        topics = [MetadataRequestTopic(name=name) for name in _TOPICS]
        line.send("metadata", 12, MetadataRequest(topics=topics))
        return {topic.name: bytes(topic.topic_id) for topic in line.receive().topics}

    def _wait_for_coordinator(self, line: "KafkaLine") -> None:
        deadline = time.monotonic() + 30
        while True:
            line.send("find_coordinator", 4, FindCoordinatorRequest(coordinator_keys=["g"]))
            found = line.receive().coordinators[0].error_code
            line.send("list_groups", 4, ListGroupsRequest())
            loading = line.receive().error_code
            if not found and not loading:
                return
            assert time.monotonic() < deadline, "no coordinator came up"
            time.sleep(0.1)


class KafkaLine:
    """One connection."""

    def __init__(self, port: int, client_id: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._client_id = client_id
        self._waiting: deque[tuple[int, int]] = deque()

    def send(self, api: str, version: int, request: Message) -> None:
        key, frame = REQUESTS[api].key, bytearray(4)
        put_request_header(frame, key, version, 7, self._client_id)
        request.write(frame, version)
        _SIZE.pack_into(frame, 0, len(frame) - 4)
        self._socket.sendall(frame)
        self._waiting.append((key, version))

    def receive(self) -> Any:
        key, version = self._waiting.popleft()
        frame = self._read(_SIZE.unpack(self._read(4))[0])
        _, at = read_response_header(frame, response_header_version(key, version))
        return response_class(key).read(Reader(frame, at), version)

    def is_silent(self) -> bool:
        return not select([self._socket], [], [], 0.3)[0]

    def close(self) -> None:
        self._socket.close()

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self._socket.recv(size - len(data))
            assert more, "Kafka hung up"
            data += more
        return data
