"""Activation and what the active controller does by itself."""

from typing import Any

import pytest
from tests.unit.controller.cluster import Cluster, bootstrap
from tests.unit.controller.requests import partition, propose

from ottla.controller.activation import Activate
from ottla.controller.periodic import BalanceLeaders, ElectUncleanLeaders
from ottla.controller.sessions import Soft
from ottla.controller.state import ControllerState, apply
from ottla.metadata.record import MetadataRecord
from ottla.wire.message import Message
from ottla.wire.messages.begin_transaction_record import BeginTransactionRecord
from ottla.wire.messages.config_record import ConfigRecord
from ottla.wire.messages.feature_level_record import FeatureLevelRecord
from ottla.wire.messages.no_op_record import NoOpRecord
from ottla.wire.messages.topic_record import TopicRecord
from ottla.wire.messages.user_scram_credential_record import UserScramCredentialRecord


def kinds(records: list[MetadataRecord]) -> list[str]:
    return [type(record.message).__name__ for record in records]


def activated(state: ControllerState, *records: MetadataRecord, **settings: Any) -> list[MetadataRecord]:
    """What a controller writes that becomes active with `state`."""
    cluster = Cluster(**settings)
    cluster.state, cluster.soft, cluster.log = state, Soft(), []
    cluster.run(Activate([*bootstrap(), *records]))
    return cluster.log


def replayed(*records: Message) -> ControllerState:
    state = ControllerState()
    for record in records:
        state = apply(state, MetadataRecord(record, 0))
    return state


def test_an_empty_log_begins_with_the_bootstrap_in_one_transaction() -> None:
    scram = MetadataRecord(UserScramCredentialRecord(name="alice", mechanism=1), 0)
    assert kinds(activated(ControllerState(), scram)) == [
        "BeginTransactionRecord",
        "FeatureLevelRecord",
        "UserScramCredentialRecord",
        "EndTransactionRecord",
    ]


def test_levels_without_transactions_begin_without_brackets() -> None:
    assert kinds(Cluster(12).log) == ["FeatureLevelRecord"]


def test_with_eligible_leader_replicas_min_insync_replicas_moves_into_the_log() -> None:
    log = Cluster(elr=True, min_insync_replicas=2).log
    expected = ConfigRecord(resource_type=4, resource_name="", name="min.insync.replicas", value="2")
    assert log[-2].message == expected


def test_a_log_that_is_not_empty_is_left_as_it_is() -> None:
    state = replayed(FeatureLevelRecord(name="metadata.version", feature_level=25))
    assert activated(state) == []


def test_a_transaction_that_was_left_open_is_aborted() -> None:
    state = replayed(
        FeatureLevelRecord(name="metadata.version", feature_level=25),
        BeginTransactionRecord(),
        TopicRecord(name="foo", topic_id=b"f" * 16),
    )
    (abort,) = activated(state)
    after = apply(state, abort)
    assert (after.image.topics.by_name("foo"), after.transaction, after.next_offset) == (None, None, 4)


@pytest.mark.parametrize("level_was_written", [False, True])
def test_a_bootstrap_that_was_cut_short_is_aborted_and_written_again(level_was_written: bool) -> None:
    level = [FeatureLevelRecord(name="metadata.version", feature_level=25)] if level_was_written else []
    log = activated(replayed(BeginTransactionRecord(), *level))
    assert kinds(log) == [
        "AbortTransactionRecord",
        "BeginTransactionRecord",
        "FeatureLevelRecord",
        "EndTransactionRecord",
    ]


def test_brokers_that_live_have_a_whole_session_ahead_and_fenced_ones_none() -> None:
    cluster = Cluster().start_brokers(1)
    cluster.register(2)
    cluster.soft, cluster.timers = Soft(), {}
    cluster.run(Activate(bootstrap()))
    assert ("session", 2) not in cluster.timers
    cluster.pass_ms(9_000)
    assert len(cluster.image.brokers.alive()) == 1
    cluster.pass_ms(1)
    assert cluster.image.brokers.alive() == []


def test_the_log_moves_on_twice_a_second_when_nothing_happens() -> None:
    cluster = Cluster()
    before = len(cluster.log)
    cluster.pass_ms(5_000)
    assert cluster.log[before:] == [MetadataRecord(NoOpRecord(), 0)] * 10


def test_the_log_can_be_left_quiet() -> None:
    cluster = Cluster(max_idle_interval_ms=0)
    before = len(cluster.log)
    cluster.pass_ms(5_000)
    assert len(cluster.log) == before


def unbalanced(**settings: Any) -> Cluster:
    """Broker 2 leads what 1 should, and 1 is back in sync."""
    cluster = Cluster(**settings).start_brokers(1, 2)
    cluster.create_topic("foo", [[1, 2]])
    cluster.heartbeat(1, want_fence=True)
    cluster.heartbeat(1)
    propose(cluster, 2, "foo", 0, [2, 1])
    return cluster


def keep_alive(cluster: Cluster, duration_ms: int) -> None:
    for _ in range(0, duration_ms, 5_000):
        cluster.pass_ms(5_000)
        cluster.heartbeat(1)
        cluster.heartbeat(2)


@pytest.mark.parametrize(("enabled", "leader"), [(True, 1), (False, 2)])
def test_preferred_leaders_come_back_every_five_minutes(enabled: bool, leader: int) -> None:
    cluster = unbalanced(auto_leader_rebalance_enable=enabled)
    keep_alive(cluster, 295_000)
    assert partition(cluster).leader == 2
    keep_alive(cluster, 10_000)
    assert partition(cluster).leader == leader


def test_a_balance_with_nothing_to_do_writes_nothing() -> None:
    cluster = Cluster().start_brokers(1)
    cluster.create_topic("foo", [[1]])
    records = len(cluster.log)
    cluster.run(BalanceLeaders())
    assert len(cluster.log) == records


def test_a_balance_moves_a_thousand_leaders_at_a_time() -> None:
    cluster = Cluster().start_brokers(1, 2)
    cluster.create_topic("foo", [[1, 2]] * 1_500)
    cluster.heartbeat(1, want_fence=True)
    cluster.heartbeat(1)
    for index in range(1_500):
        propose(cluster, 2, "foo", index, [2, 1])
    cluster.run(BalanceLeaders())
    assert sum(partition(cluster, "foo", index).leader == 1 for index in range(1_500)) == 1_000
    assert cluster.timers["BalanceLeaders"].deadline_ms == cluster.mono_ms + 10
    cluster.pass_ms(10)
    assert sum(partition(cluster, "foo", index).leader == 1 for index in range(1_500)) == 1_500


@pytest.mark.parametrize(("allowed", "leader"), [("true", 2), ("false", -1)])
def test_leaderless_partitions_get_an_unclean_leader_where_their_topic_allows_it(
    allowed: str, leader: int
) -> None:
    cluster = Cluster().start_brokers(1, 2)
    cluster.create_topic("foo", [[1, 2]])
    cluster.heartbeat(2, want_fence=True)
    cluster.heartbeat(1, want_fence=True)
    cluster.heartbeat(2)
    allow = ConfigRecord(
        resource_type=2, resource_name="foo", name="unclean.leader.election.enable", value=allowed
    )
    cluster.state = apply(cluster.state, MetadataRecord(allow, 0))
    cluster.run(ElectUncleanLeaders())
    assert partition(cluster).leader == leader
