"""A conversation with one broker over blocking sockets, and what was heard in it, as JSON.

The same conversation is held with Apache Kafka and with our node. What differs from run to run (ids, ports,
times) has names in what is noted.
"""

import re
import socket
import time
from collections.abc import Callable, Mapping
from struct import Struct
from typing import Any

from ottla.model.uuid import ZERO
from ottla.wire.catalogue import response_class
from ottla.wire.headers import put_request_header, read_response_header, response_header_version
from ottla.wire.index import REQUESTS
from ottla.wire.message import Message
from ottla.wire.messages.api_versions_request import ApiVersionsRequest
from ottla.wire.messages.create_topics_request import (
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from ottla.wire.messages.list_offsets_request import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from ottla.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from ottla.wire.primitives import Reader

_SIZE = Struct(">i")
_TIME_RANGE = re.compile(r"\[-?\d+, -?\d+\]")
_TIME_MS_MIN = 1_750_000_000_000
"""No time that the conversation itself names is as late: what is later was read from a clock."""
UNKNOWN_ID = b"\x05" * 16
HUNG_UP = "the broker hung up"


class HungUp(Exception):
    """The broker closed the connection instead of answering."""


class Line:
    """One connection."""

    def __init__(self, port: int, client_id: str = "talk") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._client_id = client_id

    def send(self, api: str, version: int, request: Message) -> None:
        key, frame = REQUESTS[api].key, bytearray(4)
        put_request_header(frame, key, version, 7, self._client_id)
        request.write(frame, version)
        _SIZE.pack_into(frame, 0, len(frame) - 4)
        self._socket.sendall(frame)

    def send_raw(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self, api: str, version: int) -> Any:
        key, frame = REQUESTS[api].key, self.receive_frame()
        correlation_id, at = read_response_header(frame, response_header_version(key, version))
        assert correlation_id == 7, "answers come in order"
        return response_class(key).read(Reader(frame, at), version)

    def receive_frame(self) -> bytes:
        return self._read(_SIZE.unpack(self._read(4))[0])

    def close(self) -> None:
        self._socket.close()

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            try:
                more = self._socket.recv(size - len(data))
            except ConnectionResetError:
                more = b""
            if not more:
                raise HungUp
            data += more
        return data


class Talk:
    """Asks, and notes the answers of one chapter."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.heard: dict[str, Any] = {}
        self.topic_ids: dict[str, bytes] = {}
        self._hidden: set[str] = set()
        self._line = Line(port)
        everything = self.ask_quietly("metadata", 12, MetadataRequest(topics=[]))
        self._cluster_id = everything.cluster_id

    def ask(self, label: str, api: str, version: int, request: Message) -> Any:
        """The answer, which is noted; None where the broker hangs up."""
        try:
            answer = self.ask_quietly(api, version, request)
        except HungUp:
            self._line.close()
            self._line = Line(self.port)
            self.note(label, HUNG_UP)
            return None
        self.note(label, answer)
        return answer

    def tell(self, label: str, api: str, version: int, request: Message) -> None:
        """Send what asks for no answer, and note whether the broker goes on to answer what follows."""
        self._line.send(api, version, request)
        try:
            self.ask_quietly("api_versions", 0, ApiVersionsRequest())
        except (HungUp, BrokenPipeError):
            self._line.close()
            self._line = Line(self.port)
            self.note(label, HUNG_UP)
        else:
            self.note(label, "the broker goes on")

    def ask_quietly(self, api: str, version: int, request: Message) -> Any:
        self._line.send(api, version, request)
        return self._line.receive(api, version)

    def note(self, label: str, heard: Any) -> None:
        assert label not in self.heard, f"{label} was said before"
        self.heard[label] = self._told(heard)

    def hide(self, *fields: str) -> None:
        """From now on note of these fields only that they are there."""
        self._hidden |= set(fields)

    def create(
        self,
        name: str,
        partitions: int = 1,
        configs: Mapping[str, str] | None = None,
    ) -> None:
        """A new topic, which the broker leads when this returns."""
        topic = CreatableTopic(
            name=name,
            num_partitions=partitions,
            replication_factor=1,
            configs=[CreatableTopicConfig(name=key, value=value) for key, value in (configs or {}).items()],
        )
        answer = self.ask_quietly("create_topics", 7, CreateTopicsRequest(topics=[topic], timeout_ms=10_000))
        assert answer.topics[0].error_code == 0, answer
        self.await_topic(name, partitions)

    def await_topic(self, name: str, partitions: int = 1) -> None:
        def is_led() -> bool:
            found = self._metadata(name)
            self.topic_ids[name] = bytes(found.topic_id)
            led = [each for each in found.partitions if each.leader_id == 1]
            return not found.error_code and len(led) == partitions and self._is_served(name, partitions)

        eventually(is_led)

    def _is_served(self, name: str, partitions: int) -> bool:
        """What a broker tells of a leader it may not have become yet."""
        asked = [ListOffsetsPartition(partition_index=index, timestamp=-1) for index in range(partitions)]
        topics = [ListOffsetsTopic(name=name, partitions=asked)]
        answer = self.ask_quietly("list_offsets", 1, ListOffsetsRequest(replica_id=-1, topics=topics))
        return not any(each.error_code for each in answer.topics[0].partitions)

    def await_no_topic(self, name: str) -> None:
        eventually(lambda: bool(self._metadata(name).error_code))

    def close(self) -> None:
        self._line.close()

    def _metadata(self, name: str) -> Any:
        request = MetadataRequest(topics=[MetadataRequestTopic(name=name)], allow_auto_topic_creation=False)
        answer = self.ask_quietly("metadata", 12, request)
        return answer.topics[0]

    def _told(self, value: Any) -> Any:
        """`value` as JSON: only fields with something in them, ids by name, lists in a fixed order."""
        if isinstance(value, Message):
            return self._fields(value)
        if isinstance(value, list):
            return sorted((self._told(each) for each in value), key=_order)
        if isinstance(value, bytes | bytearray | memoryview):
            return self._named(bytes(value))
        if isinstance(value, str):
            return self._said(value)
        if isinstance(value, bool) or not isinstance(value, int):
            return value
        if value >= _TIME_MS_MIN and value < 2 * _TIME_MS_MIN:
            return "a time"
        return "the port" if value == self.port else value

    def _said(self, text: str) -> str:
        if text == self._cluster_id:
            return "the cluster"
        text = _TIME_RANGE.sub("[from, to]", text)
        return "this host" if text in ("127.0.0.1", "localhost") else text

    def _fields(self, message: Message) -> dict[str, Any]:
        defaults = type(message)()
        told = {name: getattr(message, name) for name in message.__slots__}
        self._learn(told)
        return {
            name: "hidden" if name in self._hidden else self._told(value)
            for name, value in told.items()
            if value != getattr(defaults, name)
        }

    def _learn(self, told: Mapping[str, Any]) -> None:
        name, topic_id = told.get("name"), bytes(told.get("topic_id") or ZERO)
        if isinstance(name, str) and name and topic_id != ZERO:
            self.topic_ids.setdefault(name, topic_id)

    def _named(self, value: bytes) -> str:
        names = {topic_id: name for name, topic_id in self.topic_ids.items()}
        return f"the id of {names[value]}" if value in names else value.hex()


def eventually(is_so: Callable[[], bool], timeout_s: float = 15) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, "it does not become so"
        time.sleep(0.02)


def _order(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    keys = ("name", "topic", "topic_id", "partition_index", "index", "partition", "feature", "api_key")
    return " ".join(f"{value.get(key, '')!s:>6}" for key in keys) + str(value)
