"""Every key of Kafka stands somewhere, once; what is refused, and what has no effect, is told."""

from collections import Counter
from itertools import chain
from pathlib import Path

import pytest
from tests.unit.model.config.effects import BROKER_EFFECTS, TOPIC_EFFECTS, Effects

from ottla.model.config import standing
from ottla.model.config.config_exception import ConfigException
from ottla.model.config.definitions import BROKER, CLIENT_METRICS, DYNAMIC_BROKER, GROUP, TOPIC
from ottla.model.config.served import check_served, without_effect
from ottla.model.config.standing import Reasons

TESTS = Path(__file__).parents[3]
NOTHING: Reasons = {}
KINDS = {
    "broker": (BROKER, standing.BROKER_EFFECTIVE, standing.BROKER_LATER, standing.BROKER_INERT),
    "topic": (TOPIC, standing.TOPIC_EFFECTIVE, standing.TOPIC_LATER, standing.TOPIC_INERT),
    "group": (GROUP, (), NOTHING, standing.GROUP_INERT),
    "client metrics": (CLIENT_METRICS, (), NOTHING, standing.CLIENT_METRICS_INERT),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_stands_in_one_table(kind: str) -> None:
    definitions, effective, later, inert = KINDS[kind]
    placed = Counter(chain(effective, *later.values(), *inert.values()))
    assert placed == Counter(definitions.names())


@pytest.mark.parametrize(
    ("effective", "effects"),
    [(standing.BROKER_EFFECTIVE, BROKER_EFFECTS), (standing.TOPIC_EFFECTIVE, TOPIC_EFFECTS)],
)
def test_the_effect_of_every_effective_key_is_seen_by_a_test(
    effective: tuple[str, ...], effects: Effects
) -> None:
    assert Counter(chain(*effects.values())) == Counter(effective)
    for test in effects:
        file, name = test.split("::")
        assert f"def {name}(" in (TESTS / file).read_text(), test


def test_every_key_that_can_only_be_altered_stands_somewhere() -> None:
    only_altered = {name for name in DYNAMIC_BROKER.names() if name not in BROKER}
    assert only_altered == set(chain(*standing.DYNAMIC_INERT.values()))


def test_what_is_not_served_is_refused_with_the_reason() -> None:
    with pytest.raises(
        ConfigException, match=r"^authorizer\.class\.name can't be set: access is not controlled"
    ):
        check_served({"authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer"})


def test_the_default_of_what_is_not_served_is_no_harm() -> None:
    check_served({"ssl.client.auth": "none", "sasl.enabled.mechanisms": "GSSAPI"})


def test_keys_of_single_listeners_are_refused() -> None:
    with pytest.raises(ConfigException, match="keys of single listeners are not served yet"):
        check_served({"listener.name.internal.max.connections": "5"})


def test_security_of_a_single_listener_is_refused_as_security() -> None:
    with pytest.raises(ConfigException, match="TLS is not served yet"):
        check_served({"listener.name.internal.ssl.keystore.location": "/x"})


def test_keys_without_effect_are_named_with_the_reason() -> None:
    given = {"num.io.threads": "8", "num.network.threads": "3", "num.partitions": "1", "made.up": "x"}
    assert list(without_effect(given)) == [
        (["num.io.threads", "num.network.threads"], "there are no threads to number: one event loop serves"),
        (["made.up"], "Kafka 4.3 knows no such configuration"),
    ]
