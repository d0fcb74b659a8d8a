"""Where records go: by their key, or together for a while."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.link.chance import Chosen

from ottla.link.producer.murmur2 import murmur2, partition_for_key
from ottla.link.producer.partitioner import Partitioner


@pytest.mark.parametrize(
    ("data", "signed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_the_hash_is_that_of_kafkas_clients(data: bytes, signed: int) -> None:
    assert murmur2(data) == signed & 0xFFFFFFFF


@given(st.binary(max_size=40), st.integers(1, 1000))
def test_a_key_always_has_the_same_partition(key: bytes, partitions: int) -> None:
    assert 0 <= partition_for_key(key, partitions) < partitions
    partitioner = Partitioner(100, Chosen())
    assert partitioner.partition("t", key, 10, partitions, []) == partition_for_key(key, partitions)


def test_records_without_a_key_stay_together_for_about_a_batch() -> None:
    partitioner = Partitioner(100, Chosen([2, 0]))
    chosen = [partitioner.partition("t", None, 30, 3, [0, 1, 2]) for _ in range(6)]
    assert chosen == [2, 2, 2, 2, 0, 0]


def test_each_topic_has_its_own_turn() -> None:
    partitioner = Partitioner(100, Chosen([1, 2]))
    assert [partitioner.partition(topic, None, 10, 3, [0, 1, 2]) for topic in "abab"] == [1, 2, 1, 2]


def test_a_partition_without_a_leader_is_not_chosen() -> None:
    partitioner = Partitioner(1, Chosen())
    assert {partitioner.partition("t", None, 10, 3, [1]) for _ in range(10)} == {1}


def test_without_any_leader_all_partitions_are_equal() -> None:
    partitioner = Partitioner(1, Chosen())
    assert {partitioner.partition("t", None, 10, 3, []) for _ in range(9)} == {0, 1, 2}


def test_a_keyed_record_does_not_count_for_those_without_key() -> None:
    partitioner = Partitioner(100, Chosen([1]))
    assert partitioner.partition("t", None, 50, 3, [0, 1, 2]) == 1
    partitioner.partition("t", b"key", 500, 3, [0, 1, 2])
    assert partitioner.partition("t", None, 30, 3, [0, 1, 2]) == 1
