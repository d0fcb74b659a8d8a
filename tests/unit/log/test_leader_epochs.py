"""Leader epochs: what replicas compare, and what survives a restart."""

import pytest
from tests.unit.log.memory_disk import MemoryDisk

from ottla.log.checkpoint_file import CheckpointDamaged
from ottla.log.leader_epochs import LeaderEpochs

PATH = "/d/leader-epoch-checkpoint"


def some_epochs(disk: MemoryDisk | None = None) -> LeaderEpochs:
    epochs = LeaderEpochs(disk or MemoryDisk(), PATH)
    for epoch, start in ((2, 0), (5, 10), (7, 30)):
        epochs.assign(epoch, start)
    return epochs


def test_the_file_is_kafka_s() -> None:
    disk = MemoryDisk()
    epochs = some_epochs(disk)
    assert not disk.exists(PATH)
    epochs.save()
    assert disk.read_all(PATH) == b"0\n3\n2 0\n5 10\n7 30\n"
    assert LeaderEpochs.load(disk, PATH).entries() == [(2, 0), (5, 10), (7, 30)]


def test_no_file_and_an_empty_one_hold_no_epochs() -> None:
    disk = MemoryDisk()
    assert LeaderEpochs.load(disk, PATH).entries() == []
    disk.replace(PATH, b"")
    assert LeaderEpochs.load(disk, PATH).latest == -1


@pytest.mark.parametrize("text", [b"1\n0\n", b"0\n2\n1 2\n", b"0\n1\nx 2\n", b"0\n1\n1 2 3\n"])
def test_a_damaged_file_is_reported(text: bytes) -> None:
    disk = MemoryDisk()
    disk.replace(PATH, text)
    with pytest.raises(CheckpointDamaged):
        LeaderEpochs.load(disk, PATH)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (-1, (-1, -1)),  # nothing was asked
        (1, (1, 0)),  # below all that is known
        (2, (2, 10)),
        (3, (2, 10)),
        (5, (5, 30)),
        (6, (5, 30)),
        (7, (7, 99)),  # the current one ends where the log does
        (8, (-1, -1)),
    ],
)
def test_an_epoch_ends_where_the_next_begins(asked: int, answer: tuple[int, int]) -> None:
    assert some_epochs().end_offset_for(asked, 99) == answer


def test_without_epochs_nobody_can_say() -> None:
    assert LeaderEpochs(MemoryDisk(), PATH).end_offset_for(3, 9) == (-1, -1)


def test_offsets_know_their_epochs() -> None:
    epochs = some_epochs()
    assert [epochs.epoch_for(offset) for offset in (0, 9, 10, 29, 30, 500)] == [2, 2, 5, 5, 7, 7]


def test_a_known_epoch_keeps_its_start() -> None:
    epochs = some_epochs()
    epochs.assign(7, 40)
    assert epochs.entries()[-1] == (7, 30)


def test_a_new_entry_sweeps_contradictions_away() -> None:
    epochs = some_epochs()
    epochs.assign(9, 10)
    assert epochs.entries() == [(2, 0), (9, 10)]
    epochs.assign(3, 50)
    assert epochs.entries() == [(2, 0), (3, 50)]


def test_cutting_the_end_forgets_what_begins_there() -> None:
    epochs = some_epochs()
    epochs.truncate_from_end(30)
    assert epochs.entries() == [(2, 0), (5, 10)]
    assert epochs.latest == 5
    epochs.truncate_from_end(31)
    assert epochs.latest == 5


def test_cutting_the_start_moves_the_first_epoch_up() -> None:
    epochs = some_epochs()
    epochs.truncate_from_start(15)
    assert epochs.entries() == [(5, 15), (7, 30)]
    epochs.truncate_from_start(30)
    assert epochs.entries() == [(7, 30)]
    epochs.truncate_from_start(45)
    assert epochs.entries() == [(7, 45)]


def test_cuts_are_saved() -> None:
    disk = MemoryDisk()
    some_epochs(disk).truncate_from_end(10)
    assert LeaderEpochs.load(disk, PATH).entries() == [(2, 0)]
