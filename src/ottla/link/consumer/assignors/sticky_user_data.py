"""What a member of a `sticky` group remembers for the leader: it has let go of its partitions when it joins.

Kafka's own layout (`StickyAssignor`): topics with their partitions, then the generation; the first version
had no generation.
"""

from struct import Struct

from ottla.link.consumer.protocol import NO_GENERATION, Subscription, by_topic
from ottla.model.ids import TopicPartition
from ottla.wire.primitives import ProtocolError, Reader, put_string

_INT32 = Struct(">i")


def encode_memory(owned: tuple[TopicPartition, ...], generation: int) -> bytes:
    topics = by_topic(owned)
    out = bytearray(_INT32.pack(len(topics)))
    for topic, partitions in topics.items():
        put_string(out, topic)
        out += _INT32.pack(len(partitions))
        for index in partitions:
            out += _INT32.pack(index)
    out += _INT32.pack(generation)
    return bytes(out)


def with_memory(subscription: Subscription) -> Subscription:
    """The subscription with what its user data say was owned; as it is when they say nothing."""
    if subscription.user_data is None:
        return subscription
    try:
        source = Reader(subscription.user_data)
        owned = []
        for _ in range(source.array(6)):
            topic = source.string()
            owned += [TopicPartition(topic, source.int32()) for _ in range(source.array(4))]
        generation = source.int32() if source.remaining else NO_GENERATION
    except ProtocolError:
        return subscription
    return subscription._replace(owned=tuple(owned), generation=generation)
