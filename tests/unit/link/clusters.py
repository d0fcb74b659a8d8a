"""Views of clusters for the tests of what looks at them."""

from ottla.link.cluster_view import ClusterView
from ottla.wire.messages.metadata_response import (
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)


def topic_id(name: str) -> bytes:
    return name.encode().ljust(16, b"\0")


def metadata(leaders: dict[str, list[int]], epoch: int = 0, error: int = 0) -> MetadataResponse:
    """An answer of a cluster of the nodes 1 to 3, with the leader of each partition of each topic."""
    return MetadataResponse(
        brokers=[MetadataResponseBroker(node_id=id_, host=f"host-{id_}", port=9092) for id_ in (1, 2, 3)],
        cluster_id="a-cluster",
        controller_id=1,
        topics=[
            MetadataResponseTopic(
                name=name,
                topic_id=topic_id(name),
                error_code=error,
                partitions=[
                    MetadataResponsePartition(partition_index=index, leader_id=leader, leader_epoch=epoch)
                    for index, leader in enumerate(nodes)
                ],
            )
            for name, nodes in leaders.items()
        ],
    )


def a_view(leaders: dict[str, list[int]]) -> ClusterView:
    view = ClusterView()
    view.learn(metadata(leaders))
    return view
