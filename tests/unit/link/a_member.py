"""A member of a group with its clock, and answers of coordinators."""

from typing import Any

from ottla.link.consumer.group_member import GroupMember, MemberEvent
from ottla.link.consumer.protocol import Subscription, encode_assignment, encode_subscription
from ottla.link.consumer.settings import ConsumerSettings
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.wire.messages.heartbeat_request import HeartbeatRequest
from ottla.wire.messages.heartbeat_response import HeartbeatResponse
from ottla.wire.messages.join_group_request import JoinGroupRequest
from ottla.wire.messages.join_group_response import JoinGroupResponse, JoinGroupResponseMember
from ottla.wire.messages.sync_group_request import SyncGroupRequest
from ottla.wire.messages.sync_group_response import SyncGroupResponse

T0, T1, T2 = (TopicPartition("t", index) for index in range(3))


class AMember:
    """A member of group `g` that reads topic `t`."""

    def __init__(self, *assignors: str, instance: str | None = None) -> None:
        self.settings = ConsumerSettings(
            group_id="g", group_instance_id=instance, assignors=assignors or ("range",)
        )
        self.core = GroupMember(self.settings, ["t"])
        self.now_ms = 1_000

    def asks(self, kind: type) -> Any:
        """The next request, which is of this kind."""
        request = self.core.next_request(self.now_ms)
        assert type(request) is kind, request
        return request

    def joined(
        self, generation: int = 1, *, leader: str = "other", **others: Subscription
    ) -> list[MemberEvent]:
        """Join is answered; `others` are the members beside this one, when it leads."""
        request = self.asks(JoinGroupRequest)
        me = self.core.member_id or "me"
        members = []
        if leader == me:
            mine = request.protocols[0].metadata
            members = [JoinGroupResponseMember(member_id=me, metadata=mine)] + [
                JoinGroupResponseMember(member_id=id_, metadata=encode_subscription(subscription))
                for id_, subscription in others.items()
            ]
        response = JoinGroupResponse(
            generation_id=generation,
            protocol_name=self.settings.assignors[0],
            leader=leader,
            member_id=me,
            members=members,
        )
        return self.core.answered(request, response, self.now_ms)

    def synced(self, *partitions: TopicPartition) -> list[MemberEvent]:
        request = self.asks(SyncGroupRequest)
        response = SyncGroupResponse(assignment=encode_assignment(partitions))
        return self.core.answered(request, response, self.now_ms)

    def stable(self, *partitions: TopicPartition) -> "AMember":
        self.joined()
        self.synced(*partitions)
        return self

    def refused(self, kind: type, code: ErrorCode, **fields: Any) -> list[MemberEvent]:
        """The next request, of this kind, fails."""
        request = self.asks(kind)
        answer: Any = {
            JoinGroupRequest: JoinGroupResponse,
            SyncGroupRequest: SyncGroupResponse,
            HeartbeatRequest: HeartbeatResponse,
        }[kind](error_code=code, **fields)
        return self.core.answered(request, answer, self.now_ms)

    def beat(self, code: ErrorCode = ErrorCode.NONE) -> list[MemberEvent]:
        """The next heartbeat, when it is due."""
        self.now_ms += self.settings.heartbeat_interval_ms
        return self.refused(HeartbeatRequest, code)
