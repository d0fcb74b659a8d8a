"""Kafka's names in Python's spelling."""

import re

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake_case(name: str) -> str:
    """`KRaftVersionRecord` is `kraft_version_record`, `TopicId` is `topic_id`."""
    return _WORD_START.sub("_", name.replace("KRaft", "Kraft")).lower()


def camel_case(name: str) -> str:
    """As Kafka's error texts name a field: `TopicId` is `topicId`."""
    return name[0].lower() + name[1:]


def words(name: str) -> str:
    """For a sentence: `HeartbeatRequest` is `Heartbeat request`."""
    return snake_case(name).replace("_", " ").capitalize()
