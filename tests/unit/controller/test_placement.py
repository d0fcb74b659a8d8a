"""Placement: replicas are spread over racks and brokers as Kafka spreads them."""

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.controller.cluster import Cluster, SeededEntropy, directory
from tests.unit.controller.conftest import Ask

from ottla.controller.placement import UsableBroker, place, usable_brokers
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.uuid import Uuid

_MULTIPLIER, _MASK = 0x5DEECE66D, (1 << 48) - 1


class JavaRandom:
    """Chance as `java.util.Random` gives it, so that Kafka's choices can be foretold."""

    def __init__(self, seed: int) -> None:
        self._seed = (seed ^ _MULTIPLIER) & _MASK

    def uuid(self) -> Uuid:
        raise AssertionError("a placement needs no ids")

    def below(self, bound: int) -> int:
        bits = self._bits()
        if bound & (bound - 1) == 0:
            return (bound * bits) >> 31
        while bits - bits % bound + bound - 1 >= 1 << 31:
            bits = self._bits()
        return bits % bound

    def _bits(self) -> int:
        self._seed = (self._seed * _MULTIPLIER + 0xB) & _MASK
        return self._seed >> 17


@st.composite
def clusters(draw: st.DrawFn) -> list[UsableBroker]:
    """Up to nine brokers in up to four racks, at least one of them unfenced."""
    count = draw(st.integers(1, 9))
    racks = st.sampled_from([None, "a", "b", "c"]) if draw(st.booleans()) else st.none()
    brokers = [UsableBroker(number, draw(racks), draw(st.booleans())) for number in range(count)]
    return [brokers[0]._replace(fenced=False), *brokers[1:]]


def spread(brokers: list[UsableBroker], partitions: int, factor: int, seed: int) -> list[tuple[int, ...]]:
    return place(brokers, partitions, factor, SeededEntropy(seed))


@given(clusters(), st.integers(1, 30), st.data(), st.integers(0, 99))
def test_every_partition_has_different_brokers_and_an_unfenced_leader(
    brokers: list[UsableBroker], partitions: int, data: st.DataObject, seed: int
) -> None:
    factor = data.draw(st.integers(1, len(brokers)))
    fenced = {broker.id for broker in brokers if broker.fenced}
    for replicas in spread(brokers, partitions, factor, seed):
        assert len(set(replicas)) == len(replicas) == factor
        assert replicas[0] not in fenced


@given(clusters(), st.integers(0, 99))
def test_leaders_go_round_evenly(brokers: list[UsableBroker], seed: int) -> None:
    """In one rack: each unfenced broker leads as often as any other."""
    brokers = [broker._replace(rack=None) for broker in brokers]
    unfenced = [broker.id for broker in brokers if not broker.fenced]
    leaders = Counter(replicas[0] for replicas in spread(brokers, 4 * len(unfenced), 1, seed))
    assert leaders == dict.fromkeys(unfenced, 4)


@given(st.integers(2, 4), st.integers(1, 3), st.integers(1, 20), st.integers(0, 99))
def test_replicas_lie_in_different_racks_where_there_are_enough(
    racks: int, per_rack: int, partitions: int, seed: int
) -> None:
    rack_of = {rack * per_rack + n: f"rack{rack}" for rack in range(racks) for n in range(per_rack)}
    brokers = [UsableBroker(broker_id, rack, fenced=False) for broker_id, rack in rack_of.items()]
    for replicas in spread(brokers, partitions, racks, seed):
        assert len({rack_of[broker_id] for broker_id in replicas}) == racks


@given(st.integers(1, 20), st.integers(0, 99))
def test_fenced_brokers_take_replicas_only_where_others_do_not_suffice(partitions: int, seed: int) -> None:
    brokers = [UsableBroker(broker_id, None, fenced=broker_id >= 3) for broker_id in range(5)]
    for replicas in spread(brokers, partitions, 3, seed):
        assert set(replicas) == {0, 1, 2}
    assert all({0, 1, 2} < set(replicas) for replicas in spread(brokers, partitions, 4, seed))


@given(clusters(), st.integers(1, 10), st.integers(0, 99))
def test_the_same_chance_gives_the_same_placement(
    brokers: list[UsableBroker], partitions: int, seed: int
) -> None:
    assert spread(brokers, partitions, 1, seed) == spread(brokers, partitions, 1, seed)


@pytest.mark.parametrize(
    ("fenced", "factor", "message"),
    [
        ([False], 0, "Invalid replication factor 0: the replication factor must be positive."),
        ([True], 1, "All brokers are currently fenced, or have all their log directories cordoned."),
        ([], 1, "All brokers are currently fenced, or have all their log directories cordoned."),
        (
            [False, True],
            3,
            "The target replication factor of 3 cannot be reached because only 2 broker(s) are registered or "
            "some brokers have all their log directories cordoned.",
        ),
    ],
)
def test_too_few_brokers_are_refused(fenced: list[bool], factor: int, message: str) -> None:
    brokers = [UsableBroker(number, None, each) for number, each in enumerate(fenced)]
    with pytest.raises(ApiError) as refusal:
        spread(brokers, 1, factor, 0)
    assert (refusal.value.code, refusal.value.message) == (ErrorCode.INVALID_REPLICATION_FACTOR, message)


def test_brokers_in_shutdown_or_with_all_directories_cordoned_are_not_usable() -> None:
    cluster = Cluster(30).start_brokers(1, 2, 3)
    cluster.create_topic("foo", [[1, 2]])
    cluster.heartbeat(1, want_shut_down=True)
    cluster.heartbeat(2, cordoned_log_dirs=[directory(2)])
    assert [broker.id for broker in usable_brokers(cluster.image.brokers)] == [3]


@pytest.mark.needs("kafka")
def test_kafka_places_the_same(kafka: Ask) -> None:
    random = Random(7)
    for seed in range(300):
        racks: list[str | None] = random.sample([None, "a", "b", "c"], random.randint(1, 4))
        brokers = [
            UsableBroker(broker_id, random.choice(racks), random.random() < 0.3)
            for broker_id in random.sample(range(20), random.randint(1, 9))
        ]
        factor, partitions = random.randint(1, len(brokers) + 1), random.randint(1, 40)
        question = {"brokers": brokers, "seed": seed, "factor": factor, "partitions": partitions}
        assert kafka(question) == _placed(brokers, partitions, factor, seed), question


def _placed(brokers: Any, partitions: int, factor: int, seed: int) -> str:
    try:
        return str([list(replicas) for replicas in place(brokers, partitions, factor, JavaRandom(seed))])
    except ApiError as refusal:
        return str(refusal.message)
