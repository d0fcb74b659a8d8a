"""What clients of groups say to a broker, at every version, and a transcript of what they are told.

The same conversation is held with Apache Kafka and with our handlers; what differs from run to run (ids,
ports) has names in the transcript.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from struct import pack
from typing import Any, Protocol

from ottla.wire.message import Message
from ottla.wire.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from ottla.wire.messages.leave_group_request import LeaveGroupRequest, MemberIdentity
from ottla.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from ottla.wire.messages.offset_delete_request import (
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
)
from ottla.wire.messages.offset_fetch_request import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
)
from ottla.wire.messages.sync_group_request import SyncGroupRequest, SyncGroupRequestAssignment

_MEMBER_UUID = re.compile(r"-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEYS = ("group_id", "name", "topic_id", "partition_index", "member_id", "key")
UNKNOWN_TOPIC_ID = b"\x05" * 16


class Line(Protocol):
    """One client's connection."""

    def send(self, api: str, version: int, request: Message) -> None: ...

    def receive(self) -> Any:
        """The answer to the oldest request that has none yet; waits for it."""

    def is_silent(self) -> bool:
        """Whether no answer comes for a while."""


class Cluster(Protocol):
    """A broker with the topics `t` and `u`, of three partitions each."""

    @property
    def port(self) -> int: ...

    @property
    def topic_ids(self) -> Mapping[str, bytes]: ...

    def connect(self, client_id: str) -> Line: ...


def subscription(*topics: str) -> bytes:
    named = b"".join(pack(">h", len(topic)) + topic.encode() for topic in topics)
    return pack(">hi", 0, len(topics)) + named + pack(">i", -1)


RANGE = [JoinGroupRequestProtocol(name="range", metadata=subscription("t"))]


@dataclass
class Talk:
    """A conversation, and what was heard in it."""

    cluster: Cluster
    heard: dict[str, Any] = field(default_factory=dict)
    line: Line = field(init=False)
    _members: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.line = self.cluster.connect("cl")

    def note(self, label: str, answer: Any) -> Any:
        assert label not in self.heard, f"{label} was said before"
        self.heard[label] = self._named(answer)
        return answer

    def ask(self, label: str, api: str, version: int, request: Message, line: Line | None = None) -> Any:
        """Send, receive, note."""
        line = line or self.line
        line.send(api, version, request)
        return self.note(label, line.receive())

    def _named(self, value: Any) -> Any:
        """`value` as JSON: only fields with something in them, ids by name, lists in a fixed order."""
        if isinstance(value, Message):
            defaults = type(value)()
            told = {name: getattr(value, name) for name in value.__slots__}
            return {name: self._named(v) for name, v in told.items() if v != getattr(defaults, name)}
        if isinstance(value, list):
            return sorted((self._named(each) for each in value), key=_order)
        if isinstance(value, bytes | memoryview):
            names = {topic_id: name for name, topic_id in self.cluster.topic_ids.items()}
            return names.get(bytes(value), bytes(value).hex())
        if isinstance(value, str):
            return _MEMBER_UUID.sub(lambda found: self._member(found.group()), value)
        return "the port" if value == self.cluster.port else value

    def _member(self, uuid: str) -> str:
        return self._members.setdefault(uuid, f"-{len(self._members)}")

    # Requests; each sends what its version can carry

    def join(
        self,
        label: str,
        version: int,
        group: str,
        member_id: str = "",
        *,
        line: Line | None = None,
        instance: str | None = None,
        protocols: Sequence[JoinGroupRequestProtocol] = RANGE,
        session_ms: int = 10_000,
        protocol_type: str = "consumer",
    ) -> Any:
        request = JoinGroupRequest(
            group_id=group,
            session_timeout_ms=session_ms,
            rebalance_timeout_ms=10_000 if version >= 1 else -1,
            member_id=member_id,
            group_instance_id=instance,
            protocol_type=protocol_type,
            protocols=list(protocols),
        )
        return self._ask_or_send(label, "join_group", version, request, line)

    def sync(
        self,
        label: str,
        version: int,
        group: str,
        generation: int,
        member_id: str,
        assignments: Mapping[str, bytes] | None = None,
        *,
        line: Line | None = None,
        instance: str | None = None,
        protocol_type: str | None = "consumer",
        protocol: str | None = "range",
    ) -> Any:
        request = SyncGroupRequest(
            group_id=group,
            generation_id=generation,
            member_id=member_id,
            group_instance_id=instance,
            protocol_type=protocol_type if version >= 5 else None,
            protocol_name=protocol if version >= 5 else None,
            assignments=[
                SyncGroupRequestAssignment(member_id=member, assignment=assignment)
                for member, assignment in (assignments or {}).items()
            ],
        )
        return self._ask_or_send(label, "sync_group", version, request, line)

    def _ask_or_send(self, label: str, api: str, version: int, request: Message, line: Line | None) -> Any:
        """Without a label nothing is awaited."""
        if label:
            return self.ask(label, api, version, request, line)
        (line or self.line).send(api, version, request)
        return None

    def leave(self, label: str, version: int, group: str, *members: tuple[str, str | None]) -> Any:
        if version < 3:
            request = LeaveGroupRequest(group_id=group, member_id=members[0][0])
        else:
            request = LeaveGroupRequest(
                group_id=group,
                members=[MemberIdentity(member_id=m, group_instance_id=i) for m, i in members],
            )
        return self.ask(label, "leave_group", version, request)

    def commit(
        self,
        label: str,
        version: int,
        group: str,
        offsets: Mapping[int, int],
        *,
        topic: str = "t",
        generation: int = -1,
        member_id: str = "",
        instance: str | None = None,
        metadata: str | None = "m",
        retention_ms: int = -1,
    ) -> Any:
        partitions = [
            OffsetCommitRequestPartition(
                partition_index=index,
                committed_offset=offset,
                committed_leader_epoch=3 if version >= 6 else -1,
                committed_metadata=metadata,
            )
            for index, offset in offsets.items()
        ]
        topic_id = self.cluster.topic_ids.get(topic, UNKNOWN_TOPIC_ID)
        named = (
            OffsetCommitRequestTopic(topic_id=topic_id, partitions=partitions)
            if version >= 10
            else OffsetCommitRequestTopic(name=topic, partitions=partitions)
        )
        request = OffsetCommitRequest(
            group_id=group,
            generation_id_or_member_epoch=generation,
            member_id=member_id,
            group_instance_id=instance,
            retention_time_ms=retention_ms,
            topics=[named],
        )
        return self.ask(label, "offset_commit", version, request)

    def fetch(
        self,
        label: str,
        version: int,
        groups: Sequence[str],
        partitions: Sequence[int] | None,
        *,
        topic: str = "t",
        stable: bool = False,
        member_id: str | None = None,
        member_epoch: int = -1,
    ) -> Any:
        """`partitions` None: all that is committed."""
        if version < 8:
            topics = (
                None
                if partitions is None
                else [OffsetFetchRequestTopic(name=topic, partition_indexes=list(partitions))]
            )
            request = OffsetFetchRequest(group_id=groups[0], topics=topics, require_stable=stable)
            return self.ask(label, "offset_fetch", version, request)
        asked = [
            OffsetFetchRequestGroup(
                group_id=group,
                member_id=member_id,
                member_epoch=member_epoch,
                topics=None if partitions is None else [self._wanted(version, topic, partitions)],
            )
            for group in groups
        ]
        return self.ask(
            label, "offset_fetch", version, OffsetFetchRequest(groups=asked, require_stable=stable)
        )

    def _wanted(self, version: int, topic: str, partitions: Sequence[int]) -> OffsetFetchRequestTopics:
        if version < 10:
            return OffsetFetchRequestTopics(name=topic, partition_indexes=list(partitions))
        topic_id = self.cluster.topic_ids.get(topic, UNKNOWN_TOPIC_ID)
        return OffsetFetchRequestTopics(topic_id=topic_id, partition_indexes=list(partitions))

    def delete_offsets(self, label: str, group: str, topics: Mapping[str, Sequence[int]]) -> Any:
        request = OffsetDeleteRequest(
            group_id=group,
            topics=[
                OffsetDeleteRequestTopic(
                    name=topic,
                    partitions=[OffsetDeleteRequestPartition(partition_index=index) for index in indexes],
                )
                for topic, indexes in topics.items()
            ],
        )
        return self.ask(label, "offset_delete", 0, request)


def _order(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return " ".join(f"{value.get(key, ''):>6}" for key in _KEYS)
