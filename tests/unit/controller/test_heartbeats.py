"""Heartbeats: fenced, unfenced, in controlled shutdown, gone; and what silence means."""

import pytest
from tests.unit.controller.cluster import Cluster, directory, incarnation

from ottla.controller.heartbeats import ExpireBrokerSession
from ottla.controller.partition_index import LEADERLESS, in_isr, led_by
from ottla.metadata.partitions import Partition
from ottla.model.errors import ErrorCode
from ottla.wire.messages.broker_heartbeat_response import BrokerHeartbeatResponse
from ottla.wire.messages.broker_registration_change_record import BrokerRegistrationChangeRecord
from ottla.wire.messages.partition_change_record import PartitionChangeRecord


def state(answer: BrokerHeartbeatResponse) -> tuple[bool, bool, bool]:
    """Caught up, fenced, to shut down."""
    assert answer.error_code == ErrorCode.NONE
    return answer.is_caught_up, answer.is_fenced, answer.should_shut_down


def written(cluster: Cluster, since: int) -> list[str]:
    return [type(record.message).__name__ for record in cluster.log[since:]]


def partition(cluster: Cluster, topic: str = "foo", partition_id: int = 0) -> Partition:
    found = cluster.image.topics.partition(topic, partition_id)
    assert found is not None
    return found


def test_a_broker_is_unfenced_when_it_has_read_its_registration() -> None:
    cluster = Cluster()
    epoch = cluster.register(1).broker_epoch
    assert state(cluster.heartbeat(1, current_metadata_offset=epoch - 1)) == (False, True, False)
    assert state(cluster.heartbeat(1, current_metadata_offset=epoch, want_fence=True)) == (True, True, False)
    assert state(cluster.heartbeat(1, current_metadata_offset=epoch)) == (True, False, False)


def test_a_heartbeat_of_an_unknown_broker_or_another_epoch_is_stale() -> None:
    cluster = Cluster().start_brokers(1)
    assert cluster.heartbeat(2).error_code == ErrorCode.STALE_BROKER_EPOCH
    assert cluster.heartbeat(1, broker_epoch=99).error_code == ErrorCode.STALE_BROKER_EPOCH


def test_a_heartbeat_that_changes_nothing_writes_nothing() -> None:
    cluster = Cluster().start_brokers(1)
    records = len(cluster.log)
    cluster.heartbeat(1)
    assert len(cluster.log) == records


def test_a_broker_that_asks_to_be_fenced_loses_its_partitions_first() -> None:
    cluster = Cluster().start_brokers(1, 2)
    cluster.create_topic("foo", [[1, 2]])
    records = len(cluster.log)
    assert state(cluster.heartbeat(1, want_fence=True)) == (True, True, False)
    assert written(cluster, records) == ["PartitionChangeRecord", "BrokerRegistrationChangeRecord"]
    assert (partition(cluster).leader, partition(cluster).isr) == (2, (2,))


def test_a_broker_that_comes_back_leads_what_nobody_else_could() -> None:
    cluster = Cluster().start_brokers(1)
    cluster.create_topic("foo", [[1]])
    cluster.heartbeat(1, want_fence=True)
    assert (partition(cluster).leader, partition(cluster).isr) == (-1, (1,))
    records = len(cluster.log)
    cluster.heartbeat(1)
    assert written(cluster, records) == ["BrokerRegistrationChangeRecord", "PartitionChangeRecord"]
    assert (partition(cluster).leader, partition(cluster).leader_epoch) == (1, 2)


def test_a_broker_is_fenced_when_its_session_ends_and_not_before() -> None:
    cluster = Cluster().start_brokers(1)
    cluster.pass_ms(9_000)
    assert [broker.id for broker in cluster.image.brokers.alive()] == [1]
    cluster.pass_ms(1)
    assert cluster.image.brokers.alive() == []


def test_a_heartbeat_begins_the_session_anew() -> None:
    cluster = Cluster().start_brokers(1)
    for _ in range(4):
        cluster.pass_ms(8_000)
        cluster.heartbeat(1)
    assert len(cluster.image.brokers.alive()) == 1


def test_a_broker_whose_session_ended_is_unfenced_by_its_next_heartbeat() -> None:
    cluster = Cluster().start_brokers(1)
    cluster.pass_ms(60_000)
    assert state(cluster.heartbeat(1)) == (True, False, False)


def test_the_session_of_an_older_incarnation_fences_nobody() -> None:
    cluster = Cluster().start_brokers(1)
    broker = cluster.image.brokers.get(1)
    assert broker is not None
    cluster.mono_ms += 10_000
    cluster.register(1, incarnation_id=incarnation(1, 1))
    cluster.heartbeat(1)
    cluster.run(ExpireBrokerSession(1, broker.epoch))
    assert len(cluster.image.brokers.alive()) == 1


def test_one_broker_after_the_other_is_fenced_so_that_each_sees_the_one_before() -> None:
    cluster = Cluster().start_brokers(1, 2)
    cluster.create_topic("foo", [[1, 2]])
    cluster.pass_ms(20_000)
    assert (partition(cluster).leader, partition(cluster).isr) == (-1, (2,))


class TestControlledShutdown:
    def test_a_fenced_broker_may_go_at_once(self) -> None:
        cluster = Cluster()
        cluster.register(1)
        assert state(cluster.heartbeat(1, want_shut_down=True)) == (True, True, True)

    def test_a_broker_that_leads_nothing_is_fenced_and_may_go(self) -> None:
        cluster = Cluster().start_brokers(1, 2)
        cluster.create_topic("foo", [[2, 1]])
        assert state(cluster.heartbeat(1, want_shut_down=True)) == (True, True, True)
        assert partition(cluster).isr == (2,)

    def test_a_leader_hands_over_first_and_goes_when_all_others_know(self) -> None:
        cluster = Cluster().start_brokers(1, 2, 3)
        cluster.create_topic("foo", [[1, 2, 3]])
        records = len(cluster.log)
        assert state(cluster.heartbeat(1, want_shut_down=True)) == (True, False, False)
        assert written(cluster, records) == ["BrokerRegistrationChangeRecord", "PartitionChangeRecord"]
        assert (partition(cluster).leader, partition(cluster).isr) == (2, (2, 3))
        last = cluster.state.next_offset - 1
        cluster.heartbeat(2, current_metadata_offset=last)
        cluster.heartbeat(3, current_metadata_offset=last - 1)
        assert state(cluster.heartbeat(1, want_shut_down=True)) == (True, False, False)
        cluster.heartbeat(3, current_metadata_offset=last)
        assert state(cluster.heartbeat(1, want_shut_down=True)) == (True, True, True)
        assert [broker.id for broker in cluster.image.brokers.alive()] == [2, 3]

    def test_the_last_broker_may_go_as_soon_as_it_leads_nothing(self) -> None:
        cluster = Cluster().start_brokers(1)
        cluster.create_topic("foo", [[1]])
        assert state(cluster.heartbeat(1, want_shut_down=True)) == (True, False, False)
        assert not cluster.state.partitions.any(led_by(1))
        assert state(cluster.heartbeat(1, want_shut_down=True)) == (True, True, True)
        assert cluster.state.partitions.any(LEADERLESS)

    def test_a_broker_in_shutdown_enters_no_isr_and_gets_no_new_leadership(self) -> None:
        cluster = Cluster().start_brokers(1, 2)
        cluster.create_topic("foo", [[1, 2]])
        cluster.heartbeat(1, want_shut_down=True)
        cluster.create_topic("bar", [[1, 2]])
        assert (partition(cluster, "bar").leader, partition(cluster, "bar").isr) == (2, (2,))

    def test_a_broker_in_shutdown_that_falls_silent_is_fenced(self) -> None:
        cluster = Cluster().start_brokers(1, 2)
        cluster.create_topic("foo", [[1, 2]])
        cluster.heartbeat(1, want_shut_down=True)
        cluster.pass_ms(10_000)
        assert state(cluster.heartbeat(1, want_shut_down=True)) == (True, True, True)


class TestDirectories:
    def start(self, level: int = 30) -> Cluster:
        cluster = Cluster(level).start_brokers(1, 2)
        cluster.register(1, log_dirs=[directory(1, 0), directory(1, 1)])
        cluster.heartbeat(1)
        return cluster

    def test_a_failed_directory_takes_its_partitions_from_the_broker(self) -> None:
        cluster = Cluster(30).start_brokers(1, 2)
        cluster.create_topic("foo", [[1, 2], [2, 1]])
        records = len(cluster.log)
        cluster.heartbeat(1, offline_log_dirs=[directory(1)])
        assert written(cluster, records) == ["PartitionChangeRecord"] * 2 + ["BrokerRegistrationChangeRecord"]
        assert [partition(cluster, partition_id=n).isr for n in (0, 1)] == [(2,), (2,)]

    def test_one_failed_directory_leaves_the_broker_the_others(self) -> None:
        cluster = self.start()
        cluster.heartbeat(1, offline_log_dirs=[directory(1, 1)])
        broker = cluster.image.brokers.get(1)
        assert broker is not None
        assert broker.directories == (directory(1, 0),)

    def test_a_failed_directory_is_told_once(self) -> None:
        cluster = self.start()
        cluster.heartbeat(1, offline_log_dirs=[directory(1, 1)])
        records = len(cluster.log)
        cluster.heartbeat(1, offline_log_dirs=[directory(1, 1)])
        assert len(cluster.log) == records

    def test_another_set_of_cordoned_directories_is_written(self) -> None:
        cluster = self.start()
        for cordoned, times in (([directory(1)], 1), ([directory(1)], 0), ([], 1), (None, 0)):
            records = len(cluster.log)
            cluster.heartbeat(1, cordoned_log_dirs=cordoned)
            assert len(cluster.log) == records + times

    def test_cordoned_directories_need_metadata_version_30(self) -> None:
        cluster = self.start(level=29)
        records = len(cluster.log)
        cluster.heartbeat(1, cordoned_log_dirs=[directory(1)])
        assert len(cluster.log) == records


@pytest.mark.parametrize(("level", "version"), [(7, 0), (17, 1), (25, 2)])
def test_records_have_the_versions_of_the_metadata_version(level: int, version: int) -> None:
    cluster = Cluster(level).start_brokers(1, 2)
    cluster.create_topic("foo", [[1, 2]])
    cluster.heartbeat(1, want_fence=True)
    versions = {type(record.message): record.version for record in cluster.log}
    assert versions[PartitionChangeRecord] == version
    assert versions[BrokerRegistrationChangeRecord] == 0


def test_the_index_follows_who_leads_and_who_is_in_sync() -> None:
    cluster = Cluster().start_brokers(1, 2)
    cluster.create_topic("foo", [[1, 2]])
    cluster.heartbeat(1, want_fence=True)
    index = cluster.state.partitions
    assert not index.any(led_by(1))
    assert not index.any(in_isr(1))
    assert len(index.sorted(led_by(2))) == len(index.sorted(in_isr(2))) == 1
