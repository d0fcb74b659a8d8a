"""What a client may want to say aloud while it goes on by itself."""

from dataclasses import dataclass

from ottla.link.cluster_view import NodeAddress


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A node can't be connected to."""

    node: NodeAddress


@dataclass(frozen=True, slots=True)
class TopicsInTrouble:
    """The metadata of these topics came with an error each, which may pass."""

    errors: dict[str, str]


Notice = Unreachable | TopicsInTrouble
