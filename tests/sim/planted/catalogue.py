"""All planted bugs."""

from tests.sim.planted import fetching, groups, logs, metadata, replication, serving
from tests.sim.planted.planting import PlantedBug

ALL: tuple[PlantedBug, ...] = (
    *logs.BUGS,
    *replication.BUGS,
    *fetching.BUGS,
    *groups.BUGS,
    *metadata.BUGS,
    *serving.BUGS,
)
