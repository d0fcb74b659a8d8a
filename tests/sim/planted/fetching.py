"""Bugs on the way of a fetch."""

from ottla.log.segment import Segment
from ottla.runtime.partitions.fetching import Fetching, FetchResult
from tests.sim.planted.planting import Plant, PlantedBug, instead


def _a_fetch_tells_an_old_high_watermark() -> Plant:
    plan_one = Fetching._plan_one

    def old(self: Fetching, wanted: object, left: int, first: bool) -> FetchResult:
        result = plan_one(self, wanted, left, first)  # type: ignore[arg-type]
        result.high_watermark = max(0, result.high_watermark - 1)
        return result

    return instead(Fetching, "_plan_one", old)


def _a_reader_goes_on_behind_where_it_ended() -> Plant:
    remember = Segment.remember

    def behind(self: Segment, offset: int, position: int) -> None:
        remember(self, offset - 1, position)

    return instead(Segment, "remember", behind)


BUGS = (
    PlantedBug("a fetch tells an old high watermark", "I9", 1, _a_fetch_tells_an_old_high_watermark),
    PlantedBug("a reader goes on behind where it ended", "I7", 1, _a_reader_goes_on_behind_where_it_ended),
)
