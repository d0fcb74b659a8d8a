"""Metadata, DescribeTopicPartitions, DescribeCluster, ApiVersions."""

from collections.abc import Sequence

from ottla.metadata.features import SERVED
from ottla.model.uuid import ZERO
from ottla.server import apis
from ottla.server.api import served_apis
from ottla.wire.messages.api_versions_request import ApiVersionsRequest
from ottla.wire.messages.api_versions_response import ApiVersionsResponse
from ottla.wire.messages.describe_cluster_request import DescribeClusterRequest
from ottla.wire.messages.describe_topic_partitions_request import (
    Cursor,
    DescribeTopicPartitionsRequest,
    TopicRequest,
)
from ottla.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from tests.differential.talk import UNKNOWN_ID, Line, Talk


def metadata(talk: Talk) -> None:
    """Held first, so that `all` is what this chapter created."""
    talk.create("m", 2)
    talk.create("m2")
    for version in range(14):
        v = f"v{version}"

        def ask(label: str, *names: str, **more: bool) -> None:
            topics = [MetadataRequestTopic(name=name) for name in names]
            _ask(talk, f"{v} {label}", version, topics, **more)  # noqa: B023

        _ask(talk, f"{v} all", version, [] if version == 0 else None)
        ask("two", "m", "m2")
        ask("the same twice", "m", "m")
        if version >= 4:
            ask("absent", "m", "absent")
        ask("illegal names", "a/b", "", ".", "x" * 250)
        if version >= 1:
            ask("none")
        if version >= 8:
            ask("with operations", "m", include_topic_authorized_operations=True)
        if 8 <= version <= 10:
            ask("with the cluster's operations", "m", include_cluster_authorized_operations=True)
    for version in range(10, 14):
        _by_id(talk, version, f"v{version}")


def _by_id(talk: Talk, version: int, v: str) -> None:
    def topic(topic_id: bytes, name: str | None = None) -> MetadataRequestTopic:
        return MetadataRequestTopic(topic_id=topic_id, name=name)

    found = talk.topic_ids["m"]
    _ask(talk, f"{v} by id", version, [topic(found)])
    _ask(talk, f"{v} by an unknown id", version, [topic(UNKNOWN_ID), topic(found)])
    _ask(talk, f"{v} by id and name", version, [topic(found, "m")])
    _ask(talk, f"{v} by id and another's", version, [topic(found), MetadataRequestTopic(name="m2")])
    _ask(talk, f"{v} by neither", version, [topic(ZERO)])


def _ask(
    talk: Talk, label: str, version: int, topics: Sequence[MetadataRequestTopic] | None, **more: bool
) -> None:
    request = MetadataRequest(
        topics=None if topics is None else list(topics), allow_auto_topic_creation=version < 4, **more
    )
    talk.ask(label, "metadata", version, request)


def auto_creation(talk: Talk) -> None:
    """The topics are created when they are asked for, so the first answer knows none of them."""
    for version in (0, 3, 4, 9, 13):
        names = [f"auto{version}", f"auto.{version}", "illegal/name"]
        topics = [MetadataRequestTopic(name=name) for name in names]
        request = MetadataRequest(topics=topics, allow_auto_topic_creation=True)
        talk.ask(f"v{version} asked for", "metadata", version, request)
        talk.await_topic(names[0])
        talk.await_topic(names[1])
        talk.ask(f"v{version} are there", "metadata", version, request)


def topic_partitions(talk: Talk) -> None:
    for name, partitions in (("dtp.a", 3), ("dtp.b", 1), ("dtp.c", 4)):
        talk.create(name, partitions)

    def ask(label: str, names: Sequence[str], limit: int, cursor: tuple[str, int] | None = None) -> None:
        request = DescribeTopicPartitionsRequest(
            topics=[TopicRequest(name=name) for name in names],
            response_partition_limit=limit,
            cursor=None if cursor is None else Cursor(topic_name=cursor[0], partition_index=cursor[1]),
        )
        talk.ask(label, "describe_topic_partitions", 0, request)

    names = ["dtp.c", "dtp.a", "dtp.b"]
    ask("whole", names, 100)
    for limit in (0, -1, 1, 3, 4, 5, 8):
        ask(f"{limit} at a time", names, limit)
    for cursor in (("dtp.a", 0), ("dtp.a", 2), ("dtp.a", 3), ("dtp.b", 0), ("dtp.c", 4), ("dtp.z", 0)):
        ask(f"from {cursor}", names, 2, cursor)
    ask("from a topic that is not asked for", names, 2, ("dtp.aa", 1))
    ask("from below zero", names, 2, ("dtp.a", -1))
    ask("the same twice", ["dtp.b", "dtp.b"], 10)
    ask("absent", ["dtp.a", "dtp.x"], 10)
    ask("illegal", ["dtp.a", "a/b"], 10)
    ask("the empty name", ["dtp.a", ""], 10)
    ask("all from below zero", [], 10, ("dtp.a", -1))
    ask("absent at the limit", ["dtp.a", "dtp.x"], 3)


def cluster(talk: Talk) -> None:
    for version in range(3):
        for operations in (False, True):
            request = DescribeClusterRequest(include_cluster_authorized_operations=operations)
            talk.ask(f"v{version} with operations: {operations}", "describe_cluster", version, request)
    for version in (1, 2):
        for endpoint_type in (0, 2, 9):
            request = DescribeClusterRequest(endpoint_type=endpoint_type)
            talk.ask(f"v{version} of type {endpoint_type}", "describe_cluster", version, request)
    fenced = DescribeClusterRequest(include_fenced_brokers=True)
    talk.ask("v2 with the fenced", "describe_cluster", 2, fenced)


def api_versions(talk: Talk) -> None:
    talk.hide("finalized_features_epoch")
    for version in range(5):
        software = {"client_software_name": "talk", "client_software_version": "1.0"} if version >= 3 else {}
        answer = talk.ask_quietly("api_versions", version, ApiVersionsRequest(**software))
        talk.note(f"v{version}", _of_what_we_serve(answer))
    for name in ("", "-a", "a b", "a.", "ä"):
        wrong = ApiVersionsRequest(client_software_name=name, client_software_version="1")
        talk.ask(f"v4 by '{name}'", "api_versions", 4, wrong)
    for version in (5, 99):
        line = Line(talk.port)
        line.send_raw(_frame(18, version, b"\x00\x02a\x021\x00"))
        talk.note(f"v{version} is unknown", line.receive_frame())
        line.close()


def _of_what_we_serve(answer: ApiVersionsResponse) -> ApiVersionsResponse:
    """What Kafka has beyond that stands in docs/compatibility.md."""
    served = served_apis(apis, "broker")
    answer.api_keys = [each for each in answer.api_keys if each.api_key in served]
    answer.supported_features = [each for each in answer.supported_features if each.name in SERVED]
    answer.finalized_features = [each for each in answer.finalized_features if each.name in SERVED]
    return answer


def _frame(key: int, version: int, body: bytes) -> bytes:
    head = key.to_bytes(2, "big") + version.to_bytes(2, "big") + (7).to_bytes(4, "big") + b"\x00\x01t"
    return (len(head + body)).to_bytes(4, "big") + head + body
