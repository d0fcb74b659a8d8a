"""BrokerRegistration and UnregisterBroker: who may join, and what the stop before means."""

from typing import Any

import pytest
from tests.unit.controller.cluster import TICKET, Cluster, directory, incarnation

from ottla.controller.registration import UnregisterBroker
from ottla.model.errors import ErrorCode
from ottla.model.uuid import ZERO
from ottla.wire.messages.broker_registration_request import Feature, Listener
from ottla.wire.messages.register_broker_record import RegisterBrokerRecord
from ottla.wire.messages.unregister_broker_response import UnregisterBrokerResponse

FEATURES = [Feature(name="metadata.version", min_supported_version=7, max_supported_version=30)]


def restarted(broker_id: int) -> dict[str, Any]:
    """The next incarnation of a broker."""
    return {"incarnation_id": incarnation(broker_id, 1)}


def test_a_broker_joins_fenced_with_the_offset_of_its_registration_as_epoch() -> None:
    cluster = Cluster()
    offset = cluster.state.next_offset
    assert cluster.register(1).broker_epoch == offset
    broker = cluster.image.brokers.get(1)
    assert broker is not None
    assert (broker.epoch, broker.fenced, broker.directories) == (offset, True, (directory(1),))
    assert broker.endpoint("PLAINTEXT") is not None


def test_the_same_incarnation_keeps_epoch_and_state_when_it_registers_again() -> None:
    cluster = Cluster().start_brokers(1)
    epoch = cluster.register(1, listeners=[Listener(name="SSL", host="h", port=1)]).broker_epoch
    broker = cluster.image.brokers.get(1)
    assert broker is not None
    assert (broker.epoch, broker.fenced) == (epoch, False)
    assert broker.endpoint("SSL") is not None
    assert cluster.heartbeat(1, current_metadata_offset=epoch).is_caught_up is False


def test_a_living_broker_is_not_replaced_by_another_of_its_id() -> None:
    cluster = Cluster().start_brokers(1)
    assert cluster.register(1, **restarted(1)).error_code == ErrorCode.DUPLICATE_BROKER_REGISTRATION
    cluster.mono_ms += 9_000
    assert cluster.register(1, **restarted(1)).error_code == ErrorCode.DUPLICATE_BROKER_REGISTRATION
    cluster.mono_ms += 1
    assert cluster.register(1, **restarted(1)).error_code == ErrorCode.NONE


def test_a_broker_that_never_beat_is_replaced_at_once() -> None:
    cluster = Cluster()
    cluster.register(1)
    assert cluster.register(1, **restarted(1)).error_code == ErrorCode.NONE


def test_a_new_incarnation_leaves_leaderships_and_isrs_of_the_old_one_before_it_registers() -> None:
    cluster = Cluster().start_brokers(1, 2)
    topic_id = cluster.create_topic("foo", [[1, 2]])
    cluster.pass_ms(8_000)
    cluster.heartbeat(2)
    cluster.mono_ms += 2_000
    before = len(cluster.log)
    cluster.register(1, **restarted(1))
    assert isinstance(cluster.log[-1].message, RegisterBrokerRecord)
    assert len(cluster.log) == before + 2
    partition = cluster.image.topics.topics[topic_id].partitions[0]
    assert (partition.leader, partition.isr) == (2, (2,))


@pytest.mark.parametrize(("version", "knows", "eligible"), [(3, True, (1,)), (3, False, ()), (2, True, ())])
def test_only_a_clean_stop_leaves_a_replica_eligible(
    version: int, knows: bool, eligible: tuple[int, ...]
) -> None:
    cluster = Cluster(elr=True, min_insync_replicas=2).start_brokers(1, 2)
    topic_id = cluster.create_topic("foo", [[1, 2]])
    broker = cluster.image.brokers.get(1)
    assert broker is not None
    cluster.pass_ms(8_000)
    cluster.heartbeat(2)
    cluster.mono_ms += 2_000
    cluster.register(1, version=version, previous_broker_epoch=broker.epoch if knows else 0, **restarted(1))
    partition = cluster.image.topics.topics[topic_id].partitions[0]
    assert (partition.isr, partition.elr) == ((2,), eligible)


def test_a_replica_that_stopped_uncleanly_after_it_was_fenced_is_no_longer_eligible() -> None:
    cluster = Cluster(elr=True, min_insync_replicas=2).start_brokers(1, 2)
    topic_id = cluster.create_topic("foo", [[1, 2]])
    cluster.pass_ms(5_000)
    cluster.heartbeat(2)
    cluster.pass_ms(5_000)
    assert cluster.image.topics.topics[topic_id].partitions[0].elr == (1,)
    cluster.register(1, previous_broker_epoch=-1, **restarted(1))
    assert cluster.image.topics.topics[topic_id].partitions[0].elr == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"cluster_id": "other"}, ErrorCode.INCONSISTENT_CLUSTER_ID),
        ({"is_migrating_zk_broker": True}, ErrorCode.BROKER_ID_NOT_REGISTERED),
        ({"log_dirs": []}, ErrorCode.INVALID_REGISTRATION),
        ({"log_dirs": [ZERO]}, ErrorCode.INVALID_REGISTRATION),
        ({"log_dirs": [directory(2), directory(2)]}, ErrorCode.INVALID_REGISTRATION),
        ({"log_dirs": [directory(1)]}, ErrorCode.INVALID_REGISTRATION),
        ({"features": []}, ErrorCode.INVALID_REGISTRATION),
    ],
)
def test_a_registration_that_does_not_fit_the_cluster_is_refused(
    change: dict[str, Any], code: ErrorCode
) -> None:
    cluster = Cluster().start_brokers(1)
    records = len(cluster.log)
    assert cluster.register(2, **change).error_code == code
    assert len(cluster.log) == records


def test_directories_do_not_matter_before_metadata_version_17() -> None:
    cluster = Cluster(level=16)
    assert cluster.register(1, log_dirs=[]).error_code == ErrorCode.NONE
    assert cluster.register(2, log_dirs=[ZERO]).error_code == ErrorCode.NONE
    broker = cluster.image.brokers.get(2)
    assert broker is not None
    assert broker.directories == ()


@pytest.mark.parametrize(
    ("low", "high", "fits"), [(7, 30, True), (7, 24, False), (26, 30, False), (25, 25, True)]
)
def test_a_broker_must_support_the_finalized_metadata_version(low: int, high: int, fits: bool) -> None:
    feature = Feature(name="metadata.version", min_supported_version=low, max_supported_version=high)
    code = Cluster(level=25).register(1, features=[feature]).error_code
    assert code == (ErrorCode.NONE if fits else ErrorCode.UNSUPPORTED_VERSION)


def test_a_feature_that_a_broker_does_not_name_is_supported_at_level_zero() -> None:
    assert Cluster().register(1, features=FEATURES).error_code == ErrorCode.NONE
    assert Cluster(elr=True).register(1, features=FEATURES).error_code == ErrorCode.UNSUPPORTED_VERSION
    assert Cluster(kraft_version=1).register(1, features=FEATURES).error_code == ErrorCode.UNSUPPORTED_VERSION


def unregister(cluster: Cluster, broker_id: int) -> UnregisterBrokerResponse:
    answer = cluster.run(UnregisterBroker(TICKET, broker_id))
    assert isinstance(answer, UnregisterBrokerResponse)
    return answer


def test_an_unregistered_broker_is_gone_from_every_isr() -> None:
    cluster = Cluster().start_brokers(1, 2)
    topic_id = cluster.create_topic("foo", [[1, 2]])
    assert unregister(cluster, 1).error_code == ErrorCode.NONE
    assert cluster.image.brokers.get(1) is None
    partition = cluster.image.topics.topics[topic_id].partitions[0]
    assert (partition.leader, partition.isr) == (2, (2,))
    assert ("session", 1) not in cluster.timers
    assert cluster.register(1, **restarted(1)).error_code == ErrorCode.NONE


def test_an_unknown_broker_cannot_be_unregistered() -> None:
    answer = unregister(Cluster(), 7)
    assert answer.error_code == ErrorCode.BROKER_ID_NOT_REGISTERED
    assert answer.error_message == "Broker ID 7 is not currently registered"
