"""The small files of a log directory, byte for byte Kafka's."""

import pytest
from tests.unit.log.memory_disk import MemoryDisk

from ottla.log.checkpoint_file import CheckpointDamaged
from ottla.log.checkpoints import (
    PARTITION_METADATA,
    partition_metadata,
    read_offsets,
    read_partition_metadata,
    take_clean_shutdown,
    write_clean_shutdown,
    write_offsets,
)
from ottla.log.folder_names import FolderName, marked_folder_name, parse_folder_name
from ottla.model.ids import TopicPartition
from ottla.model.uuid import Uuid

PATH = "/data/recovery-point-offset-checkpoint"
ID = Uuid(bytes(range(16)))


def test_offsets_are_lines_of_topic_partition_and_offset() -> None:
    disk = MemoryDisk()
    write_offsets(disk, PATH, {TopicPartition("b", 10): 7, TopicPartition("a", 0): 5})
    assert disk.read_all(PATH) == b"0\n2\na 0 5\nb 10 7\n"
    assert read_offsets(disk, PATH) == {("a", 0): 5, ("b", 10): 7}


def test_no_file_has_no_offsets() -> None:
    assert read_offsets(MemoryDisk(), PATH) == {}


@pytest.mark.parametrize("text", [b"1\n0\n", b"0\n2\na 0 5\n", b"0\n1\na 0\n", b"0\n1\na x 5\n"])
def test_a_damaged_file_is_reported(text: bytes) -> None:
    disk = MemoryDisk()
    disk.replace(PATH, text)
    with pytest.raises(CheckpointDamaged, match="Malformed line in checkpoint file"):
        read_offsets(disk, PATH)


def test_the_mark_of_a_clean_stop_is_taken_once() -> None:
    disk = MemoryDisk()
    write_clean_shutdown(disk, "/data", 42)
    assert disk.read_all("/data/.kafka_cleanshutdown") == b'{"version":0,"brokerEpoch":42}'
    assert take_clean_shutdown(disk, "/data") == (True, 42)
    assert take_clean_shutdown(disk, "/data") == (False, None)
    assert disk.synced_dirs == ["/data"]


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"version":0,"brokerEpoch":null}'])
def test_an_older_mark_tells_no_epoch(text: bytes) -> None:
    disk = MemoryDisk()
    disk.replace("/data/.kafka_cleanshutdown", text)
    assert take_clean_shutdown(disk, "/data") == (True, None)


def test_the_topic_s_id_lies_in_its_folder() -> None:
    disk = MemoryDisk()
    assert read_partition_metadata(disk, "/data/a-0") is None
    disk.replace(f"/data/a-0/{PARTITION_METADATA}", partition_metadata(ID))
    assert disk.read_all("/data/a-0/partition.metadata") == b"version: 0\ntopic_id: AAECAwQFBgcICQoLDA0ODw"
    assert read_partition_metadata(disk, "/data/a-0") == ID


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"version: 0\n",
        b"version: x\ntopic_id: AAECAwQFBgcICQoLDA0ODw",
        b"version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_a_damaged_id_is_reported(text: bytes) -> None:
    disk = MemoryDisk()
    disk.replace("/data/a-0/partition.metadata", text)
    with pytest.raises(CheckpointDamaged):
        read_partition_metadata(disk, "/data/a-0")


@pytest.mark.parametrize(
    ("name", "parsed"),
    [
        ("a-0", FolderName(TopicPartition("a", 0), "")),
        ("my-topic.x-12", FolderName(TopicPartition("my-topic.x", 12), "")),
        ("a-0.0123456789abcdef-delete", FolderName(TopicPartition("a", 0), "-delete")),
        ("a.b-1.ff-stray", FolderName(TopicPartition("a.b", 1), "-stray")),
        ("a-7.ff-future", FolderName(TopicPartition("a", 7), "-future")),
        ("a-delete", None),
        ("a", None),
        ("-0", None),
        ("a-", None),
        ("a-x", None),
        ("a-99999999999", None),
    ],
)
def test_folder_names_tell_the_partition(name: str, parsed: FolderName | None) -> None:
    assert parse_folder_name(name) == parsed


def test_a_long_name_is_cut_to_what_a_folder_may_have() -> None:
    name = marked_folder_name(TopicPartition("t" * 249, 3), "f" * 32, "-delete")
    assert len(name) == 255
    found = parse_folder_name(name)
    assert found is not None
    assert found.suffix == "-delete"
