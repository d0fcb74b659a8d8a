"""A member of a classic consumer group, sans-IO: it joins, syncs, heartbeats, rejoins and leaves.

The driver sends what `next_request` gives to the group's coordinator, one at a time, and hands the answer
to `answered`; what happens to the member comes back as events.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from ottla.link.call import error_code
from ottla.link.consumer.assignors import ASSIGNORS, COOPERATIVE
from ottla.link.consumer.assignors.member import Member
from ottla.link.consumer.assignors.sticky_user_data import encode_memory
from ottla.link.consumer.protocol import (
    NO_GENERATION,
    Subscription,
    decode_assignment,
    decode_subscription,
    encode_assignment,
    encode_subscription,
)
from ottla.link.consumer.settings import ConsumerSettings
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition
from ottla.wire.message import Message
from ottla.wire.messages.heartbeat_request import HeartbeatRequest
from ottla.wire.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from ottla.wire.messages.join_group_response import JoinGroupResponse
from ottla.wire.messages.leave_group_request import LeaveGroupRequest, MemberIdentity
from ottla.wire.messages.sync_group_request import SyncGroupRequest, SyncGroupRequestAssignment
from ottla.wire.messages.sync_group_response import SyncGroupResponse

_PROTOCOL_TYPE = "consumer"
_COORDINATOR_LOST = frozenset(
    {
        ErrorCode.NOT_COORDINATOR,
        ErrorCode.COORDINATOR_NOT_AVAILABLE,
        ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    }
)
_MEMBERSHIP_LOST = frozenset({ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.ILLEGAL_GENERATION})


@dataclass(frozen=True, slots=True)
class Revoked:
    """These partitions are to be given up: commit what was read of them first."""

    partitions: tuple[TopicPartition, ...]


@dataclass(frozen=True, slots=True)
class Assigned:
    """These partitions are new."""

    partitions: tuple[TopicPartition, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """These partitions may be another's already: nothing can be committed."""

    partitions: tuple[TopicPartition, ...]


@dataclass(frozen=True, slots=True)
class AssignmentDue:
    """This member leads: tell it the partitions of these topics with `assign`."""

    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoordinatorLost:
    """Look for the coordinator anew."""


MemberEvent = Revoked | Assigned | Lost | AssignmentDue | CoordinatorLost


class _State(Enum):
    UNJOINED = auto()
    LEADING = auto()
    """Joined, and the assignment is still to be made."""
    JOINED = auto()
    STABLE = auto()


class GroupMember:
    """All times are monotonic milliseconds."""

    def __init__(self, settings: ConsumerSettings, topics: Iterable[str]) -> None:
        assert settings.group_id is not None, "a member is a member of something"
        self._settings, self.group_id = settings, settings.group_id
        self._topics = tuple(sorted(topics))
        self._state = _State.UNJOINED
        self.member_id = ""
        self.generation = NO_GENERATION
        self._protocol = ""
        self._members: list[Member] = []
        self._led_partitions: dict[str, int] | None = None
        self._assignments: dict[str, bytes] = {}
        self.owned: tuple[TopicPartition, ...] = ()
        self._heartbeat_ms = 0
        self._not_before_ms = 0
        self._remembered: tuple[TopicPartition, ...] = ()
        """What was owned before an eager rebalance, for the `sticky` assignor."""

    @property
    def is_stable(self) -> bool:
        return self._state is _State.STABLE

    @property
    def _cooperates(self) -> bool:
        """Every protocol offered must be cooperative, or partitions are given up before each join."""
        return all(name in COOPERATIVE for name in self._settings.assignors)

    def subscribe(self, topics: Iterable[str]) -> list[MemberEvent]:
        """Other topics than before: join again with them."""
        wanted = tuple(sorted(topics))
        if wanted == self._topics:
            return []
        self._topics = wanted
        return self._rejoin()

    def partitions_changed(self, partitions: Mapping[str, int]) -> list[MemberEvent]:
        """The leader joins again when there are other partitions than it gave out."""
        known = self._led_partitions
        if known is None or not self.is_stable:
            return []
        same = all(partitions.get(topic, 0) == count for topic, count in known.items())
        return [] if same else self._rejoin()

    def next_request(self, now_ms: int) -> Message | None:
        """What to ask the coordinator now; None before `next_deadline`."""
        if now_ms < self._not_before_ms:
            return None
        match self._state:
            case _State.UNJOINED:
                return self._join()
            case _State.JOINED:
                return self._sync()
            case _State.STABLE if now_ms >= self._heartbeat_ms:
                return HeartbeatRequest(
                    group_id=self.group_id,
                    generation_id=self.generation,
                    member_id=self.member_id,
                    group_instance_id=self._settings.group_instance_id,
                )
            case _:
                return None

    def next_deadline(self) -> int | None:
        """When `next_request` has something, if nothing happens before."""
        if self._state is _State.LEADING:
            return None
        return max(self._not_before_ms, self._heartbeat_ms if self.is_stable else 0)

    def answered(self, request: Message, response: Any, now_ms: int) -> list[MemberEvent]:
        """What the answer changes. Raises ApiError for what can't be mended."""
        if isinstance(request, JoinGroupRequest):
            return self._joined(response, now_ms)
        if isinstance(request, SyncGroupRequest):
            return self._synced(response, now_ms)
        assert isinstance(request, HeartbeatRequest), "nothing else is asked"
        self._heartbeat_ms = now_ms + self._settings.heartbeat_interval_ms
        return self._refused(error_code(response.error_code), now_ms)

    def broken(self, now_ms: int) -> list[MemberEvent]:
        """The coordinator could not be asked."""
        self._pause(now_ms)
        if self._state is _State.JOINED:
            self._state = _State.UNJOINED
        return [CoordinatorLost()]

    def assign(self, partitions: Mapping[str, int]) -> None:
        """The leader's part: how many partitions each topic of the group has."""
        assert self._state is _State.LEADING, "only a leader assigns"
        self._led_partitions = dict(partitions)
        assignment = ASSIGNORS[self._protocol](self._members, partitions)
        self._assignments = {id_: encode_assignment(names) for id_, names in assignment.items()}
        self._state = _State.JOINED

    def leave(self) -> Message | None:
        """The request that takes this member out; a static one stays until its session ends (KIP-345)."""
        if not self.member_id or self._settings.group_instance_id is not None:
            return None
        self._state = _State.UNJOINED
        identity = MemberIdentity(
            member_id=self.member_id, group_instance_id=None, reason="the consumer is being closed"
        )
        return LeaveGroupRequest(group_id=self.group_id, members=[identity])

    # --- joining ---------------------------------------------------------------------------------

    def _rejoin(self) -> list[MemberEvent]:
        """Join anew; an eager member gives up everything before."""
        self._state, self._led_partitions = _State.UNJOINED, None
        if self._cooperates or not self.owned:
            return []
        self._remembered, self.owned = self.owned, ()
        return [Revoked(self._remembered)]

    def _join(self) -> JoinGroupRequest:
        return JoinGroupRequest(
            group_id=self.group_id,
            session_timeout_ms=self._settings.session_timeout_ms,
            rebalance_timeout_ms=self._settings.rebalance_timeout_ms,
            member_id=self.member_id,
            group_instance_id=self._settings.group_instance_id,
            protocol_type=_PROTOCOL_TYPE,
            protocols=[
                JoinGroupRequestProtocol(name=name, metadata=encode_subscription(self._subscription(name)))
                for name in self._settings.assignors
            ],
            reason="",
        )

    def _subscription(self, assignor: str) -> Subscription:
        user_data = (
            encode_memory(self._remembered or self.owned, self.generation) if assignor == "sticky" else None
        )
        return Subscription(
            self._topics, self.owned, self.generation, self._settings.client_rack or None, user_data
        )

    def _joined(self, response: JoinGroupResponse, now_ms: int) -> list[MemberEvent]:
        code = error_code(response.error_code)
        if code is ErrorCode.MEMBER_ID_REQUIRED:
            self.member_id = response.member_id
            return []
        if code is not ErrorCode.NONE:
            return self._refused(code, now_ms)
        self.member_id, self.generation = response.member_id, response.generation_id
        self._protocol = response.protocol_name or ""
        self._assignments = {}
        if response.leader != response.member_id or response.skip_assignment:
            self._state = _State.JOINED
            return []
        self._members = [
            Member(each.member_id, decode_subscription(each.metadata), each.group_instance_id)
            for each in response.members
        ]
        self._state = _State.LEADING
        topics = {topic for member in self._members for topic in member.subscription.topics}
        return [AssignmentDue(tuple(sorted(topics)))]

    def _sync(self) -> SyncGroupRequest:
        return SyncGroupRequest(
            group_id=self.group_id,
            generation_id=self.generation,
            member_id=self.member_id,
            group_instance_id=self._settings.group_instance_id,
            protocol_type=_PROTOCOL_TYPE,
            protocol_name=self._protocol,
            assignments=[
                SyncGroupRequestAssignment(member_id=id_, assignment=assignment)
                for id_, assignment in self._assignments.items()
            ],
        )

    def _synced(self, response: SyncGroupResponse, now_ms: int) -> list[MemberEvent]:
        code = error_code(response.error_code)
        if code is not ErrorCode.NONE:
            self._state = _State.UNJOINED
            return self._refused(code, now_ms)
        self._state = _State.STABLE
        self._heartbeat_ms = now_ms + self._settings.heartbeat_interval_ms
        assigned = tuple(sorted(decode_assignment(response.assignment)))
        before, self.owned, self._remembered = self.owned, assigned, ()
        events: list[MemberEvent] = []
        given_up = tuple(name for name in before if name not in assigned)
        if given_up:
            # Another waits for these: the next join tells that they are free.
            events.append(Revoked(given_up))
            self._state = _State.UNJOINED
        added = tuple(name for name in assigned if name not in before)
        return [*events, Assigned(added)]

    # --- what goes wrong -------------------------------------------------------------------------

    def _refused(self, code: ErrorCode, now_ms: int) -> list[MemberEvent]:
        if code is ErrorCode.NONE:
            return []
        if code is ErrorCode.REBALANCE_IN_PROGRESS:
            return self._rejoin()
        if code in _COORDINATOR_LOST:
            self._pause(now_ms)
            return [CoordinatorLost()]
        if code in _MEMBERSHIP_LOST:
            lost, self.owned = self.owned, ()
            if code is ErrorCode.UNKNOWN_MEMBER_ID:
                self.member_id = ""
            self.generation, self._state, self._led_partitions = NO_GENERATION, _State.UNJOINED, None
            return [Lost(lost)] if lost else []
        raise ApiError(code)

    def _pause(self, now_ms: int) -> None:
        self._not_before_ms = now_ms + self._settings.retry_backoff_ms
