"""Every key that has an effect reaches the room that it is for."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ottla.log.config import LogConfig
from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.definitions import BROKER
from ottla.model.config.standing import BROKER_EFFECTIVE
from ottla.model.config.topic_defaults import topic_defaults
from ottla.node.config_rules import NodeConfigRules
from ottla.node.config_settings import (
    broker_settings,
    controller_config,
    groups_config,
    metadata_log_config,
    quorum_config,
    snapshot_retention,
    snapshot_schedule,
    upkeep_schedule,
)
from ottla.node.quick_start import Ports, alone_properties

RULES = NodeConfigRules(BrokerValues({}))
GIVEN = {"node.id": "1", "process.roles": "broker,controller"}
TEXTS = {
    "compression.type": "gzip",
    "log.cleanup.policy": "compact",
    "log.message.timestamp.type": "LogAppendTime",
}
"""Values other than the default, where no number and no flag can be made up."""
OF_NODE_CONFIG = {
    "advertised.listeners",
    "broker.id",
    "controller.listener.names",
    "controller.quorum.bootstrap.servers",
    "controller.quorum.voters",
    "inter.broker.listener.name",
    "listener.security.protocol.map",
    "listeners",
    "log.dir",
    "log.dirs",
    "metadata.log.dir",
    "process.roles",
    "security.inter.broker.protocol",
}
"""Keys that make up the NodeConfig itself."""
OF_WHOLE_NODES = {
    "broker.heartbeat.interval.ms",
    "broker.rack",
    "connections.max.idle.ms",
    "controlled.shutdown.enable",
    "initial.broker.registration.timeout.ms",
    "log.cleaner.backoff.ms",
    "log.cleaner.dedupe.buffer.size",
    "log.cleaner.enable",
    "max.connections",
    "max.connections.per.ip",
    "max.connections.per.ip.overrides",
    "max.incremental.fetch.session.cache.slots",
    "producer.id.expiration.ms",
    "server.max.startup.time.ms",
    "socket.listen.backlog.size",
    "socket.request.max.bytes",
}
"""Keys that a node reads where it needs them: what they do is seen in tests/e2e/test_start_*configs.py."""


@pytest.mark.parametrize("name", sorted(set(BROKER_EFFECTIVE) - OF_NODE_CONFIG - OF_WHOLE_NODES))
def test_a_key_changes_what_some_room_is_told(name: str) -> None:
    assert list(settings({**GIVEN, name: another_value(name)})) != list(settings(GIVEN))


def another_value(name: str) -> str:
    if name in TEXTS:
        return TEXTS[name]
    key = BROKER[name]
    default = key.default_value()
    if isinstance(default, bool):
        return str(not default).lower()
    if isinstance(default, float):
        return "0.25"
    number = 7 if default is None else default
    assert isinstance(number, int), name
    return str(number // 2 if number > 4 else number + 5)


def settings(properties: Mapping[str, str]) -> Iterator[Any]:
    """What each room is told of a configuration."""
    values = BrokerValues(properties)
    yield broker_settings(values)
    yield groups_config(values)
    yield quorum_config(values, is_alone=True)
    yield quorum_config(values, is_alone=False)
    yield upkeep_schedule(values)
    yield metadata_log_config(values)
    yield snapshot_schedule(values, 0)
    yield snapshot_retention(values)
    yield LogConfig.of(topic_defaults(values))
    yield controller_config(values, cluster_id="c", rules=RULES, voter_ids=(1,), kraft_version=1)


def test_what_a_node_alone_is_configured_to_has_an_effect() -> None:
    assert set(alone_properties("data", Ports(9092, 9093))) <= set(BROKER_EFFECTIVE)
