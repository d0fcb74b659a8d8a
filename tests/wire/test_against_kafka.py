"""Kafka's own classes read what ours write, write the same bytes, and have the same defaults and refusals."""

import pytest

from ottla.wire.message import Message
from ottla.wire.primitives import UnsupportedVersion
from tests.wire.conftest import Ask
from tests.wire.every_message import every_message, kafka_class, versions, written
from tests.wire.inventing_reader import invented, thinned

pytestmark = pytest.mark.needs("kafka")
each_message = pytest.mark.parametrize("message", every_message(), ids=lambda message: message.__name__)


@each_message
def test_kafka_writes_the_same_bytes(message: type[Message], kafka: Ask) -> None:
    for version in versions(message):
        for seed in range(4):
            data = written(invented(message, version, seed), version)
            assert kafka(kafka_class(message), version, version, data) == f"ok {data.hex()}"


@each_message
def test_kafka_has_the_same_defaults(message: type[Message], kafka: Ask) -> None:
    for version in versions(message):
        assert (
            kafka(kafka_class(message), version, version, None) == f"ok {written(message(), version).hex()}"
        )


@each_message
def test_kafka_refuses_the_same_fields(message: type[Message], kafka: Ask) -> None:
    """Messages of the newest version, with few fields set, are written at every older one."""
    newest = message.VERSIONS[1]
    for version in versions(message):
        for seed in range(6):
            sent = thinned(invented(message, newest, seed), f"{version} {seed}")
            data = written(sent, newest)
            answer = kafka(kafka_class(message), newest, version, data)
            assert _without_field(answer) == _outcome(sent, version)


def _outcome(message: Message, version: int) -> str:
    try:
        return f"ok {written(message, version).hex()}"
    except UnsupportedVersion:
        return "unsupported"


def _without_field(answer: str) -> str:
    """Kafka may name another field, since it looks at tagged ones earlier; null it does not expect at all."""
    if answer.startswith("unsupported ") or answer == "error java.lang.NullPointerException":
        return "unsupported"
    return answer
