"""Kafka accepts and refuses the same configurations, in the same words."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.unit.model.config.conftest import Ask, kafka  # noqa: F401  # a fixture
from tests.unit.model.config.strategies import texts_for

from ottla.model.config.config_exception import ConfigException
from ottla.model.config.definitions import BROKER
from ottla.node.config import node_config

pytestmark = pytest.mark.needs("kafka")
COMBINED = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "listeners": "PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093",
    "controller.listener.names": "CONTROLLER",
    "controller.quorum.voters": "1@localhost:9093",
    "log.dirs": "/data",
}
BROKER_ONLY = {
    "process.roles": "broker",
    "node.id": "2",
    "listeners": "PLAINTEXT://localhost:9092",
    "controller.listener.names": "CONTROLLER",
    "controller.quorum.bootstrap.servers": "localhost:9093",
}
CONTROLLER_ONLY = {
    "process.roles": "controller",
    "node.id": "1",
    "listeners": "CONTROLLER://localhost:9093",
    "controller.listener.names": "CONTROLLER",
    "controller.quorum.voters": "1@localhost:9093,2@other:9093",
}
NODES = st.sampled_from([COMBINED, BROKER_ONLY, CONTROLLER_ONLY])
NAMES = ("PLAINTEXT", "CONTROLLER", "INTERNAL", "internal", "SSL", "")
HOSTS = ("", "localhost", "0.0.0.0", "127.0.0.1", "[::1]", "::1", "a b", "kafka.example")
endpoint = st.builds(
    "{}://{}:{}".format, st.sampled_from(NAMES), st.sampled_from(HOSTS), st.sampled_from([0, 9092, 9093])
)
endpoints = st.lists(st.one_of(endpoint, st.sampled_from(["nonsense", "PLAINTEXT://x"])), max_size=3).map(
    ",".join
)
LISTENER_KEYS = st.fixed_dictionaries(
    {},
    optional={
        "listeners": endpoints,
        "advertised.listeners": endpoints,
        "controller.listener.names": st.sampled_from(
            ["CONTROLLER", "controller", "CONTROLLER,INTERNAL", "X"]
        ),
        "inter.broker.listener.name": st.sampled_from(["PLAINTEXT", "INTERNAL", "internal", "CONTROLLER"]),
        "security.inter.broker.protocol": st.sampled_from(["PLAINTEXT", "plaintext", "NONE"]),
        "listener.security.protocol.map": st.sampled_from(
            [
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "INTERNAL:PLAINTEXT",
                "X:NONE",
                "INTERNAL:plaintext, X:SSL",
            ]
        ),
        "controller.quorum.voters": st.sampled_from(["1@a:1", "2@a:1", "1@0.0.0.0:9093", "a@b:1", "1@a", ""]),
        "controller.quorum.bootstrap.servers": st.sampled_from(["", "a:1", "a"]),
        "process.roles": st.sampled_from(["broker", "controller", "broker,controller", "broker,broker"]),
    },
)
PLAIN_KEYS = [key for key in BROKER if key.type != "CLASS"]


def _names_a_key(error: ConfigException) -> bool:
    return any(name in error.sentence for name in BROKER.names())


def ours(properties: dict[str, str]) -> str:
    try:
        node_config(properties)
    except ConfigException as error:
        return f"refused: {error}" if _names_a_key(error) else f"refused without a key: {error}"
    return "ok"


def kafkas(ask: Ask, properties: dict[str, str]) -> str:
    """Without Scala's way to say that a requirement failed."""
    answer: str = ask("node", broker=properties)
    return answer.replace("refused: requirement failed: ", "refused: ")


def assert_same(ask: Ask, properties: dict[str, str]) -> None:
    """Where Kafka tells what went wrong in its string handling, ours says what is wrong with the text."""
    our, their = ours(properties), kafkas(ask, properties)
    for internal in ("begin 0, end", "For input string", "/ by zero"):
        if internal in their:
            their = their.partition(internal)[0]
            our = our[: len(their)]
    assert our == their


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NODES, st.sampled_from(PLAIN_KEYS).flatmap(lambda key: st.tuples(st.just(key.name), texts_for(key))))
def test_of_any_key(kafka: Ask, node: dict[str, str], change: tuple[str, str]) -> None:  # noqa: F811
    properties = node | dict([change])
    assert_same(kafka, properties)


@settings(max_examples=120, deadline=None)
@given(NODES, LISTENER_KEYS)
@example(COMBINED, {"advertised.listeners": "PLAINTEXT://0.0.0.0:9092"})
@example(COMBINED, {"inter.broker.listener.name": "NOWHERE"})
@example(BROKER_ONLY, {"listeners": "PLAINTEXT://:9092,CONTROLLER://:9093"})
@example(CONTROLLER_ONLY, {"listeners": "PLAINTEXT://:9092,CONTROLLER://:9093"})
def test_of_listeners_and_voters(kafka: Ask, node: dict[str, str], changes: dict[str, str]) -> None:  # noqa: F811
    properties = node | changes
    assert_same(kafka, properties)


@pytest.mark.parametrize("left_out", ["node.id", "process.roles", "controller.listener.names", "listeners"])
@pytest.mark.parametrize(
    "node", [COMBINED, BROKER_ONLY, CONTROLLER_ONLY], ids=lambda node: node["process.roles"]
)
def test_of_what_is_left_out(kafka: Ask, node: dict[str, str], left_out: str) -> None:  # noqa: F811
    properties = {key: value for key, value in node.items() if key != left_out}
    assert_same(kafka, properties)
