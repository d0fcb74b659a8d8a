"""What the controller is told by its node's configuration, and what it asks of the definitions."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from ottla.metadata.configs import ConfigResource, ResourceType
from ottla.metadata.features import SERVED, VersionRange


class EffectiveConfig(NamedTuple):
    """One configuration of a topic as it is in force. `source` is the number of Kafka's ConfigSource."""

    name: str
    value: str | None
    source: int
    is_sensitive: bool = False
    read_only: bool = False


class ConfigRules(Protocol):
    """The definitions of configurations: which there are, and which values they take."""

    def validate(
        self, resource: ConfigResource, configs: Mapping[str, str], existing: Mapping[str, str]
    ) -> None:
        """Raise ApiError unless a topic, group or client-metrics resource may have `configs`."""

    def is_list(self, type_: ResourceType, name: str) -> bool:
        """Whether the value is a list, to which APPEND and SUBTRACT apply."""

    def default(self, type_: ResourceType, name: str) -> str | None:
        """The value where none is set."""

    def effective_topic_configs(
        self, topic: Mapping[str, str], broker: Mapping[str, str], cluster: Mapping[str, str]
    ) -> Sequence[EffectiveConfig]:
        """All configurations of a topic, by name, given the overrides of topic, this node and all nodes."""


class ControllerConfig(NamedTuple):
    """The static settings of one controller. Times in ms."""

    node_id: int
    cluster_id: str
    rules: ConfigRules
    voter_ids: tuple[int, ...]
    """The quorum: whoever must support a feature before it is finalized."""
    kraft_version: int = 0
    """The level in force, as the Raft layer has it."""
    served_features: Mapping[str, VersionRange] = SERVED
    """What may be finalized. A feature that is missing here has level 0 only."""
    delete_topic_enable: bool = True
    default_replication_factor: int = 1
    num_partitions: int = 1
    min_insync_replicas: int = 1
    unclean_leader_election_enable: bool = False
    broker_session_timeout_ms: int = 9_000
    max_idle_interval_ms: int = 500
    """How often a NoOpRecord is written; 0 for never (metadata.max.idle.interval.ms)."""
    auto_leader_rebalance_enable: bool = True
    leader_imbalance_check_interval_ms: int = 300_000
    unclean_leader_election_interval_ms: int = 300_000
