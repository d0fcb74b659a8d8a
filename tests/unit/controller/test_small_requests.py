"""AllocateProducerIds, AssignReplicasToDirs and ControllerRegistration."""

import pytest
from tests.unit.controller.cluster import TICKET, Cluster, directory, incarnation

from ottla.controller.controllers import RegisterController
from ottla.controller.directories import AssignReplicasToDirs
from ottla.controller.producer_ids import AllocateProducerIds
from ottla.metadata.brokers import Endpoint
from ottla.metadata.features import VersionRange
from ottla.model.errors import ErrorCode
from ottla.model.uuid import LOST_DIRECTORY, Uuid
from ottla.wire.messages.allocate_producer_ids_request import AllocateProducerIdsRequest
from ottla.wire.messages.assign_replicas_to_dirs_request import (
    AssignReplicasToDirsRequest,
    DirectoryData,
    PartitionData,
    TopicData,
)
from ottla.wire.messages.controller_registration_request import (
    ControllerRegistrationRequest,
    Feature,
    Listener,
)


def epoch(cluster: Cluster, broker_id: int) -> int:
    broker = cluster.image.brokers.get(broker_id)
    assert broker is not None
    return broker.epoch


def test_producer_ids_are_given_out_by_the_thousand() -> None:
    cluster = Cluster().start_brokers(1)
    request = AllocateProducerIdsRequest(broker_id=1, broker_epoch=epoch(cluster, 1))
    blocks = [cluster.run(AllocateProducerIds(TICKET, request)) for _ in range(3)]
    assert [(block.producer_id_start, block.producer_id_len) for block in blocks] == [
        (0, 1000),
        (1000, 1000),
        (2000, 1000),
    ]
    assert cluster.image.next_producer_id == 3000


def test_a_stale_broker_gets_no_producer_ids() -> None:
    cluster = Cluster().start_brokers(1)
    request = AllocateProducerIdsRequest(broker_id=1, broker_epoch=0)
    assert cluster.run(AllocateProducerIds(TICKET, request)).error_code == ErrorCode.STALE_BROKER_EPOCH
    assert cluster.image.next_producer_id == -1


def assign(cluster: Cluster, broker_id: int, placed: Uuid, *partitions: tuple[bytes, int]) -> list[ErrorCode]:
    topics = [
        TopicData(topic_id=topic_id, partitions=[PartitionData(partition_index=index)])
        for topic_id, index in partitions
    ]
    request = AssignReplicasToDirsRequest(
        broker_id=broker_id,
        broker_epoch=epoch(cluster, broker_id),
        directories=[DirectoryData(id=placed, topics=topics)],
    )
    answer = cluster.run(AssignReplicasToDirs(TICKET, request))
    assert answer.error_code == ErrorCode.NONE
    return [ErrorCode(each.partitions[0].error_code) for each in answer.directories[0].topics]


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster().start_brokers(1, log_dirs=[directory(1, 0), directory(1, 1)]).start_brokers(2)
    cluster.create_topic("foo", [[1, 2]])
    return cluster


def test_a_replica_is_noted_in_its_directory(cluster: Cluster) -> None:
    foo = cluster.image.topics.ids["foo"]
    assert assign(cluster, 1, directory(1, 1), (foo, 0)) == [ErrorCode.NONE]
    partition = cluster.image.topics.topics[foo].partitions[0]
    assert (partition.directory(1), partition.directory(2)) == (directory(1, 1), directory(2))
    assert (partition.leader_epoch, partition.partition_epoch) == (0, 1)
    records = len(cluster.log)
    assert assign(cluster, 1, directory(1, 1), (foo, 0)) == [ErrorCode.NONE]
    assert len(cluster.log) == records


def test_every_partition_asked_for_is_answered(cluster: Cluster) -> None:
    foo = cluster.image.topics.ids["foo"]
    cluster.create_topic("bar", [[2]])
    bar = cluster.image.topics.ids["bar"]
    assert assign(cluster, 1, directory(1, 1), (foo, 0), (foo, 7), (bar, 0), (b"u" * 16, 0)) == [
        ErrorCode.NONE,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.UNKNOWN_TOPIC_ID,
    ]


def test_a_replica_in_a_lost_directory_leaves_the_isr(cluster: Cluster) -> None:
    foo = cluster.image.topics.ids["foo"]
    assert assign(cluster, 1, LOST_DIRECTORY, (foo, 0)) == [ErrorCode.NONE]
    partition = cluster.image.topics.topics[foo].partitions[0]
    assert (partition.leader, partition.isr) == (2, (2,))


def test_directories_need_metadata_version_17() -> None:
    cluster = Cluster(16).start_brokers(1)
    request = AssignReplicasToDirsRequest(broker_id=1, broker_epoch=epoch(cluster, 1))
    assert cluster.run(AssignReplicasToDirs(TICKET, request)).error_code == ErrorCode.UNSUPPORTED_VERSION


def a_controller() -> ControllerRegistrationRequest:
    return ControllerRegistrationRequest(
        controller_id=3001,
        incarnation_id=incarnation(3001),
        zk_migration_ready=True,
        listeners=[Listener(name="CONTROLLER", host="c", port=9093, security_protocol=1)],
        features=[Feature(name="metadata.version", min_supported_version=7, max_supported_version=30)],
    )


def test_a_controller_is_registered_with_all_that_it_told() -> None:
    cluster = Cluster()
    assert cluster.run(RegisterController(TICKET, a_controller())).error_code == ErrorCode.NONE
    controller = cluster.image.controllers[3001]
    assert (controller.incarnation_id, controller.zk_migration_ready) == (incarnation(3001), False)
    assert controller.endpoints == (Endpoint("CONTROLLER", "c", 9093, 1),)
    assert controller.features["metadata.version"] == VersionRange(7, 30)


def test_controllers_register_from_metadata_version_15_on() -> None:
    answer = Cluster(14).run(RegisterController(TICKET, a_controller()))
    assert answer.error_code == ErrorCode.UNSUPPORTED_VERSION
    assert answer.error_message == (
        "The current MetadataVersion is too old to support controller registrations."
    )
