"""Bugs in `replication` and in `runtime` around it: the high watermark, and who waits for it."""

from ottla.model.ids import Offset
from ottla.replication.leader import LeaderReplica
from ottla.runtime.partitions.partition import Partition
from tests.sim.planted.planting import Plant, PlantedBug, instead


def _the_high_watermark_passes_the_log_end() -> Plant:
    advance = LeaderReplica._advance

    def too_far(self: LeaderReplica) -> bool:
        rose = advance(self)
        if rose:
            self.high_watermark = Offset(self.high_watermark + 1)
        return rose

    return instead(LeaderReplica, "_advance", too_far)


def _the_high_watermark_stands_still() -> Plant:
    return instead(LeaderReplica, "_advance", lambda self: False)


def _a_restart_forgets_the_high_watermark() -> Plant:
    return instead(Partition, "take_stock", lambda self, now: None)


def _who_waits_for_records_is_not_woken() -> Plant:
    return instead(Partition, "_wake", lambda self: None)


BUGS = (
    PlantedBug("the high watermark passes the log end", "I6", 1, _the_high_watermark_passes_the_log_end),
    PlantedBug("the high watermark stands still", "I21", 1, _the_high_watermark_stands_still),
    PlantedBug("a restart forgets the high watermark", "I6", 1, _a_restart_forgets_the_high_watermark),
    PlantedBug("who waits for records is not woken", "I21", 2, _who_waits_for_records_is_not_woken),
)
