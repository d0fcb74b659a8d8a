"""The coordinator on real partitions: electing, loading, committing, resigning, refusing."""

import asyncio

from tests.unit.groups.members import beats, commits, fetches, joins, syncs
from tests.unit.groups.offsets_partition import Room, in_virtual_time

from ottla.groups.answers import Joined, Refused
from ottla.groups.partition_of_group import partition_of_group
from ottla.model.errors import ErrorCode


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
        assert await room.ask(commits(7, member_id="m", generation=1)) == (ErrorCode.NONE,)
        assert (await room.ask(fetches()))[0].offset == 7

    in_virtual_time(story)


def test_whoever_does_not_lead_the_group_s_partition_is_not_its_coordinator() -> None:
    async def story(room: Room) -> None:
        assert await room.ask(commits()) == Refused(ErrorCode.NOT_COORDINATOR)
        partition = room.elect_all()[partition_of_group("g", 4)]
        assert await room.ask(commits()) == Refused(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
        await asyncio.sleep(0.1)
        assert await room.ask(commits()) == (ErrorCode.NONE,)
        room.groups.resign(partition.name.partition)
        assert await room.ask(commits()) == Refused(ErrorCode.NOT_COORDINATOR)

    in_virtual_time(story)
