"""`kafka-topics --create`."""

import sys

from ottla.cli.options import Options
from ottla.cli.tools.ending import IllegalArgument
from ottla.cli.topic.given import given_topic
from ottla.dial.cluster import Cluster
from ottla.link.admin import topics
from ottla.link.admin.topics import CLUSTER_DEFAULT
from ottla.model.errors import ApiError, ErrorCode

_FACTOR_MAX = 32_767


async def create_topic(cluster: Cluster, options: Options) -> None:
    topic = given_topic(options)
    if "." in topic.name or "_" in topic.name:
        sys.stdout.write(
            "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') "
            "could collide. To avoid issues it is best to use either, but not both.\n"
        )
    if topic.replication_factor is not None and not 1 <= topic.replication_factor <= _FACTOR_MAX:
        raise IllegalArgument(f"The replication factor must be between 1 and {_FACTOR_MAX} inclusive")
    if topic.partitions is not None and topic.partitions < 1:
        raise IllegalArgument("The partitions must be greater than 0")
    if not topic.name:
        raise ApiError(
            ErrorCode.INVALID_TOPIC_EXCEPTION, "The given topic name '' cannot be represented in a request."
        )
    call = topics.create_topic(
        topic.name,
        CLUSTER_DEFAULT if topic.partitions is None else topic.partitions,
        CLUSTER_DEFAULT if topic.replication_factor is None else topic.replication_factor,
        topic.assignment,
        topic.configs,
    )
    try:
        await cluster.call(call)
    except ApiError as error:
        if error.code != ErrorCode.TOPIC_ALREADY_EXISTS or not options.has("if-not-exists"):
            raise
        return
    sys.stdout.write(f"Created topic {topic.name}.\n")
