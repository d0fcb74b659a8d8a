"""`kafka-topics --alter`: topics grow, with replicas where the user or the cluster puts them."""

from ottla.cli.options import Options
from ottla.cli.topic.describe import described_topics
from ottla.cli.topic.given import given_topic
from ottla.cli.topic.matching import ensure_topic_exists, matching_topics
from ottla.dial.cluster import Cluster
from ottla.link.admin.topics import create_partitions


async def alter_topics(cluster: Cluster, options: Options) -> None:
    topic = given_topic(options)
    names = await matching_topics(cluster, options)
    ensure_topic_exists(names, options)
    if not names:
        return
    described = {each.name: each for each in await described_topics(cluster, names)}
    assert topic.partitions is not None, "checked before"
    counts = {
        name: (
            topic.partitions,
            list(topic.assignment.values())[len(described[name].partitions) :] if topic.assignment else None,
        )
        for name in names
    }
    await cluster.call(create_partitions(counts))
