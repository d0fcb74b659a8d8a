"""Where the replicas of new partitions go: in stripes over racks and brokers (`StripedReplicaPlacer`).

Leaders go round over all unfenced brokers, replicas of one partition go to different racks where there are
enough, and fenced brokers take replicas only where unfenced ones do not suffice.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from ottla.metadata.brokers import BrokersImage
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ports import Entropy

Item = TypeVar("Item")


class UsableBroker(NamedTuple):
    """A broker that may take replicas."""

    id: int
    rack: str | None
    fenced: bool


def usable_brokers(brokers: BrokersImage) -> list[UsableBroker]:
    """All but those that are shutting down or have every directory cordoned."""
    return [
        UsableBroker(broker.id, broker.rack, broker.fenced)
        for broker in brokers.sorted()
        if not broker.in_controlled_shutdown and broker.has_uncordoned_directory
    ]


def place(
    brokers: Sequence[UsableBroker], partitions: int, replication_factor: int, entropy: Entropy
) -> list[tuple[int, ...]]:
    """The replicas of each new partition, the leader first. ApiError when there are too few brokers."""
    unfenced = sum(not broker.fenced for broker in brokers)
    if replication_factor <= 0:
        raise _refusal(
            f"Invalid replication factor {replication_factor}: the replication factor must be positive."
        )
    if unfenced == 0:
        raise _refusal("All brokers are currently fenced, or have all their log directories cordoned.")
    if replication_factor > len(brokers):
        raise _refusal(
            f"The target replication factor of {replication_factor} cannot be reached because only "
            f"{len(brokers)} broker(s) are registered or some brokers have all their log directories "
            "cordoned."
        )
    stripes = _Stripes(brokers, unfenced, entropy)
    return [stripes.next(replication_factor) for _ in range(partitions)]


def _refusal(message: str) -> ApiError:
    return ApiError(ErrorCode.INVALID_REPLICATION_FACTOR, message)


class _Ring:
    """Brokers in a ring. Each stripe goes round it once, one broker further on than the stripe before."""

    __slots__ = ("_brokers", "_given", "_start", "_stripe")

    def __init__(self, brokers: Iterable[int], entropy: Entropy) -> None:
        self._brokers = sorted(brokers)
        self._start = entropy.below(len(self._brokers)) if self._brokers else 0
        self._stripe = 0
        self._given = 0

    def next(self, stripe: int) -> int | None:
        """The next broker of this stripe, None when all were given."""
        if not self._brokers:
            return None
        if stripe != self._stripe:
            self._stripe, self._given = stripe, 0
            self._start = (self._start + 1) % len(self._brokers)
        if self._given == len(self._brokers):
            return None
        broker = self._brokers[(self._start + self._given) % len(self._brokers)]
        self._given += 1
        return broker

    def shuffle(self, entropy: Entropy) -> None:
        _shuffle(self._brokers, entropy)


class _Rack(NamedTuple):
    fenced: _Ring
    unfenced: _Ring

    def next(self, stripe: int) -> int | None:
        broker = self.unfenced.next(stripe)
        return self.fenced.next(stripe) if broker is None else broker


class _Stripes:
    """One placement in progress."""

    def __init__(self, brokers: Sequence[UsableBroker], unfenced: int, entropy: Entropy) -> None:
        # Brokers without a rack form one, which comes first.
        names = sorted({broker.rack for broker in brokers}, key=lambda rack: (rack is not None, rack or ""))
        self._by_name = tuple(_rack(brokers, name, entropy) for name in names)
        self._racks = list(self._by_name)
        self._unfenced, self._entropy = unfenced, entropy
        self._stripe = 0
        self._first_rack = entropy.below(len(self._racks))

    def next(self, replication_factor: int) -> tuple[int, ...]:
        if self._stripe == self._unfenced > 1:
            self._reshuffle()
        leader_rack, leader = self._leader()
        replicas = [leader]
        rack, skip = self._first_rack, leader_rack
        while len(replicas) < replication_factor:
            if rack == skip:
                # The leader's rack is passed over once, so that the next replica goes elsewhere.
                skip = -1
            else:
                broker = self._racks[rack].next(self._stripe)
                if broker is not None:
                    replicas.append(broker)
            rack = (rack + 1) % len(self._racks)
        self._stripe += 1
        self._first_rack = (self._first_rack + 1) % len(self._racks)
        return tuple(replicas)

    def _leader(self) -> tuple[int, int]:
        """The first rack with an unfenced broker, and that broker."""
        for step in range(len(self._racks)):
            rack = (self._first_rack + step) % len(self._racks)
            broker = self._racks[rack].unfenced.next(self._stripe)
            if broker is not None:
                return rack, broker
        raise AssertionError("some broker is unfenced")

    def _reshuffle(self) -> None:
        """Every unfenced broker has led once: another order, or the same assignments would come again."""
        _shuffle(self._racks, self._entropy)
        for rack in self._by_name:
            rack.fenced.shuffle(self._entropy)
            rack.unfenced.shuffle(self._entropy)
        self._stripe = 0


def _rack(brokers: Sequence[UsableBroker], name: str | None, entropy: Entropy) -> _Rack:
    members = [broker for broker in brokers if broker.rack == name]
    return _Rack(
        fenced=_Ring((broker.id for broker in members if broker.fenced), entropy),
        unfenced=_Ring((broker.id for broker in members if not broker.fenced), entropy),
    )


def _shuffle(items: list[Item], entropy: Entropy) -> None:
    for last in range(len(items) - 1, 0, -1):
        other = entropy.below(last + 1)
        items[last], items[other] = items[other], items[last]
