"""Which partitions a command line means: `topic:partition` patterns, or a regular expression and a list."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from ottla.cli.get_offset.words import Terse
from ottla.cli.tools.ending import runtime_failure
from ottla.cli.tools.java_number import INT, is_number, number
from ottla.cli.tools.java_split import split
from ottla.cli.tools.topic_filter import IncludeList
from ottla.model.ids import TopicPartition

_RULE: Final = re.compile(r"([^:,]*)(?::(?:([0-9]*)|(?:([0-9]*)-([0-9]*))))?")


class Rule(NamedTuple):
    """Some partitions of some topics."""

    topics: IncludeList
    has_partition: Callable[[int], bool]

    def allows(self, topic: str) -> bool:
        return self.topics.allows(topic, exclude_internal=False)


class PartitionFilter(NamedTuple):
    """What any of the rules allows."""

    rules: list[Rule]

    def allows_topic(self, topic: str) -> bool:
        return any(rule.allows(topic) for rule in self.rules)

    def allows(self, name: TopicPartition) -> bool:
        return any(rule.allows(name.topic) and rule.has_partition(name.partition) for rule in self.rules)


def partition_filter(rules: str | None, topic: str | None, partitions: str | None) -> PartitionFilter:
    """`rules` (`--topic-partitions`), or else the other two. Raises Failure."""
    if rules is not None:
        return PartitionFilter([_rule(text) for text in split(rules, ",")])
    wanted = _numbers(partitions or "")
    return PartitionFilter(
        [Rule(IncludeList(".*" if topic is None else topic), lambda each: not wanted or each in wanted)]
    )


def _numbers(text: str) -> set[int]:
    words = split(text, ",") if text else []
    if not all(is_number(word, INT) for word in words):
        raise Terse(
            f"--partitions expects a comma separated list of numeric partition ids, but received: {text}"
        )
    return {int(word) for word in words}


def _rule(text: str) -> Rule:
    found = _RULE.fullmatch(text)
    if found is None:
        raise runtime_failure(Terse(f"Invalid rule specification: {text}"))
    topics = IncludeList(found[1] or ".*")
    if found[2]:
        return Rule(topics, number(found[2]).__eq__)
    lowest = number(found[3]) if found[3] else 0
    end = number(found[4]) if found[4] else None
    return Rule(topics, lambda each: lowest <= each and (end is None or each < end))
