"""What images and deltas tell, for comparing."""

from typing import Any

from ottla.metadata.delta import MetadataDelta
from ottla.metadata.image import MetadataImage, Provenance


def content(image: MetadataImage) -> MetadataImage:
    """What `image` says of the cluster, wherever it comes from."""
    return image._replace(provenance=Provenance())


def everything(delta: MetadataDelta) -> dict[str, Any]:
    subjects = (
        "features",
        "brokers",
        "controllers",
        "configs",
        "client_quotas",
        "acls",
        "scram",
        "delegation_tokens",
        "created_topics",
        "deleted_topics",
        "partitions",
    )
    return {subject: getattr(delta, subject)() for subject in subjects}
