"""Apache Kafka itself still answers what was recorded of it. With OTTLA_RECORD set, records it anew."""

import os
from pathlib import Path

import pytest

from tests.differential.conversation import SETTINGS, converse, keep, kept
from tests.oracle.apache_kafka import ApacheKafka

pytestmark = [pytest.mark.needs("kafka"), pytest.mark.proof]
LEVELS = {
    "metadata.version": 25,
    "transaction.version": 0,
    "group.version": 0,
    "eligible.leader.replicas.version": 0,
    "share.version": 0,
    "streams.version": 0,
}
"""What a new directory of ours finalizes."""


def test_what_was_recorded_is_what_kafka_answers(tmp_path: Path) -> None:
    levels = [word for name, level in LEVELS.items() for word in ("--feature", f"{name}={level}")]
    node = ApacheKafka(tmp_path / "kafka", overrides=SETTINGS, format_arguments=levels)
    node.format()
    try:
        heard = converse(node)
    finally:
        node.kill()
    for chapter in heard:
        if os.environ.get("OTTLA_RECORD"):
            keep(chapter, heard[chapter])
        assert heard[chapter] == kept(chapter)
