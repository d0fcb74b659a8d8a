"""All chapters in the order in which they are held, and where Kafka's side of each is kept."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from tests.differential.chapters import (
    administration,
    after_restart,
    fetch,
    metadata,
    offsets,
    produce,
    topics,
)
from tests.differential.talk import Talk

CHAPTERS: dict[str, Callable[[Talk], None]] = {
    "metadata": metadata.metadata,
    "cluster": metadata.cluster,
    "api_versions": metadata.api_versions,
    "auto_creation": metadata.auto_creation,
    "topic_partitions": metadata.topic_partitions,
    "create_topics": topics.create_topics,
    "create_partitions": topics.create_partitions,
    "delete_topics": topics.delete_topics,
    "produce": produce.produce,
    "wrong_batches": produce.wrong_batches,
    "timestamps": produce.timestamps,
    "compacted": produce.compacted,
    "sequences": produce.sequences,
    "internal_topics": produce.internal_topics,
    "without_answer": produce.without_answer,
    "together": produce.together,
    "transactional": produce.transactional,
    "fetch": fetch.fetch,
    "fetch_zstd": fetch.fetch_zstd,
    "fetch_limits": fetch.fetch_limits,
    "fetch_as_a_broker": fetch.fetch_as_a_broker,
    "fetch_sessions": fetch.sessions,
    "list_offsets": offsets.list_offsets,
    "list_offsets_as_a_broker": offsets.list_offsets_as_a_broker,
    "leader_epochs": offsets.leader_epochs,
    "delete_records": offsets.delete_records,
    "init_producer_id": administration.init_producer_id,
    "producers": administration.producers,
    "log_dirs": administration.log_dirs,
    "quorum": administration.quorum,
    "features": administration.features,
    "feature_names": administration.feature_names,
    "unregistering": administration.unregistering,
    "elections": administration.elections,
    "reassignments": administration.reassignments,
}
AFTER_RESTART: dict[str, Callable[[Talk], None]] = {"epochs_after_restart": after_restart.epochs}
SETTINGS = {
    "log.retention.ms": "-1",  # the records are of 2023
    "offsets.topic.num.partitions": "3",
}
_KEPT = Path(__file__).parent / "kafka_answers"


class Node(Protocol):
    """A broker that can be stopped and started."""

    @property
    def port(self) -> int: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


def converse(node: Node) -> dict[str, dict[str, Any]]:
    """What the broker says, by chapter and label. It is started twice and left running."""
    node.start()
    heard = {name: _held(chapter, node.port) for name, chapter in CHAPTERS.items()}
    node.stop()
    node.start()
    return heard | {name: _held(chapter, node.port) for name, chapter in AFTER_RESTART.items()}


def _held(chapter: Callable[[Talk], None], port: int) -> dict[str, Any]:
    talk = Talk(port)
    chapter(talk)
    talk.close()
    heard: dict[str, Any] = json.loads(json.dumps(talk.heard))
    return heard


def kept(chapter: str) -> dict[str, Any]:
    answers: dict[str, Any] = json.loads((_KEPT / f"{chapter}.json").read_text())
    return answers


def keep(chapter: str, heard: dict[str, Any]) -> None:
    """One answer a line, so that differences read well."""
    lines = ",\n".join(f"{json.dumps(label)}: {json.dumps(answer)}" for label, answer in heard.items())
    (_KEPT / f"{chapter}.json").write_text(f"{{\n{lines}\n}}\n")
