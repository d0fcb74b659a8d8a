"""What Kafka's own classes say of its configuration."""

import json
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

_PROGRAM = Path(__file__).parent / "ConfigDefinitions.java"
_FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m")


class KafkaDefinitions(NamedTuple):
    """One list of keys for each kind of resource, as the Java program writes them."""

    broker: list[dict[str, Any]]
    broker_quotas: list[dict[str, Any]]
    topic: list[dict[str, Any]]
    group: list[dict[str, Any]]
    client_metrics: list[dict[str, Any]]
    update_modes: dict[str, str]
    topic_synonyms: dict[str, list[dict[str, Any]]]
    group_synonyms: dict[str, str | None]


def kafka_definitions(jars: Path) -> KafkaDefinitions:
    """Ask the classes in `jars`."""
    command = ["java", *_FLAGS, "-cp", f"{jars}/*", str(_PROGRAM)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return KafkaDefinitions(**json.loads(done.stdout))
