"""Who reads which partition: the assignors that members of a classic group may use, by their names."""

from collections.abc import Callable, Mapping
from typing import Final

from ottla.link.consumer.assignors.member import Assignment, Member
from ottla.link.consumer.assignors.range import assign_range
from ottla.link.consumer.assignors.round_robin import assign_round_robin
from ottla.link.consumer.assignors.sticky import assign_cooperatively, assign_sticky

Assignor = Callable[[list[Member], Mapping[str, int]], Assignment]

ASSIGNORS: Final[dict[str, Assignor]] = {
    "range": assign_range,
    "roundrobin": assign_round_robin,
    "sticky": assign_sticky,
    "cooperative-sticky": assign_cooperatively,
}
COOPERATIVE: Final = frozenset({"cooperative-sticky"})
"""Members keep what they own through a rebalance, and give up only what goes to another (KIP-429)."""
