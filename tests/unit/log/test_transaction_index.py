"""The transaction index: written when there is something, on disk as Kafka has it."""

import struct

import pytest
from tests.unit.log.memory_disk import MemoryDisk

from ottla.log.transaction_index import AbortedTransaction, IndexDamaged, TransactionIndex

FIRST = AbortedTransaction(7, 0, 10, 11)
SECOND = AbortedTransaction(8, 5, 20, 21)
THIRD = AbortedTransaction(7, 12, 30, 25)


def an_index(disk: MemoryDisk, *entries: AbortedTransaction) -> TransactionIndex:
    index = TransactionIndex(disk, "/d/0.txnindex", 0)
    for entry in entries:
        index.append(entry)
    return index


def test_there_is_no_file_until_something_is_aborted() -> None:
    disk = MemoryDisk()
    index = an_index(disk)
    assert not disk.exists("/d/0.txnindex")
    index.append(FIRST)
    assert disk.read_all("/d/0.txnindex") == struct.pack(">hqqqq", 0, 7, 0, 10, 11)


def test_entries_are_found_again() -> None:
    disk = MemoryDisk()
    an_index(disk, FIRST, SECOND)
    assert an_index(disk).entries == [FIRST, SECOND]


def test_readers_get_what_touches_their_range_and_hear_when_that_is_all() -> None:
    index = an_index(MemoryDisk(), FIRST, SECOND, THIRD)
    assert index.collect(0, 3) == ([FIRST], True)
    assert index.collect(0, 11) == ([FIRST, SECOND], True) or index.collect(0, 11) == ([FIRST], True)
    assert index.collect(11, 15) == ([SECOND], True)
    assert index.collect(21, 100) == ([THIRD], False)


def test_a_cut_forgets_later_markers() -> None:
    disk = MemoryDisk()
    index = an_index(disk, FIRST, SECOND)
    index.truncate_to(20)
    assert an_index(disk).entries == [FIRST]
    index.append(THIRD)
    assert an_index(disk).entries == [FIRST, THIRD]
    index.clear()
    assert an_index(disk).entries == []


def test_damage_is_noticed() -> None:
    disk = MemoryDisk()
    an_index(disk, FIRST)
    with pytest.raises(IndexDamaged, match="is less than start offset 11"):
        TransactionIndex(disk, "/d/0.txnindex", 11).check()
    disk.files["/d/0.txnindex"] += b"x"
    with pytest.raises(IndexDamaged, match="no multiple of 34"):
        an_index(disk).check()
    disk.files["/d/0.txnindex"][:2] = b"\0\1"
    del disk.files["/d/0.txnindex"][34:]
    with pytest.raises(IndexDamaged, match="version"):
        an_index(disk).check()
