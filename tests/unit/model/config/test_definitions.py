"""The generated table is what Kafka's classes say, and each default satisfies its own rules."""

import pytest
from tests.oracle.apache_kafka import KAFKA_LIB
from tools.config.__main__ import TABLE, output

from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.config_exception import ConfigException
from ottla.model.config.definitions import (
    BROKER,
    CLIENT_METRICS,
    DYNAMIC_BROKER,
    GROUP,
    TOPIC,
    ConfigKey,
    Definitions,
)
from ottla.model.config.kafka_definitions import GROUP_SYNONYMS, TOPIC_SYNONYMS
from ottla.model.config.value_types import value_text

every = pytest.mark.parametrize("definitions", [BROKER, DYNAMIC_BROKER, TOPIC, GROUP, CLIENT_METRICS])


@pytest.mark.needs("kafka")
def test_the_generated_table_is_up_to_date() -> None:
    assert TABLE.read_text() == output(KAFKA_LIB)[TABLE]


def test_all_keys_of_kafka_are_there() -> None:
    assert [len(each) for each in (BROKER, TOPIC, GROUP, CLIENT_METRICS)] == [360, 34, 17, 3]


@every
def test_a_default_is_a_valid_value_that_prints_as_it_was(definitions: Definitions) -> None:
    for key in definitions:
        if key.default is not None:
            assert value_text(key.parse(key.default)) == key.default


@every
def test_names_are_found(definitions: Definitions) -> None:
    assert [definitions[name].name for name in definitions.names()] == [key.name for key in definitions]


def test_a_password_is_sensitive() -> None:
    assert BROKER["ssl.key.password"].is_sensitive
    assert not BROKER["num.partitions"].is_sensitive


def test_the_first_wrong_key_in_order_of_definition_is_told() -> None:
    given = {"log.flush.interval.messages": "0", "message.max.bytes": "-1", "node.id": "x"}
    with pytest.raises(ConfigException, match=r"message\.max\.bytes"):
        BROKER.check(given)


def test_duplicates_in_a_list_of_choices_are_dropped() -> None:
    assert TOPIC["cleanup.policy"].parse("delete,delete") == ("delete",)


@pytest.mark.parametrize("topic_name", TOPIC_SYNONYMS)
def test_a_topics_default_is_its_brokers(topic_name: str) -> None:
    topic, (broker_name, factor) = TOPIC[topic_name], TOPIC_SYNONYMS[topic_name][-1]
    assert _in_units(BROKER[broker_name], factor) == topic.default


@pytest.mark.parametrize("group_name", [name for name, broker in GROUP_SYNONYMS.items() if broker])
def test_a_groups_default_is_its_brokers(group_name: str) -> None:
    broker_name = GROUP_SYNONYMS[group_name]
    assert broker_name is not None
    assert BROKER[broker_name].default == GROUP[group_name].default


def test_what_is_given_goes_before_the_default() -> None:
    values = BrokerValues({"num.partitions": " 7 "})
    assert (values.number("num.partitions"), values.number("default.replication.factor")) == (7, 1)


def _in_units(key: ConfigKey, factor: int) -> str | None:
    return key.default if factor == 1 else str(int(key.default or 0) * factor)
