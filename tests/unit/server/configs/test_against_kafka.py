"""Apache Kafka, with the same properties, answers the same to the same requests."""

from pathlib import Path

import pytest
from tests.e2e.ottla_node import ottla_node
from tests.oracle.apache_kafka import ApacheKafka, apache_kafka
from tests.unit.server.configs.chapters import CHAPTERS
from tests.unit.server.configs.conversation import talk


@pytest.mark.needs("kafka")
def test_apache_kafka_answers_the_same(tmp_path: Path) -> None:
    ours = ApacheKafka(tmp_path / "ours")
    ours.format()
    with (
        apache_kafka(tmp_path / "kafka") as kafka,
        ottla_node(tmp_path / "node", properties=ours.configure()),
    ):
        nodes = (kafka, ours)
        hidden = [(str(node.port), str(node.controller_port), str(node.data)) for node in nodes]
        for chapter in CHAPTERS:
            steps = list(chapter())
            answers = talk([node.port for node in nodes], steps, hidden)
            for (request, _), (kafkas, our) in zip(steps, answers, strict=True):
                assert our == kafkas, f"{chapter.__name__}: {request}"
