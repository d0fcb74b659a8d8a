"""What server.properties makes of a node, and what it may not say."""

import pytest

from ottla.model.config.config_exception import ConfigException
from ottla.node.config import node_config, with_overrides
from ottla.node.config_files import environment_properties

COMBINED = {
    "process.roles": "broker,controller",
    "node.id": "3",
    "listeners": "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093",
    "controller.listener.names": "CONTROLLER",
    "controller.quorum.voters": "3@127.0.0.1:9093",
    "log.dirs": "/data/a, /data/b",
}


def refusal(**changes: str) -> str:
    properties = COMBINED | {key.replace("_", "."): value for key, value in changes.items()}
    with pytest.raises(ConfigException) as refused:
        node_config(properties)
    return str(refused.value)


def test_a_combined_node_has_both_roles() -> None:
    assert node_config(COMBINED).roles == {"broker", "controller"}


def test_the_metadata_log_lives_in_the_first_directory() -> None:
    config = node_config(COMBINED)
    assert (config.log_dirs, config.metadata_log_dir) == (("/data/a", "/data/b"), "/data/a")


def test_the_metadata_log_may_have_a_directory_of_its_own() -> None:
    assert node_config(COMBINED | {"metadata.log.dir": "/meta"}).metadata_log_dir == "/meta"


def test_listeners_are_bound_as_written() -> None:
    bound = [(each.name, each.kind, each.host, each.port) for each in node_config(COMBINED).listeners]
    assert bound == [
        ("PLAINTEXT", "broker", "127.0.0.1", 9092),
        ("CONTROLLER", "controller", "127.0.0.1", 9093),
    ]


def test_clients_are_told_the_advertised_address() -> None:
    config = node_config(COMBINED | {"advertised.listeners": "PLAINTEXT://kafka.example:19092"})
    assert [(each.host, each.port) for each in config.advertised if each.kind == "broker"] == [
        ("kafka.example", 19092)
    ]


def test_a_controller_bound_to_every_address_is_found_through_the_voters() -> None:
    listeners = "PLAINTEXT://:9092,CONTROLLER://:9093"
    config = node_config(
        COMBINED | {"listeners": listeners, "controller.quorum.voters": "3@kafka.example:19093"}
    )
    assert (config.controller_listener.host, config.controller_listener.port) == ("kafka.example", 19093)


def test_an_ipv6_address_stands_in_brackets() -> None:
    listeners = "PLAINTEXT://[::1]:9092,CONTROLLER://127.0.0.1:9093"
    assert node_config(COMBINED | {"listeners": listeners}).listeners[0].host == "::1"


def test_broker_id_is_an_older_name_of_node_id() -> None:
    given = {key: value for key, value in COMBINED.items() if key != "node.id"} | {"broker.id": "3"}
    assert node_config(given).node_id == 3


def test_a_missing_key_is_named() -> None:
    assert (
        refusal(process_roles="")
        == "Configuration 'process.roles' must not be empty. Valid values include: [broker, controller]"
    )


def test_an_advertised_wildcard_is_refused() -> None:
    text = refusal(advertised_listeners="PLAINTEXT://0.0.0.0:9092")
    assert "advertised.listeners cannot use the nonroutable meta-address 0.0.0.0" in text


def test_two_listeners_on_one_port_are_refused() -> None:
    text = refusal(listeners="PLAINTEXT://localhost:9092,CONTROLLER://localhost:9092")
    assert "Each listener must have a different port" in text


def test_overrides_go_before_the_file() -> None:
    assert with_overrides({"a": "1"}, ["a=2", "b=x=y", "c="]) == {"a": "2", "b": "x=y", "c": ""}


def test_an_override_without_a_key_is_refused() -> None:
    with pytest.raises(ConfigException, match="--override takes key=value, not 'nonsense'"):
        with_overrides({}, ["nonsense"])


def test_variables_become_properties_by_the_images_rule() -> None:
    variables = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_LISTENER_NAME_A__B___C_SSL_KEY": "x",
        "KAFKA_HEAP_OPTS": "-Xmx1G",
        "KAFKA_LOG4J_ROOT_LOGLEVEL": "WARN",
        "HOME": "/root",
    }
    assert environment_properties(variables) == {"node.id": "1", "listener.name.a_b-c.ssl.key": "x"}


def test_values_of_variables_are_read_as_in_a_file() -> None:
    assert environment_properties({"KAFKA_LOG_DIRS": "  C:\\\\data"}) == {"log.dirs": "C:\\data"}
