"""One simulated replica: the core, its disk, and a state machine that remembers every value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING

from tests.unit.raft.quorum_invariants import must
from tests.unit.raft.replica_on_paper import directory, dynamic_voters, identity, static_voters
from tests.unit.raft.simulated_disk import Batches, MemberDisk

from ottla.model.ids import Ticket
from ottla.model.now import Now
from ottla.model.uuid import Uuid
from ottla.raft.batches import metadata_batch, read_batches, read_metadata_records
from ottla.raft.config import QuorumConfig
from ottla.raft.control_records import recover_voters
from ottla.raft.effects import (
    Accepted,
    Answer,
    AnswerFromLog,
    AnswerFromSnapshot,
    Append,
    BecameLeader,
    CompleteSnapshot,
    DeleteBefore,
    Effect,
    HighWatermarkAdvanced,
    LoadSnapshot,
    LostLeadership,
    PersistQuorumState,
    RestartLogAt,
    Send,
    SyncLog,
    TruncateTo,
    WriteSnapshotChunk,
)
from ottla.raft.events import (
    Event,
    Fsynced,
    LogCleaned,
    Proposed,
    SnapshotCreated,
    Started,
    Ticked,
)
from ottla.raft.log_view import LogView
from ottla.raft.positions import BOOTSTRAP_SNAPSHOT, EpochAndOffset
from ottla.raft.quorum import Quorum
from ottla.raft.snapshot_recovery import recover_snapshots
from ottla.raft.snapshots import SnapshotReader, snapshot_content, snapshot_name
from ottla.raft.states.leader import Leader
from ottla.raft.voters import ReplicaKey, VoterSet
from ottla.wire.message import Message
from ottla.wire.messages.feature_level_record import FeatureLevelRecord
from ottla.wire.messages.fetch_request import FetchRequest
from ottla.wire.messages.fetch_response import FetchResponse
from ottla.wire.messages.fetch_snapshot_response import FetchSnapshotResponse
from ottla.wire.messages.vote_request import VoteRequest
from ottla.wire.messages.vote_response import VoteResponse

if TYPE_CHECKING:
    from tests.unit.raft.simulated_quorum import World

CONFIG = QuorumConfig(append_linger_ms=5, fetch_max_bytes=600, fetch_snapshot_max_bytes=700)


class SeededEntropy:
    """Chance from the scheduler's seed."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def uuid(self) -> Uuid:
        return directory(99)

    def below(self, bound: int) -> int:
        return self._random.randrange(bound)


class Member:
    """One replica, its disk, and a state machine that remembers every value."""

    def __init__(self, world: World, node_id: int, *, is_observer: bool = False) -> None:
        self.world, self.node_id, self.is_observer = world, node_id, is_observer
        self.disk = MemberDisk()
        self.incarnation = 0
        self.alarm = 0
        self.quorum: Quorum | None = None
        self.leads: int | None = None
        self.applied, self.values = 0, list[str]()
        self.high_watermark = -1

    def start(self) -> None:
        disk = self.disk
        names = [snapshot_name(snapshot) for snapshot in disk.snapshots]
        epochs = disk.epoch_starts()
        end = EpochAndOffset(epochs[-1][0] if epochs else 0, disk.end_offset)
        recovered = recover_snapshots(names, disk.start_offset, end)
        disk.snapshots = {snapshot: disk.snapshots[snapshot] for snapshot in recovered.kept}
        if recovered.restart_at is not None:
            disk.restart_at(recovered.restart_at.offset)
        disk.synced = (disk.start_offset, list(disk.log))
        latest = recovered.kept[-1] if recovered.kept else None
        first = bytes(next(read_batches(disk.snapshots[latest])).data) if latest else b""
        sizes = {snapshot: len(content) for snapshot, content in disk.snapshots.items()}
        self.quorum = Quorum(
            identity(self.node_id, self.world.bootstrap_ids, can_become_voter=not self.is_observer),
            CONFIG,
            SeededEntropy(self.world.random),
            LogView.recovered(disk.start_offset, disk.end_offset, disk.epoch_starts(), sizes),
            recover_voters(self._static_voters(), latest, first, disk.log),
            disk.quorum_state,
        )
        self.applied, self.values, self.high_watermark, self.leads = disk.start_offset, [], -1, None
        self.step(Started())

    @property
    def voters(self) -> int:
        """How many vote, as this replica knows."""
        assert self.quorum is not None
        return len(self.quorum.replica.voter_set)

    def format_as_voter(self) -> None:
        """The 0-0 snapshot of a dynamic quorum."""
        voters = dynamic_voters(*self.world.voter_ids)
        content = snapshot_content(
            BOOTSTRAP_SNAPSHOT,
            [],
            last_contained_log_timestamp_ms=1,
            now_ms=1,
            kraft_version=1,
            voters=voters,
        )
        self.disk.snapshots[BOOTSTRAP_SNAPSHOT] = b"".join(content)

    def crash(self) -> None:
        self.quorum = None
        self.leads = None
        self.incarnation += 1
        self.disk.crash(self.world.random)

    def step(self, event: Event) -> None:
        if self.quorum is None:
            return
        self.world.steps += 1
        for effect in self.quorum.step(event, Now(self.world.now_ms, 10_000_000 + self.world.now_ms)):
            self.carry_out(effect)
        state = self.quorum.replica.state
        if isinstance(state, Leader):
            self.world.invariants.led(self.node_id, state.epoch, self.disk.log, self.disk.start_offset)
        self._set_alarm()

    def carry_out(self, effect: Effect) -> None:  # noqa: C901  one arm an effect
        world, disk = self.world, self.disk
        match effect:
            case PersistQuorumState(content):
                disk.quorum_state = content
                world.invariants.persisted(self.node_id, content)
            case Append():
                must(effect.base_offset == disk.end_offset, "the log has no gaps", self.node_id)
                disk.log.extend(read_batches(effect.data))
            case TruncateTo(offset):
                must(offset >= self.high_watermark, "what is committed is not truncated", self.node_id)
                disk.log = [batch for batch in disk.log if batch.end_offset <= offset]
                must(disk.end_offset == offset, "truncation ends at a batch", self.node_id, offset)
            case SyncLog():
                captured = (disk.start_offset, list(disk.log))
                self._later(world.sync_ms(), lambda: self._synced(captured))
            case HighWatermarkAdvanced(offset):
                self._commit(offset)
            case LoadSnapshot(snapshot):
                self._load(snapshot)
            case BecameLeader(epoch):
                self.leads = epoch
            case LostLeadership():
                self.leads = None
            case Send():
                self._check_send(effect)
                world.send(self, effect)
            case Answer(ticket, response):
                self._check_answer(ticket, response)
                world.reply(ticket, response)
            case AnswerFromLog():
                world.reply(effect.ticket, self._filled(effect))
            case AnswerFromSnapshot():
                world.reply(effect.ticket, self._filled_from_snapshot(effect))
            case WriteSnapshotChunk(snapshot, position, data):
                disk.parts[snapshot] = (disk.parts[snapshot] if position else b"") + data
            case CompleteSnapshot(snapshot):
                disk.snapshots[snapshot] = disk.parts.pop(snapshot)
            case RestartLogAt(snapshot, older):
                disk.restart_at(snapshot.offset)
                for each in older:
                    del disk.snapshots[each]
            case DeleteBefore(snapshot, older):
                disk.delete_before(snapshot.offset)
                for each in older:
                    del disk.snapshots[each]
            case Accepted():
                must(effect.base_offset == disk.end_offset, "offsets are as promised", self.node_id)
            case _:
                pass

    def propose(self, values: Sequence[str]) -> None:
        if self.leads is not None:
            batch = metadata_batch([(_record(value), 0) for value in values], 1)
            self.step(Proposed(self.world.ticket(), self.leads, (batch,)))

    def take_snapshot(self) -> None:
        """Of all that was applied; sometimes the log below goes."""
        if self.quorum is None or self.applied <= max((s.offset for s in self.disk.snapshots), default=0):
            return
        last = next(batch for batch in self.disk.log if batch.end_offset == self.applied)
        snapshot = EpochAndOffset(last.epoch, self.applied)
        records = [(_record(value), 0) for value in self.values]
        history = self.quorum.replica.voters
        content = snapshot_content(
            snapshot,
            records,
            last_contained_log_timestamp_ms=1,
            now_ms=1,
            kraft_version=history.kraft_version_at(snapshot.offset - 1),
            voters=history.voters_at(snapshot.offset - 1),
            batch_bytes=500,
        )
        self.disk.snapshots[snapshot] = b"".join(content)
        self.step(SnapshotCreated(snapshot, len(self.disk.snapshots[snapshot])))
        if self.world.random.random() < 0.7:
            self.step(LogCleaned(snapshot))

    def _static_voters(self) -> VoterSet:
        return VoterSet.of() if self.world.dynamic else static_voters(*self.world.voter_ids)

    def _commit(self, offset: int) -> None:
        must(offset > self.high_watermark, "the high watermark never falls", self.node_id, offset)
        self.high_watermark = offset
        fresh = [batch for batch in self.disk.log if self.applied <= batch.base_offset < offset]
        self.world.invariants.committed_below(self.node_id, offset, fresh)
        for batch in fresh:
            if not batch.is_control:
                self.values += [_value(record) for record in read_metadata_records(batch)]
        self.applied = max(self.applied, offset)
        self.world.invariants.applied(self.node_id, self.values)

    def _load(self, snapshot: EpochAndOffset) -> None:
        reader = SnapshotReader()
        batches = list(reader.feed(self.disk.snapshots[snapshot]))
        reader.finish()
        self.values = [_value(record) for batch in batches for record in batch]
        self.applied = snapshot.offset
        self.world.invariants.applied(self.node_id, self.values)

    def _synced(self, captured: tuple[int, Batches]) -> None:
        start, log = captured
        kept = [batch for batch in log if batch.end_offset > self.disk.start_offset]
        self.disk.synced = (max(start, self.disk.start_offset), kept)
        self.step(Fsynced())

    def _check_send(self, send: Send) -> None:
        request = send.request
        if isinstance(request, VoteRequest) and not request.topics[0].partitions[0].pre_vote:
            asked = request.topics[0].partitions[0]
            own = ReplicaKey(self.node_id, directory(self.node_id))
            self.world.invariants.voted(self.node_id, asked.replica_epoch, own, self.disk.quorum_state)
        if isinstance(request, FetchRequest) and not self.is_observer:
            offset = request.topics[0].partitions[0].fetch_offset
            start, synced = self.disk.synced
            held = [batch.data for batch in self.disk.log]
            durable = start == self.disk.start_offset and [b.data for b in synced[: len(held)]] == held
            is_empty = offset == self.disk.start_offset
            must(durable or is_empty, "a voter has synced what it says it holds", self.node_id, offset)

    def _check_answer(self, ticket: Ticket, response: Message) -> None:
        if not isinstance(response, VoteResponse) or not response.topics:
            return
        request = self.world.requests[ticket].request
        assert isinstance(request, VoteRequest)
        asked = request.topics[0].partitions[0]
        if response.topics[0].partitions[0].vote_granted and not asked.pre_vote:
            candidate = ReplicaKey(asked.replica_id, Uuid(asked.replica_directory_id))
            self.world.invariants.voted(self.node_id, asked.replica_epoch, candidate, self.disk.quorum_state)

    def _filled(self, effect: AnswerFromLog) -> Message:
        assert isinstance(effect.response, FetchResponse)
        data = b""
        for batch in self.disk.log:
            if effect.offset <= batch.base_offset < effect.end_offset:
                if data and len(data) + batch.header.size > effect.max_bytes:
                    break
                data += batch.data
        effect.response.responses[0].partitions[0].records = data
        return effect.response

    def _filled_from_snapshot(self, effect: AnswerFromSnapshot) -> Message:
        assert isinstance(effect.response, FetchSnapshotResponse)
        content = self.disk.snapshots[effect.snapshot]
        part = content[effect.position : effect.position + effect.max_bytes]
        effect.response.topics[0].partitions[0].unaligned_records = part
        return effect.response

    def _set_alarm(self) -> None:
        assert self.quorum is not None
        self.alarm += 1
        alarm, deadline = self.alarm, self.quorum.next_deadline()
        if deadline is not None:
            self._later(
                deadline - self.world.now_ms, lambda: self.step(Ticked()) if alarm == self.alarm else None
            )

    def _later(self, delay_ms: int, action: Callable[[], None]) -> None:
        """Unless the replica dies before."""
        incarnation = self.incarnation
        self.world.at(delay_ms, lambda: action() if incarnation == self.incarnation else None)


def _record(value: str) -> FeatureLevelRecord:
    return FeatureLevelRecord(name=value, feature_level=1)


def _value(record: Message) -> str:
    assert isinstance(record, FeatureLevelRecord)
    return record.name
