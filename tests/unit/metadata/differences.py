"""All that a delta tells."""

from typing import Any

from ottla.metadata.delta import MetadataDelta


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
