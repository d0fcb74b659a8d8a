"""The simulated disk keeps what was synced, whatever else chance takes."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ottla.sim.disk import SimDisk
from ottla.sim.loop import SimLoop
from ottla.sim.mount import Mount
from ottla.sim.trace import Trace


def a_disk(seed: int) -> SimDisk:
    loop = SimLoop()
    loop.close()
    return SimDisk(loop, Random(seed), Trace())


@given(seed=st.integers(0, 1_000), synced=st.binary(min_size=1), later=st.binary(min_size=1))
def test_a_power_cut_takes_nothing_that_was_synced(seed: int, synced: bytes, later: bytes) -> None:
    disk = a_disk(seed)
    mount = Mount(disk)
    file = mount.open("/file")
    file.write(0, synced)
    file.sync()
    mount.sync_dir("/")
    file.write(len(synced), later)
    disk.cut_power()
    assert Mount(disk).read_all("/file").startswith(synced)


@given(seed=st.integers(0, 1_000), content=st.binary(min_size=1))
def test_a_kill_takes_nothing_at_all(seed: int, content: bytes) -> None:
    disk = a_disk(seed)
    Mount(disk).open("/file").write(0, content)
    disk.kill()
    assert Mount(disk).read_all("/file") == content


def test_a_name_that_was_not_synced_may_be_lost() -> None:
    kept = set()
    for seed in range(20):
        disk = a_disk(seed)
        Mount(disk).open("/file").sync()
        disk.cut_power()
        kept.add(Mount(disk).exists("/file"))
    assert kept == {True, False}


def test_a_write_may_be_torn_at_any_sector() -> None:
    whole, sector = b"x" * 2_048, b"x" * 512
    seen = set()
    for seed in range(200):
        disk = a_disk(seed)
        mount = Mount(disk)
        file = mount.open("/file")
        mount.sync_dir("/")
        file.write(0, whole)
        disk.cut_power()
        seen.add(Mount(disk).read_all("/file"))
    assert {b"", whole, sector, bytes(512) + sector} <= seen
