"""A turn that can't be written is as if it had not been, and whoever came in it is told."""

import asyncio

from tests.unit.groups.members import beats, commits, joins
from tests.unit.groups.offsets_partition import Room, in_virtual_time
from tests.unit.groups.test_group_coordinators import NOT_AVAILABLE, a_member, at_home

from ottla.groups.answers import Joined
from ottla.model.errors import ErrorCode


def test_who_has_waited_since_before_it_waits_on() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room)
        await room.ask(joins(fresh="m"))
        waiting = room.groups.submit("g", joins("m"), may_wait=True)
        await asyncio.sleep(0.1)
        partition.replica.min_isr = 2
        assert await room.ask(commits(5, group="other")) == NOT_AVAILABLE
        partition.replica.min_isr = 1
        assert (await room.answer(waiting)).generation == 1

    in_virtual_time(story)


def test_who_came_to_wait_in_it_is_told_too() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room)
        await room.ask(joins(fresh="m"))
        partition.replica.min_isr = 2
        waiting = room.groups.submit("g", joins("m"), may_wait=True)
        room.groups.submit("g", commits(5, group="other"))
        assert await asyncio.wait_for(room.answer(waiting), 1) == NOT_AVAILABLE
        partition.replica.min_isr = 1
        again: Joined = await room.ask(joins("m"))
        assert again.generation == 1

    in_virtual_time(story)


def test_a_member_whose_end_could_not_be_written_is_out_a_little_later() -> None:
    async def story(room: Room) -> None:
        partition = await at_home(room)
        await a_member(room)
        partition.replica.min_isr = 2
        await asyncio.sleep(12)
        partition.replica.min_isr = 1
        await asyncio.sleep(1)
        assert await room.ask(beats("m", 1)) is ErrorCode.UNKNOWN_MEMBER_ID

    in_virtual_time(story)
