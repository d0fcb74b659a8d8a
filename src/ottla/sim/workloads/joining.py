"""A member of a classic group: joins, takes its share by range, commits under its generation, leaves."""

import asyncio
import json
from random import Random
from typing import Any

from ottla.dial.channel import Disconnected
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.sim.client import SimClient
from ottla.sim.history import History, Violation
from ottla.wire.messages.heartbeat_request import HeartbeatRequest
from ottla.wire.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from ottla.wire.messages.leave_group_request import LeaveGroupRequest, MemberIdentity
from ottla.wire.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from ottla.wire.messages.sync_group_request import SyncGroupRequest, SyncGroupRequestAssignment

_SESSION_MS, _REBALANCE_MS = 6_000, 5_000
_COMMIT_VERSION = 9


class Joining:
    """One of several members that share the partitions of one group."""

    def __init__(
        self, group: str, name: str, partitions: list[TopicPartition], history: History, random: Random
    ) -> None:
        self._group, self._partitions = group, partitions
        self._history, self._random = history, random
        self._client = SimClient(name)
        self._member, self._generation = "", -1
        self._owned: list[TopicPartition] = []
        self._power_cuts = 0
        self.stopping = False

    async def run(self) -> None:
        while not self.stopping:
            try:
                if self._generation < 0:
                    await self._join()
                else:
                    await self._act()
                await asyncio.sleep(self._random.expovariate(4))
            except Disconnected:
                await asyncio.sleep(0.1)
        self._client.close()

    async def _join(self) -> None:
        request = JoinGroupRequest(
            group_id=self._group,
            session_timeout_ms=_SESSION_MS,
            rebalance_timeout_ms=_REBALANCE_MS,
            member_id=self._member,
            protocol_type="consumer",
            protocols=[JoinGroupRequestProtocol(name="range", metadata=b"")],
        )
        answer = await self._client.ask(request)
        error = ErrorCode(answer.error_code)
        if error is ErrorCode.MEMBER_ID_REQUIRED:
            self._member = answer.member_id
        elif error is ErrorCode.UNKNOWN_MEMBER_ID:
            self._member = ""
        elif error is ErrorCode.NONE:
            self._member = answer.member_id
            await self._sync(answer)

    async def _sync(self, joined: Any) -> None:
        power_cuts = self._history.power_cuts
        request = SyncGroupRequest(
            group_id=self._group,
            generation_id=joined.generation_id,
            member_id=self._member,
            protocol_type="consumer",
            protocol_name="range",
            assignments=self._assign([member.member_id for member in joined.members]),
        )
        answer = await self._client.ask(request)
        if answer.error_code != ErrorCode.NONE or self._history.power_cuts != power_cuts:
            return
        self._generation, self._power_cuts = joined.generation_id, power_cuts
        self._owned = [TopicPartition(*pair) for pair in json.loads(answer.assignment or b"[]")]
        for name in self._owned:
            self._history.note_owner(self._group, self._generation, name, self._member)

    def _assign(self, members: list[str]) -> list[SyncGroupRequestAssignment]:
        """By range, as the leader; nothing as anybody else."""
        share = -(-len(self._partitions) // max(1, len(members)))
        return [
            SyncGroupRequestAssignment(
                member_id=member,
                assignment=json.dumps(self._partitions[index * share : (index + 1) * share]).encode(),
            )
            for index, member in enumerate(sorted(members))
        ]

    async def _act(self) -> None:
        dice = self._random.random()
        if dice < 0.04:
            await self._leave()
        elif dice < 0.5 and self._owned:
            await self._commit(self._random.choice(self._owned))
        else:
            request = HeartbeatRequest(
                group_id=self._group, generation_id=self._generation, member_id=self._member
            )
            self._heed(ErrorCode((await self._client.ask(request)).error_code))

    async def _leave(self) -> None:
        request = LeaveGroupRequest(
            group_id=self._group, members=[MemberIdentity(member_id=self._member, reason="it left")]
        )
        await self._client.ask(request)
        self._generation, self._member, self._owned = -1, "", []

    async def _commit(self, name: TopicPartition) -> None:
        """Go one further; now and then in the name of the generation before, which must not count."""
        stale = self._random.random() < 0.2
        generation, offset = self._generation - stale, self._next_offset(name) if not stale else 0
        topic = OffsetCommitRequestTopic(
            name=name.topic,
            partitions=[
                OffsetCommitRequestPartition(partition_index=name.partition, committed_offset=offset)
            ],
        )
        request = OffsetCommitRequest(
            group_id=self._group,
            generation_id_or_member_epoch=generation,
            member_id=self._member,
            topics=[topic],
        )
        answer = await self._client.ask(request, _COMMIT_VERSION)
        error = ErrorCode(answer.topics[0].partitions[0].error_code)
        if error is not ErrorCode.NONE:
            self._heed(error)
        elif self._power_cuts != self._history.power_cuts:
            self._generation = -1  # what was committed may belong to an older past
        elif stale:
            raise Violation(
                f"I15 {self._group} took a commit of generation {generation} after {self._generation}"
            )
        else:
            self._history.note_commit(self._group, name, offset)

    def _next_offset(self, name: TopicPartition) -> int:
        """The group's commits only grow, whoever makes them."""
        self._history.attempted[self._group, name] = self._history.attempted.get((self._group, name), 0) + 1
        return self._history.attempted[self._group, name]

    def _heed(self, error: ErrorCode) -> None:
        if error in (ErrorCode.ILLEGAL_GENERATION, ErrorCode.REBALANCE_IN_PROGRESS):
            self._generation = -1
        elif error is ErrorCode.UNKNOWN_MEMBER_ID:
            self._generation, self._member = -1, ""
