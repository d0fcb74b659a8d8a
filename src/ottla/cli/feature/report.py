"""`kafka-features describe`."""

import sys

from ottla.cli.feature.tables import shown_level
from ottla.cli.tools.ending import IllegalArgument
from ottla.dial.cluster import Cluster
from ottla.link.admin.features import describe_features


async def describe(cluster: Cluster, node: int | None) -> None:
    """As `node` sees the features, or any."""
    if node is not None and node < 0:
        raise IllegalArgument(f"Invalid node id {node}: must be non-negative.")
    features = await cluster.call(describe_features(node))
    epoch = "-" if features.epoch is None else features.epoch
    for name, (low, high) in sorted(features.supported.items()):
        level = features.finalized.get(name, 0)
        sys.stdout.write(
            f"Feature: {name:40}  SupportedMinVersion: {shown_level(name, low):15}  "
            f"SupportedMaxVersion: {shown_level(name, high):15}  "
            f"FinalizedVersionLevel: {shown_level(name, level):15}  Epoch: {epoch}\n"
        )
