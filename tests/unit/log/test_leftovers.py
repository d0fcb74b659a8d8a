"""What interrupted deletions and compactions leave behind (`LogLoader`)."""

from typing import Any

from tests.unit.log.a_log import FOLDER, a_log, at, opened, put_each, values
from tests.unit.log.memory_disk import MemoryDisk

SMALL: dict[str, Any] = {"segment_bytes": 160}


def three_segments() -> MemoryDisk:
    disk = MemoryDisk()
    log = a_log(disk, **SMALL)
    put_each(log, [b"%d" % n * 50 for n in range(3)])
    log.close(at())
    return disk


def move(
    disk: MemoryDisk, base: int, suffix: str, kinds: tuple[str, ...] = (".log", ".index", ".timeindex")
) -> None:
    for kind in kinds:
        disk.rename(f"{FOLDER}/{base:020d}{kind}", f"{FOLDER}/{base:020d}{kind}{suffix}")


def names(disk: MemoryDisk) -> list[str]:
    return [name for name in disk.list(FOLDER) if name.endswith((".deleted", ".cleaned", ".swap"))]


def firsts(disk: MemoryDisk) -> list[bytes]:
    log, _ = opened(disk, clean=True, **SMALL)
    return [value[:1] for value in values(log) if value is not None]


def test_deleted_files_go() -> None:
    disk = three_segments()
    move(disk, 0, ".deleted")
    disk.replace(f"{FOLDER}/00000000000000000100-0000000001.checkpoint.deleted", b"the quorum's own")
    log, _ = opened(disk, clean=True, **SMALL)
    assert log.log_start_offset == 1
    assert names(disk) == ["00000000000000000100-0000000001.checkpoint.deleted"]


def test_cleaned_files_were_never_in_force() -> None:
    disk = three_segments()
    for kind in (".log", ".index", ".timeindex"):
        disk.replace(f"{FOLDER}/{0:020d}{kind}.cleaned", b"whatever")
    assert firsts(disk) == [b"0", b"1", b"2"]
    assert names(disk) == []


def test_a_swap_that_was_begun_is_completed() -> None:
    disk = three_segments()
    # The segments at 0 and 1 were compacted into one that holds the record at 1 alone.
    only = disk.read_all(f"{FOLDER}/{1:020d}.log")
    disk.replace(f"{FOLDER}/{0:020d}.log.swap", only)
    disk.replace(f"{FOLDER}/{0:020d}.index.swap", b"")
    disk.replace(f"{FOLDER}/{0:020d}.timeindex.swap", disk.read_all(f"{FOLDER}/{1:020d}.timeindex"))
    assert firsts(disk) == [b"1", b"2"]
    assert names(disk) == []
    assert not disk.exists(f"{FOLDER}/{1:020d}.log")


def test_a_swap_whose_files_were_not_all_renamed_is_undone() -> None:
    disk = three_segments()
    disk.replace(f"{FOLDER}/{0:020d}.log.swap", disk.read_all(f"{FOLDER}/{1:020d}.log"))
    disk.replace(f"{FOLDER}/{0:020d}.index.cleaned", b"")
    assert firsts(disk) == [b"0", b"1", b"2"]
    assert names(disk) == []


def test_a_swap_that_was_nearly_done_is_completed() -> None:
    disk = three_segments()
    move(disk, 0, ".deleted")
    disk.rename(f"{FOLDER}/{1:020d}.log", f"{FOLDER}/{0:020d}.log.swap")
    move(disk, 1, ".deleted", (".index", ".timeindex"))
    assert firsts(disk) == [b"1", b"2"]
    assert names(disk) == []


def test_index_files_alone_are_renamed_too() -> None:
    disk = three_segments()
    disk.rename(f"{FOLDER}/{0:020d}.index", f"{FOLDER}/{0:020d}.index.swap")
    assert firsts(disk) == [b"0", b"1", b"2"]
    assert names(disk) == []
