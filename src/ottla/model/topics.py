"""Topic names: which are legal, which collide, which are Kafka's own."""

GROUP_METADATA_TOPIC = "__consumer_offsets"
TRANSACTION_STATE_TOPIC = "__transaction_state"
SHARE_GROUP_STATE_TOPIC = "__share_group_state"
METADATA_TOPIC = "__cluster_metadata"
_INTERNAL = frozenset({GROUP_METADATA_TOPIC, TRANSACTION_STATE_TOPIC, SHARE_GROUP_STATE_TOPIC})
_NAME_LENGTH_MAX = 249
_LEGAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def is_internal(topic: str) -> bool:
    """Whether the coordinators own this topic, so that clients don't write to it."""
    return topic in _INTERNAL


def name_refusal(topic: str) -> str | None:
    """Why `topic` is no legal name, in Kafka's words (`Topic.validate`), or None."""
    if not topic:
        return "Topic name is invalid: the empty string is not allowed"
    if topic in (".", ".."):
        return f"Topic name is invalid: '{topic}' is not allowed"
    if len(topic) > _NAME_LENGTH_MAX:
        return (
            f"Topic name is invalid: the length of '{topic}' is longer than the max allowed length "
            f"{_NAME_LENGTH_MAX}"
        )
    if not _LEGAL.issuperset(topic):
        return (
            f"Topic name is invalid: '{topic}' contains one or more characters other than "
            f"ASCII alphanumerics, "
            "'.', '_' and '-'"
        )
    return None


def collision_key(topic: str) -> str:
    """Names with the same key collide in metric names: `.` and `_` are one there."""
    return topic.replace(".", "_")
