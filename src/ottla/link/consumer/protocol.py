"""What members of a consumer group tell each other through the coordinator (`ConsumerProtocol`).

A version, then the message of that version; who is older reads what it knows.
"""

from collections.abc import Iterable
from struct import Struct
from typing import NamedTuple

from ottla.model.ids import TopicPartition
from ottla.wire.messages import consumer_protocol_assignment as assignment_messages
from ottla.wire.messages import consumer_protocol_subscription as subscription_messages
from ottla.wire.primitives import ProtocolError, Reader

_VERSION = Struct(">h")
_LATEST = 3
NO_GENERATION = -1


class Subscription(NamedTuple):
    """What one member wants, and what it had."""

    topics: tuple[str, ...]
    owned: tuple[TopicPartition, ...] = ()
    generation: int = NO_GENERATION
    rack: str | None = None
    user_data: bytes | None = None


def encode_subscription(subscription: Subscription) -> bytes:
    message = subscription_messages.ConsumerProtocolSubscription(
        topics=list(subscription.topics),
        user_data=subscription.user_data,
        owned_partitions=[
            subscription_messages.TopicPartition(topic=topic, partitions=partitions)
            for topic, partitions in by_topic(subscription.owned).items()
        ],
        generation_id=subscription.generation,
        rack_id=subscription.rack,
    )
    out = bytearray(_VERSION.pack(_LATEST))
    message.write(out, _LATEST)
    return bytes(out)


def decode_subscription(data: bytes) -> Subscription:
    """Raises ProtocolError."""
    source, version = _open(data)
    message = subscription_messages.ConsumerProtocolSubscription.read(source, version)
    owned = tuple(
        TopicPartition(each.topic, index) for each in message.owned_partitions for index in each.partitions
    )
    return Subscription(
        tuple(message.topics), owned, message.generation_id, message.rack_id, message.user_data
    )


def encode_assignment(partitions: Iterable[TopicPartition], user_data: bytes | None = None) -> bytes:
    message = assignment_messages.ConsumerProtocolAssignment(
        assigned_partitions=[
            assignment_messages.TopicPartition(topic=topic, partitions=indexes)
            for topic, indexes in by_topic(partitions).items()
        ],
        user_data=user_data,
    )
    out = bytearray(_VERSION.pack(_LATEST))
    message.write(out, _LATEST)
    return bytes(out)


def decode_assignment(data: bytes) -> list[TopicPartition]:
    """Nothing for a member that was given nothing. Raises ProtocolError."""
    if not data:
        return []
    source, version = _open(data)
    message = assignment_messages.ConsumerProtocolAssignment.read(source, version)
    return [
        TopicPartition(each.topic, index) for each in message.assigned_partitions for index in each.partitions
    ]


def by_topic(partitions: Iterable[TopicPartition]) -> dict[str, list[int]]:
    """The partitions of each topic, in the order they come."""
    topics: dict[str, list[int]] = {}
    for name in partitions:
        topics.setdefault(name.topic, []).append(name.partition)
    return topics


def _open(data: bytes) -> tuple[Reader, int]:
    source = Reader(data)
    version = source.int16()
    if version < 0:
        raise ProtocolError(f"Unsupported subscription version: {version}")
    return source, min(version, _LATEST)
