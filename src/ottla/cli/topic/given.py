"""What a command line says of a topic that is to be made or to grow."""

import re
from dataclasses import dataclass

from ottla.cli.options import Options
from ottla.cli.tools.ending import Failure, IllegalArgument
from ottla.cli.tools.java_number import number
from ottla.cli.tools.java_split import split
from ottla.model.config.definitions import TOPIC

_BLANK_EQUALS = re.compile(r"\s*=\s*")


@dataclass(frozen=True, slots=True)
class GivenTopic:
    """None stands for the cluster's default."""

    name: str
    partitions: int | None
    replication_factor: int | None
    assignment: dict[int, list[int]]
    configs: dict[str, str]


def given_topic(options: Options) -> GivenTopic:
    """Raises Failure and ConfigException for what can't be."""
    name = options.text("topic")
    assert name is not None, "checked before"
    partitions, factor = options.number("partitions"), options.number("replication-factor")
    text = options.text("replica-assignment")
    return GivenTopic(name, partitions, factor, _assignment(text) if text else {}, _configs(options))


def _assignment(text: str) -> dict[int, list[int]]:
    """`1:2,2:1`: the replicas of each partition."""
    found: dict[int, list[int]] = {}
    for index, part in enumerate(split(text, ",")):
        brokers = [number(word.strip()) for word in split(part, ":")]
        twice = {broker for broker in brokers if brokers.count(broker) > 1}
        if twice:
            raise Failure(
                "Partition replica lists may not contain duplicate entries: "
                + ",".join(str(each) for each in sorted(twice)),
                "org.apache.kafka.tools.AdminCommandFailedException",
            )
        found[index] = brokers
        if len(brokers) != len(found[0]):
            listed = ", ".join(str(broker) for broker in brokers)
            raise Failure(
                f"Partition {index} has different replication factor: [{listed}]",
                "org.apache.kafka.tools.AdminOperationException",
            )
    return found


def _configs(options: Options) -> dict[str, str]:
    pairs = [split(_BLANK_EQUALS.sub("=", text), "=") for text in options.texts("config")]
    if any(len(pair) != 2 for pair in pairs):
        raise IllegalArgument(
            "requirement failed: Invalid topic config: all configs to be added must be in the format "
            '"key=val".'
        )
    configs = {key.strip(): value.strip() for key, value in pairs}
    for name in configs:
        if name not in TOPIC:
            raise Failure(
                f"Unknown topic config name: {name}",
                "org.apache.kafka.common.errors.InvalidConfigurationException",
            )
    TOPIC.check(configs)
    return configs
