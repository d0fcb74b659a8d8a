"""Apache Kafka itself still answers what was recorded of it. With OTTLA_RECORD set, records it anew."""

import json
import os
from pathlib import Path

import pytest
from tests.oracle.apache_kafka import apache_kafka
from tests.unit.server.groups.chapters import converse
from tests.unit.server.groups.kafka_broker import KafkaBroker
from tests.unit.server.groups.talking import Talk
from tests.unit.server.groups.test_answers import RECORDED

pytestmark = [pytest.mark.needs("kafka"), pytest.mark.proof]


def test_what_was_recorded_is_what_kafka_answers(tmp_path: Path) -> None:
    with apache_kafka(tmp_path / "kafka", overrides={"auto.create.topics.enable": "false"}) as node:
        broker = KafkaBroker(node.port)
        talk = Talk(broker)
        converse(talk)
        broker.close()
    heard = json.loads(json.dumps(talk.heard))
    if os.environ.get("OTTLA_RECORD"):
        lines = ",\n".join(f"{json.dumps(label)}: {json.dumps(answer)}" for label, answer in heard.items())
        RECORDED.write_text(f"{{\n{lines}\n}}\n")
    assert heard == json.loads(RECORDED.read_text())
