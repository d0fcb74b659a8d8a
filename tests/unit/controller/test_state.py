"""The controller's state: replaying its log gives what deciding gave, whatever was decided."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.controller.cluster import TICKET, Cluster, a_config, directory, incarnation
from tests.unit.controller.requests import create, move, propose, topic
from tests.unit.metadata.differences import content

from ottla.controller.configs import IncrementalAlterConfigs
from ottla.controller.decide import ControllerMachine
from ottla.controller.delete_topics import DeleteTopics
from ottla.controller.elections import ElectLeaders
from ottla.controller.partition_index import PartitionIndex, PartitionKey
from ottla.controller.periodic import BalanceLeaders, ElectUncleanLeaders
from ottla.controller.producer_ids import AllocateProducerIds
from ottla.controller.registration import UnregisterBroker
from ottla.controller.sessions import Soft
from ottla.controller.state import ControllerState, apply
from ottla.metadata.image import Provenance
from ottla.metadata.loader import MetadataLoader
from ottla.metadata.partitions import NO_LEADER
from ottla.metadata.record import MetadataRecord, ReplayError
from ottla.metadata.snapshot import records_of
from ottla.model.now import Now
from ottla.wire.messages import incremental_alter_configs_request as incremental
from ottla.wire.messages.allocate_producer_ids_request import AllocateProducerIdsRequest
from ottla.wire.messages.begin_transaction_record import BeginTransactionRecord
from ottla.wire.messages.delete_topics_request import DeleteTopicsRequest
from ottla.wire.messages.elect_leaders_request import ElectLeadersRequest
from ottla.wire.messages.end_transaction_record import EndTransactionRecord
from ottla.wire.messages.feature_level_record import FeatureLevelRecord

BROKERS = (1, 2, 3, 4)


def live(seed: int, commands: int, *, elr: bool) -> Cluster:
    """A cluster with a random past: brokers come, go and fall silent, topics come, move and go."""
    random = Random(seed)
    cluster = Cluster(
        seed=seed,
        elr=elr,
        min_insync_replicas=random.randint(1, 2),
        unclean_leader_election_enable=seed % 3 == 0,
    )
    for _ in range(commands):
        random.choice(_STEPS)(cluster, random)
        check(cluster)
    return cluster


def _register(cluster: Cluster, random: Random) -> None:
    broker_id = random.choice(BROKERS)
    known = cluster.image.brokers.get(broker_id)
    cluster.register(
        broker_id,
        incarnation_id=incarnation(broker_id, random.randrange(3)),
        previous_broker_epoch=known.epoch if known and random.random() < 0.5 else -1,
        log_dirs=[directory(broker_id, number) for number in range(random.randint(1, 2))],
        rack=random.choice([None, "a", "b"]),
    )


def _beat(cluster: Cluster, random: Random) -> None:
    broker_id = random.choice(BROKERS)
    known = cluster.image.brokers.get(broker_id)
    cluster.heartbeat(
        broker_id,
        want_fence=random.random() < 0.1,
        # Who has begun to shut down does not change its mind.
        want_shut_down=random.random() < 0.1 or (known is not None and known.in_controlled_shutdown),
        offline_log_dirs=[directory(broker_id, 1)] if random.random() < 0.1 else [],
        cordoned_log_dirs=random.choice([None, [], [directory(broker_id, 0)]]),
    )


def _create(cluster: Cluster, random: Random) -> None:
    name = random.choice(["a", "b.c", "b_c", "d"])
    create(cluster, topic(name, random.randint(1, 4), random.randint(1, 3)))


def _delete(cluster: Cluster, random: Random) -> None:
    request = DeleteTopicsRequest(topic_names=[random.choice(["a", "b.c", "d"])])
    cluster.run(DeleteTopics(TICKET, request, 5))


def _some_partition(cluster: Cluster, random: Random) -> tuple[str, int] | None:
    topics = cluster.image.topics.sorted_by_name()
    if not topics:
        return None
    chosen = random.choice(topics)
    return chosen.name, random.randrange(len(chosen.partitions))


def _isr(cluster: Cluster, random: Random) -> None:
    chosen = _some_partition(cluster, random)
    partition = chosen and cluster.image.topics.partition(*chosen)
    if not chosen or not partition or cluster.image.brokers.get(partition.leader) is None:
        return
    others = [each for each in partition.replicas if each != partition.leader]
    isr = [partition.leader, *random.sample(others, random.randint(0, len(others)))]
    propose(cluster, partition.leader, *chosen, isr)


def _move(cluster: Cluster, random: Random) -> None:
    chosen = _some_partition(cluster, random)
    if chosen:
        target = random.choice([None, random.sample(BROKERS, random.randint(1, 3))])
        move(cluster, *chosen, target)


def _configure(cluster: Cluster, random: Random) -> None:
    config = incremental.AlterableConfig(
        name="min.insync.replicas", config_operation=0, value=str(random.randint(1, 3))
    )
    resource = incremental.AlterConfigsResource(
        resource_type=2, resource_name=random.choice(["a", "d"]), configs=[config]
    )
    cluster.run(
        IncrementalAlterConfigs(TICKET, incremental.IncrementalAlterConfigsRequest(resources=[resource]))
    )


def _elect(cluster: Cluster, random: Random) -> None:
    request = ElectLeadersRequest(election_type=random.randint(0, 1), topic_partitions=None)
    cluster.run(ElectLeaders(TICKET, request))


def _rest(cluster: Cluster, random: Random) -> None:
    broker = cluster.image.brokers.get(1)
    request = AllocateProducerIdsRequest(broker_id=1, broker_epoch=broker.epoch if broker else 0)
    commands: list[Any] = [
        UnregisterBroker(TICKET, random.choice(BROKERS)),
        AllocateProducerIds(TICKET, request),
        BalanceLeaders(),
        ElectUncleanLeaders(),
    ]
    cluster.run(random.choice(commands))


def _wait(cluster: Cluster, random: Random) -> None:
    cluster.pass_ms(random.choice([100, 1_000, 5_000]))


_STEPS = [
    *[_register] * 3,
    *[_beat] * 8,
    *[_create] * 3,
    _delete,
    *[_isr] * 4,
    *[_move] * 2,
    _configure,
    _elect,
]
_STEPS += [_rest, _wait]


def check(cluster: Cluster) -> None:
    """What must hold of every partition, whatever happened."""
    brokers = cluster.image.brokers
    for each in cluster.image.topics.sorted_by_name():
        for _, partition in each.sorted_partitions():
            assert len(set(partition.replicas)) == len(partition.replicas)
            assert set(partition.isr) <= set(partition.replicas)
            assert not set(partition.isr) & set(partition.elr)
            assert partition.isr or cluster.image.features.elr_enabled
            if partition.leader != NO_LEADER:
                assert partition.leader in partition.isr
                assert brokers.is_active(partition.leader)


def index_of(state: ControllerState) -> PartitionIndex:
    """The index built anew."""
    index = PartitionIndex()
    for each in state.image.topics.sorted_by_name():
        for partition_id, partition in each.sorted_partitions():
            index = index.moved(PartitionKey(each.id, partition_id), None, partition)
    return index


@settings(deadline=None)
@given(st.integers(0, 100_000), st.booleans())
def test_replaying_the_log_gives_the_state_that_deciding_gave(seed: int, elr: bool) -> None:
    cluster = live(seed, 40, elr=elr)
    state = ControllerState()
    for record in cluster.log:
        state = apply(state, record)
    assert state == cluster.state
    assert state.partitions == index_of(state)


@settings(deadline=None)
@given(st.integers(0, 100_000), st.booleans(), st.integers(0, 200))
def test_a_controller_that_begins_with_a_snapshot_knows_the_same(seed: int, elr: bool, cut: int) -> None:
    log = live(seed, 40, elr=elr).log
    cut = max(3 + elr * 2, min(cut, len(log)))
    whole = ControllerState()
    for record in log[:cut]:
        whole = apply(whole, record)
    fresh = ControllerState()
    for record in records_of(whole.image):
        fresh = apply(fresh, record)
    fresh = fresh.at(max(fresh.next_offset, cut))
    for record in log[cut:]:
        whole, fresh = apply(whole, record), apply(fresh, record)
    assert fresh.image == whole.image
    assert (fresh.partitions, fresh.names) == (whole.partitions, whole.names)


@settings(deadline=None)
@given(st.integers(0, 100_000), st.booleans())
def test_brokers_see_the_image_that_the_controller_has(seed: int, elr: bool) -> None:
    cluster = live(seed, 40, elr=elr)
    loader = MetadataLoader()
    loader.load_batch([record.message for record in cluster.log], 0, epoch=1, timestamp_ms=0)
    loader.take_delta()
    assert content(loader.image) == content(cluster.image)
    assert loader.image.provenance == Provenance(len(cluster.log) - 1, 1, 0)


def test_deciding_changes_neither_state_nor_soft_state() -> None:
    cluster = live(5, 40, elr=False)
    state, soft = cluster.state, cluster.soft
    again = live(5, 40, elr=False)
    cluster.decide(UnregisterBroker(TICKET, 1))
    assert (cluster.state, cluster.soft) == (state, soft) == (again.state, again.soft)


def test_a_machine_decides_with_its_own_chance_and_settings() -> None:
    cluster = Cluster()
    machine = ControllerMachine(cluster.entropy, a_config())
    decision = machine.decide(cluster.state, cluster.soft, UnregisterBroker(TICKET, 1), Now(1, 1))
    assert [reply.ticket for reply in decision.replies] == [TICKET]
    assert machine.forget(Soft(), frozenset({TICKET})) == Soft()


def test_offsets_only_go_forward() -> None:
    state = ControllerState().at(7)
    assert state.next_offset == 7
    assert (
        apply(
            state, MetadataRecord(FeatureLevelRecord(name="metadata.version", feature_level=25), 0)
        ).next_offset
        == 8
    )
    with pytest.raises(AssertionError, match="does not shrink"):
        state.at(6)


def test_brackets_that_do_not_match_stop_replay() -> None:
    begin = MetadataRecord(BeginTransactionRecord(), 0)
    with pytest.raises(ReplayError, match="was never closed"):
        apply(apply(ControllerState(), begin), begin)
    with pytest.raises(ReplayError, match="there is no open transaction"):
        apply(ControllerState(), MetadataRecord(EndTransactionRecord(), 0))
