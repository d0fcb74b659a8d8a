"""`kafka-topics --delete`."""

from ottla.cli.options import Options
from ottla.cli.topic.matching import ensure_topic_exists, matching_topics
from ottla.dial.cluster import Cluster
from ottla.link.admin import topics


async def delete_topics(cluster: Cluster, options: Options) -> None:
    names = await matching_topics(cluster, options)
    ensure_topic_exists(names, options)
    if names:
        await cluster.call(topics.delete_topics(names))
