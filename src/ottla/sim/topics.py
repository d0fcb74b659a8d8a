"""The topics of a run, and how each is configured: the seed draws among what matters to its log."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple

TRANSACTED = "transacted"
_TINY = {"segment.bytes": ("1048576",), "internal.segment.bytes": ("3000", "10000", "50000")}


class TopicKind(NamedTuple):
    """A topic; `choices` has the values of each configuration that a seed may draw."""

    name: str
    partitions: int
    choices: Mapping[str, Sequence[str]]

    def draw(self, random: Random) -> dict[str, str]:
        return {key: random.choice(values) for key, values in self.choices.items()}


KINDS = (
    TopicKind("plain", 2, {**_TINY, "compression.type": ("producer", "producer", "zstd", "uncompressed")}),
    TopicKind(
        "flushed",
        1,
        {**_TINY, "flush.messages": ("1",), "message.timestamp.type": ("CreateTime", "LogAppendTime")},
    ),
    TopicKind("short", 1, {**_TINY, "retention.bytes": ("10000",)}),
    TopicKind(
        "table",
        2,
        {
            **_TINY,
            "cleanup.policy": ("compact",),
            "min.cleanable.dirty.ratio": ("0.01",),
            "delete.retention.ms": ("100", "120000"),
        },
    ),
    TopicKind(TRANSACTED, 1, _TINY),
)
