"""The layers of a broker's configuration: what may be altered, and what is in force then."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.model.config.conftest import Ask
from tests.unit.model.config.strategies import texts_for
from tests.unit.model.config.test_rules import outcome

from ottla.model.config.broker_configs import BrokerConfigs
from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.config_exception import ConfigException
from ottla.model.config.definitions import BROKER, DYNAMIC_BROKER
from ottla.model.config.dynamic_rules import check_dynamic
from ottla.model.config.topic_defaults import topic_defaults

STATIC = {
    "process.roles": "broker,controller",
    "broker.id": "1",
    "node.id": "1",
    "listeners": "PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093",
    "controller.listener.names": "CONTROLLER",
    "controller.quorum.voters": "1@localhost:9093",
}


def broker(**static: str) -> BrokerConfigs:
    return BrokerConfigs({**STATIC, **_dotted(static)})


def _dotted(names: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "."): value for name, value in names.items()}


def test_what_is_altered_for_the_broker_goes_before_what_is_altered_for_all_and_both_before_the_file() -> (
    None
):
    configs = broker(message_max_bytes="1")
    configs.update_default({"message.max.bytes": "2"})
    assert configs.values.number("message.max.bytes") == 2
    configs.update_broker({"message.max.bytes": "3"})
    assert configs.values.number("message.max.bytes") == 3
    configs.update_broker({})
    assert configs.values.number("message.max.bytes") == 2
    configs.update_default({})
    assert configs.values.number("message.max.bytes") == 1


def test_what_is_altered_takes_the_place_of_the_same_in_another_unit() -> None:
    configs = broker(log_retention_minutes="5")
    configs.update_broker({"log.retention.ms": "1000"})
    assert topic_defaults(configs.values) == {"retention.ms": "1000"}
    assert not configs.values.is_given("log.retention.minutes")


def test_followers_are_told_at_once_and_whenever_something_changes() -> None:
    told: list[int] = []
    configs = broker()

    def note(values: BrokerValues) -> None:
        told.append(values.number("message.max.bytes"))

    configs.follow(note)
    configs.update_broker({"message.max.bytes": "7"})
    configs.update_broker({"message.max.bytes": "7"})
    configs.update_broker({})
    assert told == [1_048_588, 7, 1_048_588]


@pytest.mark.parametrize(
    ("altered", "reason"),
    [
        (
            {"node.id": "5", "message.max.bytes": "7"},
            "Non-dynamic configs will be ignored: [node.id]",
        ),
        (
            {"message.max.bytes": "7", "log.retention.ms": "x"},
            "Dynamic default cluster config contains invalid values that will be ignored in: "
            "[log.retention.ms]",
        ),
        (
            {"message.max.bytes": "7", "listeners": "PLAINTEXT://a:1"},
            "Per-broker configs defined at default cluster level will be ignored: [listeners]",
        ),
    ],
)
def test_stored_alterations_that_a_broker_can_not_take_are_named_and_the_others_hold(
    altered: dict[str, str], reason: str
) -> None:
    configs = broker()
    assert configs.update_default(altered) == [reason]
    assert configs.values.number("message.max.bytes") == 7
    assert configs.values.number("node.id") == 1


def test_alterations_that_do_not_fit_together_change_nothing() -> None:
    configs = broker()
    (reason,) = configs.update_broker({"log.local.retention.ms": "999999999999"})
    assert reason.startswith("The altered configuration can't be applied: Invalid value")
    assert not configs.values.is_given("log.local.retention.ms")


def test_listeners_stay_while_the_broker_runs() -> None:
    with pytest.raises(ConfigException, match="listeners can't be altered while the broker runs"):
        broker().check(
            {"listeners": "PLAINTEXT://localhost:9099,CONTROLLER://localhost:9093"}, per_broker=True
        )


def test_what_is_not_served_can_not_be_altered_either() -> None:
    with pytest.raises(ConfigException, match="quotas are not enforced yet"):
        broker().check({"max.connection.creation.rate": "5"}, per_broker=False)


@given(data=st.data(), per_broker=st.booleans())
@settings(max_examples=500, deadline=None)
def test_what_may_be_altered_is_what_kafka_lets_be_altered(
    kafka: Ask, data: st.DataObject, per_broker: bool
) -> None:
    name = data.draw(st.sampled_from([*BROKER.names(), *DYNAMIC_BROKER.names(), "my.own"]))
    key = DYNAMIC_BROKER.get(name) or BROKER.get(name)
    value = "x" if key is None else data.draw(texts_for(key))
    prefix = data.draw(st.sampled_from(["", "", "", "listener.name.internal."]))
    configs = {prefix + name: value}
    ours = outcome(lambda: check_dynamic(configs, per_broker=per_broker))
    assert ours == kafka("dynamic", configs=configs, per_broker=per_broker)
