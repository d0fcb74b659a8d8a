"""AlterPartition: only the leader, at the present epochs, and only with replicas that may be in sync."""

from typing import Any

import pytest
from tests.unit.controller.cluster import TICKET, Cluster
from tests.unit.controller.requests import move, partition, propose

from ottla.controller.isr import AlterPartition
from ottla.model.errors import ErrorCode
from ottla.wire.messages.alter_partition_request import (
    AlterPartitionRequest,
    PartitionData,
    TopicData,
)


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster().start_brokers(1, 2, 3)
    cluster.create_topic("foo", [[1, 2, 3]])
    return cluster


@pytest.mark.parametrize("version", [2, 3])
def test_the_leader_shrinks_and_grows_the_isr(cluster: Cluster, version: int) -> None:
    assert propose(cluster, 1, "foo", 0, [1, 2], version=version) == (ErrorCode.NONE, (1, 1, [1, 2]))
    assert propose(cluster, 1, "foo", 0, [1, 2, 3], version=version) == (ErrorCode.NONE, (1, 2, [1, 2, 3]))
    assert partition(cluster).leader_epoch == 0


def test_the_same_isr_again_succeeds_and_changes_nothing(cluster: Cluster) -> None:
    records = len(cluster.log)
    assert propose(cluster, 1, "foo", 0, [1, 2, 3]) == (ErrorCode.NONE, (1, 0, [1, 2, 3]))
    assert len(cluster.log) == records


@pytest.mark.parametrize(
    ("changes", "isr", "code"),
    [
        ({"leader_epoch": 1}, [1], ErrorCode.NOT_CONTROLLER),
        ({"partition_epoch": 7}, [1], ErrorCode.NOT_CONTROLLER),
        ({"leader_epoch": -1}, [1], ErrorCode.FENCED_LEADER_EPOCH),
        ({"partition_epoch": -1}, [1], ErrorCode.INVALID_UPDATE_VERSION),
        ({}, [1, 4], ErrorCode.INVALID_REQUEST),
        ({}, [1, 2, 2], ErrorCode.INVALID_REQUEST),
        ({}, [2, 3], ErrorCode.INVALID_REQUEST),
        ({}, [], ErrorCode.INVALID_REQUEST),
        ({"leader_recovery_state": 1}, [1], ErrorCode.INVALID_REQUEST),
        ({"leader_recovery_state": 1}, [1, 2], ErrorCode.INVALID_REQUEST),
        ({"leader_recovery_state": 5}, [1], ErrorCode.INVALID_REQUEST),
        ({"epochs": {2: 99}}, [1, 2], ErrorCode.INELIGIBLE_REPLICA),
        ({"partition_index": 9}, [1], ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
    ],
)
def test_a_proposal_that_does_not_fit_is_refused(
    cluster: Cluster, changes: dict[str, Any], isr: list[int], code: ErrorCode
) -> None:
    records = len(cluster.log)
    assert propose(cluster, 1, "foo", 0, isr, **changes)[0] == code
    assert len(cluster.log) == records


def test_only_the_leader_may_propose(cluster: Cluster) -> None:
    assert propose(cluster, 2, "foo", 0, [1, 2])[0] == ErrorCode.INVALID_REQUEST


def test_members_with_their_present_epochs_are_eligible(cluster: Cluster) -> None:
    broker = cluster.image.brokers.get(2)
    assert broker is not None
    assert propose(cluster, 1, "foo", 0, [1, 2], epochs={2: broker.epoch})[0] == ErrorCode.NONE


def test_fenced_and_leaving_brokers_do_not_enter_an_isr(cluster: Cluster) -> None:
    cluster.heartbeat(2, want_fence=True)
    assert propose(cluster, 1, "foo", 0, [1, 2, 3])[0] == ErrorCode.INELIGIBLE_REPLICA
    cluster.create_topic("bar", [[3, 1]])
    cluster.heartbeat(3, want_shut_down=True)
    assert propose(cluster, 1, "foo", 0, [1, 3])[0] == ErrorCode.INELIGIBLE_REPLICA


def test_a_recovering_leader_ends_its_recovery(cluster: Cluster) -> None:
    for broker_id in (2, 3, 1):
        cluster.heartbeat(broker_id, want_fence=True)
    cluster.config = cluster.config._replace(unclean_leader_election_enable=True)
    cluster.heartbeat(2)
    assert (partition(cluster).leader, partition(cluster).leader_recovery_state) == (2, 1)
    assert propose(cluster, 2, "foo", 0, [2], leader_recovery_state=1)[0] == ErrorCode.NONE
    assert propose(cluster, 2, "foo", 0, [2], leader_recovery_state=0)[0] == ErrorCode.NONE
    assert partition(cluster).leader_recovery_state == 0


def test_an_unknown_topic_is_told_for_each_of_its_partitions(cluster: Cluster) -> None:
    broker = cluster.image.brokers.get(1)
    assert broker is not None
    data = TopicData(topic_id=b"u" * 16, partitions=[PartitionData(partition_index=n) for n in (0, 1)])
    request = AlterPartitionRequest(broker_id=1, broker_epoch=broker.epoch, topics=[data])
    answer = cluster.run(AlterPartition(TICKET, request, 3))
    assert [each.error_code for each in answer.topics[0].partitions] == [ErrorCode.UNKNOWN_TOPIC_ID] * 2


def test_a_stale_broker_fails_as_a_whole(cluster: Cluster) -> None:
    answer = cluster.run(AlterPartition(TICKET, AlterPartitionRequest(broker_id=1, broker_epoch=0), 3))
    assert (answer.error_code, answer.topics) == (ErrorCode.STALE_BROKER_EPOCH, [])


def test_an_isr_that_completes_a_move_away_from_the_sender_names_a_new_leader(cluster: Cluster) -> None:
    assert move(cluster, "foo", 0, [2, 3]) == (ErrorCode.NONE, None)
    assert partition(cluster).replicas == (2, 3)
    assert partition(cluster).leader == 2
