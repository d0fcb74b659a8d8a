"""Bugs in `metadata`, `raft` and what drives them."""

from collections.abc import Callable

from ottla.runtime.quorum.metadata_log import MetadataLog
from tests.sim.planted.planting import Plant, PlantedBug, instead


def _metadata_is_acknowledged_before_it_is_synced() -> Plant:
    def at_once(self: MetadataLog, done: Callable[[OSError | None], None]) -> None:
        done(None)

    return instead(MetadataLog, "sync_later", at_once)


BUGS = (
    PlantedBug(
        "metadata is acknowledged before it is synced",
        "I16",
        3,
        _metadata_is_acknowledged_before_it_is_synced,
    ),
)
