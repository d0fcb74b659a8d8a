"""The two configurations of a topic that rule its partitions' leadership."""

from ottla.controller.turn import Turn
from ottla.metadata.configs import ALL_BROKERS, ConfigResource, Overrides, ResourceType
from ottla.metadata.topics import Topic

MIN_INSYNC_REPLICAS = "min.insync.replicas"
UNCLEAN_LEADER_ELECTION_ENABLE = "unclean.leader.election.enable"


def broker_overrides(turn: Turn) -> Overrides:
    """What was set for this very node."""
    return turn.image.configs.get(ConfigResource(ResourceType.BROKER, str(turn.config.node_id)))


def cluster_overrides(turn: Turn) -> Overrides:
    """What was set for all nodes."""
    return turn.image.configs.get(ALL_BROKERS)


def unclean_election_enabled(turn: Turn, topic: str) -> bool:
    """Whether a replica that may lack committed records may lead when no other can."""
    static = str(turn.config.unclean_leader_election_enable)
    return _in_force(turn, topic, UNCLEAN_LEADER_ELECTION_ENABLE, static).lower() == "true"


def effective_min_isr(turn: Turn, topic: Topic) -> int:
    """How many replicas must be in sync to commit; never more than there are."""
    configured = int(_in_force(turn, topic.name, MIN_INSYNC_REPLICAS, str(turn.config.min_insync_replicas)))
    return min(configured, len(topic.partitions[0].replicas))


def _in_force(turn: Turn, topic: str, name: str, static: str) -> str:
    for overrides in (turn.image.configs.topic(topic), broker_overrides(turn), cluster_overrides(turn)):
        value = overrides.get(name)
        if value is not None:
            return value
    return static
