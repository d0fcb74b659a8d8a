"""I17: recovery is idempotent. What one recovery leaves on the disk, a second one leaves as it is."""

from collections import deque

from ottla.log.checkpoints import LOG_STARTS, RECOVERY_POINTS, read_offsets
from ottla.log.config import LogConfig
from ottla.log.folder_names import parse_folder_name
from ottla.log.loading import open_log
from ottla.model.topics import METADATA_TOPIC
from ottla.records.invalid_record import CorruptBatch, UnsupportedBatchFormat
from ottla.sim.disk import SimDisk
from ottla.sim.history import Violation
from ottla.sim.mount import Mount
from ottla.sim.world import DATA, SimWorld


def check_recovery(world: SimWorld) -> None:
    """Recover a copy of the disk of a node that is down, twice. Raises Violation."""
    copy = world.disk.copied()
    _recover_all(world, copy)
    once = copy.contents(DATA)
    _recover_all(world, copy)
    twice = copy.contents(DATA)
    for path in sorted(once.keys() | twice.keys()):
        if once.get(path) != twice.get(path):
            raise Violation(f"I17 a second recovery changes {path}")


def _recover_all(world: SimWorld, disk: SimDisk) -> None:
    mount = Mount(disk)
    starts = read_offsets(mount, f"{DATA}/{LOG_STARTS}")
    points = read_offsets(mount, f"{DATA}/{RECOVERY_POINTS}")
    for name in mount.list(DATA):
        parsed = parse_folder_name(name)
        if parsed is None or parsed.suffix or parsed.partition.topic == METADATA_TOPIC:
            continue
        loading = open_log(
            mount,
            f"{DATA}/{name}",
            parsed.partition,
            LogConfig(),
            entropy=world.entropy,
            now=world.clock.now(),
            clean=False,
            log_start_offset=starts.get(parsed.partition, 0),
            recovery_point=points.get(parsed.partition, 0),
        )
        try:
            deque(loading, maxlen=0)
        except (CorruptBatch, UnsupportedBatchFormat) as error:
            raise Violation(f"I17 {name} can't be recovered: {error}") from error
