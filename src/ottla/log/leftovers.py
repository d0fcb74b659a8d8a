"""What an interrupted deletion or compaction leaves in a folder, and how that is put in order (`LogLoader`).

`.deleted` files go. `.cleaned` files were never in force and go too, along with `.swap` files at or behind
the first of them: that swap had not begun for all of its files. The other `.swap` files are in force: the
segments whose offsets they cover go, and they take their places.
"""

from ottla.log.log_folder import LogFolder
from ottla.log.segment_files import CLEANED, DELETED, LOG, SNAPSHOT, SWAP, offset_of
from ottla.records.batch import HEADER_SIZE, read_header

_QUORUM_SNAPSHOT_DELETED = ".checkpoint.deleted"  # the metadata log looks after these itself


def clear_leftovers(folder: LogFolder) -> None:
    """Finish what was begun or undo it."""
    names = folder.disk.list(folder.path)
    cleaned = [name for name in names if name.endswith(CLEANED)]
    first_cleaned = min((offset for name in cleaned if (offset := offset_of(name)) is not None), default=None)
    swaps: list[str] = []
    for name in names:
        if name.endswith(DELETED) and not name.endswith(_QUORUM_SNAPSHOT_DELETED):
            folder.disk.remove(f"{folder.path}/{name}")
        elif name.endswith(SWAP):
            offset = offset_of(name)
            if first_cleaned is not None and offset is not None and offset >= first_cleaned:
                folder.disk.remove(f"{folder.path}/{name}")
            else:
                swaps.append(name)
    for name in cleaned:
        folder.disk.remove(f"{folder.path}/{name}")
    if swaps:
        _complete_swap(folder, swaps)


def _complete_swap(folder: LogFolder, swaps: list[str]) -> None:
    covered = [_extent(folder, name) for name in swaps if name.endswith(LOG + SWAP)]
    if covered:
        first, end = min(start for start, _ in covered), max(end for _, end in covered)
        for name in folder.disk.list(folder.path):
            offset = offset_of(name)
            replaced = offset is not None and first <= offset < end
            if replaced and not name.endswith((SWAP, SNAPSHOT)):
                folder.disk.remove(f"{folder.path}/{name}")
    for name in swaps:
        folder.disk.rename(f"{folder.path}/{name}", f"{folder.path}/{name.removesuffix(SWAP)}")


def _extent(folder: LogFolder, name: str) -> tuple[int, int]:
    """First offset of a segment in waiting and the one behind its last. Reads its headers one by one."""
    base = offset_of(name)
    assert base is not None, "a segment's name begins with its base offset"
    file = folder.disk.open(f"{folder.path}/{name}")
    position, size, end = 0, file.size(), base
    while position + HEADER_SIZE <= size:
        header = read_header(file.read(position, HEADER_SIZE))
        position, end = position + header.size, header.last_offset + 1
    return base, end
