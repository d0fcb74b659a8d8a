"""What topics, groups and client metrics may be configured with is what Kafka lets them."""

from collections.abc import Callable, Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.model.config.conftest import Ask
from tests.unit.model.config.strategies import texts_for

from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.client_metrics_rules import check_client_metrics
from ottla.model.config.config_exception import ConfigException
from ottla.model.config.definitions import CLIENT_METRICS, GROUP, TOPIC, Definitions
from ottla.model.config.group_rules import check_group
from ottla.model.config.topic_defaults import topic_defaults
from ottla.model.config.topic_rules import check_topic
from ottla.model.errors import ApiError

MINIMAL = {
    "process.roles": "broker",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "controller.quorum.voters": "2@localhost:9093",
}
BROKERS: tuple[dict[str, str], ...] = (
    {},
    {"log.retention.hours": "-1", "log.roll.hours": "1", "log.flush.scheduler.interval.ms": "7"},
    {
        "log.retention.minutes": "3",
        "log.cleaner.min.compaction.lag.ms": "99",
        "log.cleanup.policy": "compact",
    },
    {"log.roll.ms": "5", "log.roll.hours": "3", "compression.type": "zstd", "min.insync.replicas": "2"},
    {"group.consumer.max.session.timeout.ms": "45000", "group.share.max.delivery.count.limit": "5"},
)


def configs_of(definitions: Definitions) -> st.SearchStrategy[dict[str, str]]:
    one = st.sampled_from(list(definitions)).flatmap(lambda key: st.tuples(st.just(key.name), texts_for(key)))
    return st.lists(one, max_size=3).map(dict)


def outcome(check: Callable[[], None]) -> str:
    try:
        check()
    except (ConfigException, ApiError) as error:
        return f"refused: {error}"
    return "ok"


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ApiError, match=r"^Unknown topic config name: retention\.hours$"):
        check_topic({"retention.hours": "1"}, {}, {})


def test_tiered_storage_is_refused() -> None:
    with pytest.raises(ConfigException, match="Tiered Storage functionality is disabled in the broker"):
        check_topic({"remote.storage.enable": "true"}, {}, {})


def test_a_lag_below_the_brokers_is_a_conflict() -> None:
    with pytest.raises(ApiError, match=r"min.compaction.lag.ms \(9\) > max.compaction.lag.ms \(5\)"):
        check_topic({"max.compaction.lag.ms": "5"}, {}, {"min.compaction.lag.ms": "9"})


@pytest.mark.needs("kafka")
@settings(max_examples=150, deadline=None)
@given(configs_of(TOPIC), st.sampled_from(BROKERS))
@example({"compression.gzip.level": "0"}, {})
@example({"leader.replication.throttled.replicas": "0:1,x"}, {})
@example({"cleanup.policy": ""}, {})
def test_kafka_lets_a_topic_have_the_same(
    kafka: Ask, configs: dict[str, str], broker: dict[str, str]
) -> None:
    answer = kafka("topic", existing={}, configs=configs, broker=MINIMAL | broker)
    assert outcome(lambda: check_topic(configs, {}, topic_defaults(BrokerValues(broker)))) == answer


@pytest.mark.needs("kafka")
@pytest.mark.parametrize("broker", BROKERS)
def test_kafka_gives_topics_the_same_defaults(kafka: Ask, broker: dict[str, str]) -> None:
    told: Mapping[str, str] = kafka("topic defaults", broker=MINIMAL | broker)
    ours = topic_defaults(BrokerValues(broker))
    assert told == {name: ours.get(name, TOPIC[name].default) for name in told}
    assert ours.keys() <= told.keys()


@pytest.mark.needs("kafka")
@settings(max_examples=150, deadline=None)
@given(configs_of(GROUP), st.sampled_from(BROKERS))
@example({"share.auto.offset.reset": "by_duration:P1DT2H"}, {})
@example({"share.auto.offset.reset": "by_duration:-PT1H"}, {})
@example({"share.auto.offset.reset": "none"}, {})
@example({"streams.num.standby.replicas": "3"}, {})
def test_kafka_lets_a_group_have_the_same(
    kafka: Ask, configs: dict[str, str], broker: dict[str, str]
) -> None:
    answer = kafka("group", configs=configs, broker=MINIMAL | broker)
    assert outcome(lambda: check_group(configs, BrokerValues(broker))) == answer


@pytest.mark.needs("kafka")
@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["", "subscription"]), configs_of(CLIENT_METRICS))
@example("s", {"match": "client_id=a.*"})
@example("s", {"match": "client_id=["})
@example("s", {"match": "client_id=a=b"})
@example("s", {"interval.ms": "99"})
@example("s", {"unknown": "1"})
def test_kafka_lets_a_subscription_have_the_same(kafka: Ask, name: str, configs: dict[str, str]) -> None:
    answer = kafka("client metrics", name=name, configs=configs)
    assert outcome(lambda: check_client_metrics(name, configs)) == answer
