"""What a consumer says to its leader when it joins: the one part of it that a coordinator looks at."""

from ottla.wire.messages.consumer_protocol_subscription import ConsumerProtocolSubscription
from ottla.wire.primitives import ProtocolError, Reader


def topics_subscribed_to(metadata: bytes) -> list[str] | None:
    """None for bytes that are no subscription: they are the members' own business.

    Every version begins like version 0, so that newer ones can be read.
    """
    source = Reader(metadata)
    try:
        if source.int16() < 0:
            return None
        return ConsumerProtocolSubscription.read(source, 0).topics
    except ProtocolError:
        return None
