"""The coordinator on real partitions: electing, loading, committing, refusing, resigning."""

import asyncio
import logging
from dataclasses import replace

import pytest
from tests.unit.groups.members import beats, commits, fetches, joins, leaves, subscription, syncs
from tests.unit.groups.offsets_partition import Room, in_virtual_time, lead
from tests.unit.log.memory_disk import MemoryDisk, MemoryFile

from ottla.groups.answers import Joined, ListedGroup, Refused
from ottla.groups.commands import ListGroups
from ottla.groups.config import GroupsConfig
from ottla.groups.member import Protocol
from ottla.groups.partition_of_group import partition_of_group
from ottla.groups.records import encode_record, group_tombstone
from ottla.log.partition_log import Origin
from ottla.model.errors import ErrorCode
from ottla.model.ids import BrokerId, LeaderEpoch, Offset
from ottla.model.ports import Buffer
from ottla.records.batch import BatchHeader, batches
from ottla.records.control import build_end_transaction
from ottla.records.records import Record, build_batch, records
from ottla.runtime.machines.groups.loading import RECORDS_PER_SLICE
from ottla.runtime.partitions.partition import Partition

DONE = (ErrorCode.NONE,)
HOME = partition_of_group("g", 4)
LOADING = Refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
NOT_COORDINATOR = Refused(ErrorCode.NOT_COORDINATOR)
NOT_AVAILABLE = Refused(ErrorCode.COORDINATOR_NOT_AVAILABLE)


async def at_home(room: Room, partition: Partition | None = None) -> Partition:
    """The partition of the group `g`, loaded."""
    partition = partition or room.partition(HOME)
    room.groups.elect(partition, LeaderEpoch(0))
    await asyncio.sleep(0.1)
    return partition


async def a_member(room: Room, protocols: tuple[Protocol, ...] | None = None) -> None:
    """The only one of a stable group."""
    asked = {} if protocols is None else {"protocols": protocols}
    await room.ask(joins(fresh="m", **asked))  # type: ignore[arg-type]
    await room.ask(joins("m", **asked))  # type: ignore[arg-type]
    await room.ask(syncs("m", 1, {"m": b"mine"}))


def test_a_consumer_joins_syncs_beats_commits_and_fetches() -> None:
    async def story(room: Room) -> None:
        room.elect_all()
        await asyncio.sleep(0.1)
        joined: Joined = await room.ask(joins(fresh="m"))
        assert joined == Joined(ErrorCode.MEMBER_ID_REQUIRED, "m")
        joined = await room.ask(joins("m"))
        assert (joined.generation, joined.leader) == (1, "m")
        assert (await room.ask(syncs("m", 1, {"m": b"mine"}))).assignment == b"mine"
        assert await room.ask(beats("m", 1)) is ErrorCode.NONE
        assert await room.ask(commits(7, member_id="m", generation=1)) == DONE
        assert (await room.ask(fetches()))[0].offset == 7

    in_virtual_time(story)


def test_whoever_does_not_lead_the_group_s_partition_is_not_its_coordinator() -> None:
    async def story(room: Room) -> None:
        assert await room.ask(commits()) == NOT_COORDINATOR
        room.elect_all()
        assert await room.ask(commits()) == LOADING
        await asyncio.sleep(0.1)
        assert await room.ask(commits()) == DONE
        room.groups.resign(HOME)
        assert await room.ask(commits()) == NOT_COORDINATOR

    in_virtual_time(story)


def test_without_the_topic_nobody_coordinates() -> None:
    async def story(room: Room) -> None:
        room.count = 0
        assert room.groups.partition_for("g") is None
        assert await room.ask(commits()) == NOT_COORDINATOR

    in_virtual_time(story)


def test_after_a_restart_everything_that_was_acknowledged_is_there() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room)
        await a_member(room)
        for offset in range(2_500):
            assert await room.ask(commits(offset, member_id="m", generation=1, partition=offset % 7)) == DONE
        room.groups.resign(HOME)
        assert partition.log.log_end_offset > 2 * RECORDS_PER_SLICE
        await at_home(room, lead(partition.log, high_watermark=partition.high_watermark))
        assert await room.ask(beats("m", 1)) is ErrorCode.NONE
        told = await room.ask(fetches(every=True))
        assert [each.offset for each in told] == [2_499 - (2_499 - index) % 7 for index in range(7)]

    in_virtual_time(story)


def test_loading_leaves_the_loop_to_others() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room)
        for offset in range(2 * RECORDS_PER_SLICE):
            room.groups.submit("g", commits(offset))
        await asyncio.sleep(0.1)
        room.groups.resign(HOME)
        room.groups.elect(lead(partition.log, high_watermark=partition.high_watermark), LeaderEpoch(1))
        turns = 0
        while await room.ask(fetches()) == LOADING:
            await asyncio.sleep(0)
            turns += 1
        assert turns >= 2

    in_virtual_time(story)


def test_all_that_is_asked_in_one_turn_goes_into_one_batch() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room)
        answers = [room.groups.submit("g", commits(offset, partition=offset)) for offset in range(50)]
        for answer in answers:
            assert await room.answer(answer) == DONE
        (header,) = headers(partition)
        assert header.record_count == 50

    in_virtual_time(story)


def test_what_does_not_fit_into_one_batch_goes_into_several() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room, room.partition(HOME, max_message_bytes=2_000))
        asked = [commits(n, partition=n, metadata="x" * 500) for n in range(20)]
        answers = [room.groups.submit("g", each) for each in asked]
        assert [await room.answer(answer) for answer in answers] == [DONE] * 20
        assert len(headers(partition)) > 1
        assert len(await room.ask(fetches(every=True))) == 20

    in_virtual_time(story)


def test_a_group_too_large_to_be_written_is_refused_and_others_are_not() -> None:
    async def story(room: Room) -> None:
        await at_home(room, room.partition(HOME, max_message_bytes=2_000))
        large = (Protocol("range", subscription("t") + b"x" * 3_000),)
        await room.ask(joins(fresh="m", protocols=large))
        await room.ask(joins("m", protocols=large))
        refused = room.groups.submit("g", syncs("m", 1, {"m": b"mine"}), may_wait=True)
        other = room.groups.submit("g", commits(5, group="simple"))
        assert await room.answer(refused) == Refused(ErrorCode.UNKNOWN_SERVER_ERROR)
        assert await room.answer(other) == DONE

    in_virtual_time(story)


def test_while_replicas_are_missing_nothing_is_written_and_nothing_remembered() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room)
        partition.replica.min_isr = 2
        assert await room.ask(commits(5)) == NOT_AVAILABLE
        partition.replica.min_isr = 1
        assert (await room.ask(fetches()))[0].offset == -1
        assert await room.ask(commits(6)) == DONE
        assert (await room.ask(fetches()))[0].offset == 6

    in_virtual_time(story)


def test_a_partition_that_is_led_no_longer_takes_nothing() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room)
        partition.depose(room.clock.now())
        assert await room.ask(commits(5)) == NOT_COORDINATOR

    in_virtual_time(story)


def test_an_answer_waits_for_the_followers() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room, room.partition(HOME, isr=frozenset({1, 2})))
        heard: list[object] = []
        room.groups.submit("g", commits(5)).read(heard.append)
        await asyncio.sleep(1)
        assert heard == []
        fetched(partition, room)
        assert heard == [DONE]

    in_virtual_time(story)


def test_a_question_waits_for_what_was_written_before_it() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room, room.partition(HOME, isr=frozenset({1, 2})))
        room.groups.submit("g", commits(5))
        await asyncio.sleep(0)
        told: list[object] = []
        room.groups.submit("g", fetches()).read(told.append)
        await asyncio.sleep(1)
        assert told == [], "nobody is told of what may yet be lost"
        fetched(partition, room)
        assert len(told) == 1

    in_virtual_time(story)


def test_followers_that_don_t_come_cost_the_answer_after_a_while() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room, room.partition(HOME, isr=frozenset({1, 2})))
        assert await room.answer(room.groups.submit("g", commits(5))) == NOT_AVAILABLE
        assert room.clock.mono_ms() == pytest.approx(5_100, abs=20)
        fetched(partition, room)
        assert (await room.ask(fetches()))[0].offset == 5, "it was only late"

    in_virtual_time(story)


def test_a_new_leader_tells_nothing_before_it_is_sure() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room)
        await room.ask(commits(5))
        room.groups.resign(HOME)
        unsure = lead(partition.log, isr=frozenset({1, 2}), high_watermark=0)
        await at_home(room, unsure)
        assert await room.ask(fetches()) == LOADING
        fetched(unsure, room)
        assert (await room.ask(fetches()))[0].offset == 5

    in_virtual_time(story)


def test_to_be_elected_again_changes_nothing() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room)
        await a_member(room)
        waiting = room.groups.submit("g", joins("m"), may_wait=True)
        room.groups.elect(partition, LeaderEpoch(7))
        assert (await room.answer(waiting)).generation == 2

    in_virtual_time(story)


def test_a_partition_that_was_made_anew_is_loaded_anew() -> None:
    async def story(room: Room) -> None:
        await at_home(room)
        await room.ask(commits(5))
        await at_home(room, room.partition(HOME))
        assert (await room.ask(fetches()))[0].offset == -1

    in_virtual_time(story)


def test_whoever_waits_when_the_lead_is_lost_must_look_elsewhere() -> None:
    async def story(room: Room) -> None:
        await at_home(room)
        await room.ask(joins(fresh="m"))
        waiting = room.groups.submit("g", joins("m"), may_wait=True)
        await asyncio.sleep(1)
        room.groups.resign(HOME)
        assert await room.answer(waiting) == NOT_COORDINATOR
        await asyncio.sleep(1_000)  # no timer of the old shard goes off

    in_virtual_time(story)


def test_loading_stops_when_the_lead_is_lost() -> None:
    async def story(room: Room) -> None:
        room.groups.elect(room.partition(HOME), LeaderEpoch(0))
        room.groups.resign(HOME)
        await asyncio.sleep(1)
        assert await room.ask(fetches()) == NOT_COORDINATOR

    in_virtual_time(story)


def test_a_coordinator_that_has_stopped_is_not_available() -> None:
    async def story(room: Room) -> None:
        await at_home(room)
        room.groups.close()
        assert await room.ask(fetches()) == NOT_AVAILABLE
        assert await room.answer(room.groups.submit_all(ListGroups)) == [NOT_AVAILABLE]
        room.groups.elect(room.partition(HOME), LeaderEpoch(1))
        assert await room.ask(fetches()) == NOT_AVAILABLE

    in_virtual_time(story)


def test_a_log_with_a_record_of_an_unknown_type_is_not_coordinated_from_and_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story(room: Room) -> None:
        partition = room.partition(HOME)
        write(partition, room, (b"\x00\x63\x00", b"\x00\x00"))
        await at_home(room, partition)
        assert await room.ask(fetches()) == NOT_COORDINATOR

    in_virtual_time(story)
    assert "group coordinator record type 99" in caplog.text


def test_offsets_of_a_transaction_are_pending_until_its_marker_is_read() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room)
        await room.ask(commits(5))
        room.groups.resign(HOME)
        key, value = record_of(partition)
        transaction = build_batch(
            [Record(0, 0, key, value)], producer_id=9, producer_epoch=0, transactional=True, base_sequence=0
        )
        partition.append(transaction, room.clock.now(), Origin.COORDINATOR)
        again = await at_home(room, lead(partition.log, high_watermark=partition.high_watermark))
        assert (await room.ask(fetches(stable=True)))[0].error is ErrorCode.UNSTABLE_OFFSET_COMMIT
        room.groups.resign(HOME)
        marker = build_end_transaction(
            True, producer_id=9, producer_epoch=0, coordinator_epoch=0, timestamp=0
        )
        again.append(marker, room.clock.now(), Origin.COORDINATOR)
        await at_home(room, lead(partition.log, high_watermark=again.high_watermark))
        assert (await room.ask(fetches(stable=True)))[0].offset == 5

    in_virtual_time(story)


def test_all_shards_are_asked_for_their_groups() -> None:
    async def story(room: Room) -> None:
        room.elect_all()
        await asyncio.sleep(0.1)
        names = [f"g{n}" for n in range(20)]
        for name in names:
            await room.ask(commits(group=name), name)
        answers = await room.answer(room.groups.submit_all(ListGroups))
        assert len(answers) == 4
        listed = [group for of_shard in answers for group in of_shard]
        assert sorted(listed) == sorted(ListedGroup(name, "", "Empty", "classic") for name in names)

    in_virtual_time(story)


def test_all_shards_forget_a_topic_that_is_deleted() -> None:
    async def story(room: Room) -> None:
        room.elect_all()
        await asyncio.sleep(0.1)
        for name in ("g1", "g2", "g3"):
            await room.ask(commits(5, group=name), name)
        room.groups.topics_deleted([(bytes(15) + b"\x07", "t")])
        await asyncio.sleep(0.1)
        for name in ("g1", "g2", "g3"):
            assert (await room.ask(fetches(group=name), name))[0].offset == -1

    in_virtual_time(story)


def test_members_time_out_by_the_clock_of_the_loop() -> None:
    async def story(room: Room) -> None:
        await at_home(room)
        await a_member(room)
        await asyncio.sleep(9.9)
        assert await room.ask(beats("m", 1)) is ErrorCode.NONE
        await asyncio.sleep(10.1)
        assert await room.ask(beats("m", 1)) is ErrorCode.UNKNOWN_MEMBER_ID

    in_virtual_time(story)


class WornDisk(MemoryDisk):
    """Takes `writes` more writes to a log, and no other."""

    writes = 1_000_000

    def open(self, path: str) -> MemoryFile:
        super().open(path)
        return WornFile(self, path)


class WornFile(MemoryFile):
    def write(self, position: int, data: Buffer) -> None:
        disk = self._disk
        assert isinstance(disk, WornDisk)
        if self.path.endswith(".log"):
            if not disk.writes:
                raise OSError(5, "Input/output error")
            disk.writes -= 1
        super().write(position, data)


def test_a_disk_that_fails_costs_the_answer_and_nothing_is_remembered() -> None:
    async def story(room: Room) -> None:
        disk = WornDisk()
        await at_home(room, room.partition(HOME, disk=disk))
        disk.writes = 0
        assert await room.ask(commits(5)) == NOT_COORDINATOR
        assert (await room.ask(fetches()))[0].offset == -1

    in_virtual_time(story)


def test_a_turn_of_which_only_some_was_written_is_read_back_from_the_log() -> None:
    async def story(room: Room) -> None:
        disk = WornDisk()
        partition = await at_home(room, room.partition(HOME, disk=disk, max_message_bytes=2_000))
        disk.writes = 1
        asked = [commits(n, partition=n, metadata="x" * 500) for n in range(10)]
        answers = [room.groups.submit("g", each) for each in asked]
        assert {await room.answer(answer) for answer in answers} == {NOT_COORDINATOR}
        disk.writes = 1_000
        await asyncio.sleep(0.1)
        told = await room.ask(fetches(every=True))
        assert 0 < len(told) == partition.log.log_end_offset < 10

    in_virtual_time(story)


def test_a_broken_rule_costs_one_command_and_the_shard_begins_anew(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(room: Room) -> None:
        await at_home(room)
        await a_member(room)
        await room.ask(commits(5, member_id="m", generation=1))
        with monkeypatch.context() as patch:
            patch.setattr("ottla.groups.on_members.leave", broken)
            assert await room.ask(leaves("m")) == Refused(ErrorCode.UNKNOWN_SERVER_ERROR)
        await asyncio.sleep(0.1)
        assert await room.ask(beats("m", 1)) is ErrorCode.NONE
        assert (await room.ask(fetches()))[0].offset == 5

    in_virtual_time(story)
    assert "A rule of the group coordinator was broken" in caplog.text


def test_rebalances_are_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def story(room: Room) -> None:
        await at_home(room)
        await a_member(room)

    caplog.set_level(logging.INFO)
    in_virtual_time(story)
    assert "Stabilized group g generation 1 with 1 members." in caplog.text


@pytest.mark.parametrize("codec", range(5))
def test_records_may_be_compressed(codec: int) -> None:
    async def story(room: Room) -> None:
        room.coordinators(replace(GroupsConfig(), offsets_topic_compression_codec=codec))
        partition = await at_home(room)
        await room.ask(commits(5))
        assert [header.compression for header in headers(partition)] == [codec]
        room.groups.resign(HOME)
        await at_home(room, lead(partition.log, high_watermark=partition.high_watermark))
        assert (await room.ask(fetches()))[0].offset == 5

    in_virtual_time(story)


def test_a_log_whose_end_is_empty_is_loaded_to_its_end() -> None:
    async def story(room: Room) -> None:
        partition = room.partition(HOME)
        write(partition, room, encode_record(group_tombstone("x")), last_offset=40)
        assert partition.log.log_end_offset == 41
        await at_home(room, partition)
        assert await room.ask(commits(5)) == DONE
        assert (await room.ask(fetches()))[0].offset == 5

    in_virtual_time(story)


def broken(*arguments: object) -> None:
    raise AssertionError("planted")


def headers(partition: Partition) -> list[BatchHeader]:
    return [header for _, header in batches(content(partition))]


def content(partition: Partition) -> bytes:
    log = partition.log
    found = log.read(Offset(0), 1 << 20, end_offset=log.log_end_offset, min_one_message=True)
    return found.file.read(found.position, found.length)


def record_of(partition: Partition) -> tuple[bytes, bytes | None]:
    """The last record, as bytes."""
    data = content(partition)
    position, header = list(batches(data))[-1]
    *_, last = records(data, position, header)
    assert last.key is not None
    return last.key, last.value


def write(
    partition: Partition, room: Room, record: tuple[bytes, bytes | None], last_offset: int | None = None
) -> None:
    batch = build_batch([Record(0, 0, *record)], last_offset=last_offset)
    partition.append(batch, room.clock.now(), Origin.COORDINATOR)


def fetched(partition: Partition, room: Room) -> None:
    """The follower has everything."""
    partition.replica.follower_fetched(BrokerId(2), partition.log.log_end_offset)
    partition._committed(room.clock.now())
