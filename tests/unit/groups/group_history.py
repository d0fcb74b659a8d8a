"""One group's random life: consumers that come, work, stall, crash and come back; turns that fail; restarts.

Checked all along: a partition has one owner in a generation (I14), a member acts only under its generation,
what was committed is never lost nor moved back by an older generation (I15), every request is answered once;
`Coordinator` checks besides that the log replays to the live state.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.unit.groups.coordinator import FAILED, Coordinator
from tests.unit.groups.members import beats, commits, fetches, joins, leaves, subscription, syncs

from ottla.groups.answers import Joined, Refused, Synced
from ottla.groups.commands import Leaving
from ottla.groups.config import GroupsConfig
from ottla.groups.member import Protocol
from ottla.model.errors import ErrorCode
from ottla.model.ids import Ticket

PARTITIONS = 6
RANGE = Protocol("range", subscription("t"))
STICKY = Protocol("sticky", subscription("t"))
_START_ANEW = (ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_INSTANCE_ID, ErrorCode.GROUP_MAX_SIZE_REACHED)
_JOIN_AGAIN = (ErrorCode.REBALANCE_IN_PROGRESS, ErrorCode.ILLEGAL_GENERATION)


@dataclass
class Consumer:
    """What a client library does with the answers it gets."""

    name: str
    instance: str | None
    protocols: tuple[Protocol, ...]
    session_ms: int
    member_id: str = ""
    generation: int = -1
    members: list[str] | None = None
    """Set for the leader until it has synced."""
    owned: frozenset[int] = frozenset()
    step: str = "join"
    """What it does next: join, sync, work."""
    waits_for: Ticket | None = None
    commits: tuple[int, int] | None = None
    """Partition and offset of the commit that it sent last, unless it sent something else since."""
    lives: int = 0

    @property
    def identity(self) -> str:
        return self.instance or self.member_id

    def begin_anew(self) -> None:
        self.member_id, self.generation, self.members, self.owned = "", -1, None, frozenset()
        self.step, self.waits_for = "join", None


@dataclass
class History:
    seed: int
    chance: Random = field(init=False)
    coordinator: Coordinator = field(init=False)
    consumers: list[Consumer] = field(init=False)
    owners: dict[tuple[int, int], str] = field(default_factory=dict)
    """Who owns a partition in a generation."""
    committed: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By partition: the generation and the offset of the last commit that was acknowledged."""
    failing: bool = True
    """Until the end: turns fail, and consumers leave or ask for rebalances for no reason."""
    joined: int = 0
    stable: int = 0

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        delay_ms = self.chance.choice((0, 3_000))
        size_max = self.chance.choice((3, 2**31 - 1))
        self.coordinator = Coordinator(
            GroupsConfig(group_initial_rebalance_delay_ms=delay_ms, group_max_size=size_max)
        )
        self.consumers = [self._consumer(at) for at in range(self.chance.randint(1, 5))]

    def run(self, steps: int) -> None:
        for _ in range(steps):
            self._one()
        self.failing = False
        self._settle()

    def _consumer(self, at: int) -> Consumer:
        protocols = self.chance.choice(((RANGE,), (RANGE, STICKY), (STICKY, RANGE)))
        instance = f"i{at}" if self.chance.random() < 0.4 else None
        return Consumer(f"c{at}", instance, protocols, self.chance.choice((6_000, 10_000, 30_000)))

    # One step

    def _one(self) -> None:
        draw = self.chance.random()
        if draw < 0.02:
            self._restart()
        elif draw < 0.25:
            self.coordinator.advance(self.chance.choice((1, 100, 1_000, 3_000, 7_000, 20_000)), self._fails)
        elif draw < 0.27:
            self._check_offsets()
        elif draw < 0.31:
            self.chance.choice(self.consumers).begin_anew()  # it crashed, and comes back without its id
        elif draw < 0.35:
            self.chance.choice(self.consumers).waits_for = None  # its connection broke, so it asks again
        else:
            self._turn()
        self._hear()

    def _fails(self) -> bool:
        return self.failing and self.chance.random() < 0.1

    def _turn(self) -> None:
        """Some consumers ask something in the same turn; in the end all do."""
        count = self.chance.randint(1, len(self.consumers)) if self.failing else len(self.consumers)
        asking = [
            (consumer, ask)
            for consumer in self.chance.sample(self.consumers, count)
            if (ask := self._ask(consumer)) is not None
        ]
        before = {consumer.name: self._is_member(consumer) for consumer, _ in asking}
        tickets = self.coordinator.turn([ask for _, ask in asking], self._fails())
        for (consumer, _), ticket in zip(asking, tickets, strict=True):
            answer = self.coordinator.answers.get(ticket)
            if consumer.commits and answer == (ErrorCode.NONE,):
                assert before[consumer.name], "only a member of the generation commits"
                self._note_commit(consumer, consumer.commits)
            consumer.waits_for = ticket

    def _ask(self, consumer: Consumer) -> Any:
        """What the consumer sends now; None while it waits for an answer."""
        if consumer.waits_for is not None:
            return None
        consumer.commits = None
        if consumer.step == "join":
            consumer.lives += 1
            return joins(
                consumer.member_id,
                fresh=f"{consumer.name}-{consumer.lives}",
                instance=consumer.instance,
                protocols=consumer.protocols,
                session_ms=consumer.session_ms,
                rebalance_ms=20_000,
                version=self.chance.choice((3, 8, 9)) if consumer.lives > 1 else 9,
            )
        if consumer.step == "sync":
            return syncs(
                consumer.member_id,
                consumer.generation,
                self._assignments(consumer),
                instance=consumer.instance,
                protocol=None,
            )
        return self._work(consumer)

    def _assignments(self, leader: Consumer) -> dict[str, bytes]:
        """Every partition to one member; the leader only knows those it was told of."""
        members = leader.members or []
        partitions = list(range(PARTITIONS))
        self.chance.shuffle(partitions)
        return {
            member: bytes(partition for at, partition in enumerate(partitions) if at % len(members) == index)
            for index, member in enumerate(members)
        }

    def _work(self, consumer: Consumer) -> Any:
        draw = self.chance.random()
        if draw < 0.5 and consumer.owned:
            partition = self.chance.choice(sorted(consumer.owned))
            _, last = self.committed.get(partition, (0, 0))
            consumer.commits = (partition, last + 1)
            return commits(
                last + 1,
                partition=partition,
                member_id=consumer.member_id,
                generation=consumer.generation,
                instance=consumer.instance,
            )
        if self.failing and draw < 0.54:
            return leaves(Leaving(consumer.member_id, consumer.instance))
        if self.failing and draw < 0.6:
            consumer.step = "join"
        return beats(consumer.member_id, consumer.generation, instance=consumer.instance)

    def _restart(self) -> None:
        """Another coordinator loads the log; whoever waits has lost its connection."""
        self.coordinator = self.coordinator.reload()
        for consumer in self.consumers:
            consumer.waits_for = None
        self._check_offsets()

    # Answers

    def _hear(self) -> None:
        for consumer in self.consumers:
            if consumer.waits_for is not None and consumer.waits_for in self.coordinator.answers:
                answer = self.coordinator.answers[consumer.waits_for]
                consumer.waits_for = None
                self._react(consumer, answer)

    def _react(self, consumer: Consumer, answer: Any) -> None:
        if isinstance(answer, Joined):
            self._on_joined(consumer, answer)
        elif isinstance(answer, Synced):
            self._on_synced(consumer, answer)
        elif answer != FAILED:
            errors = answer if isinstance(answer, tuple) and not isinstance(answer, Refused) else (answer,)
            error = errors[0].error if isinstance(errors[0], Refused) else errors[0]
            self._on_error(consumer, error)

    def _on_joined(self, consumer: Consumer, answer: Joined) -> None:
        if answer.error is ErrorCode.MEMBER_ID_REQUIRED:
            consumer.member_id = answer.member_id
        elif answer.error is not ErrorCode.NONE:
            self._on_error(consumer, answer.error)
        else:
            self.joined += 1
            consumer.member_id, consumer.generation = answer.member_id, answer.generation
            is_leader = answer.leader == answer.member_id and not answer.skip_assignment
            consumer.members = [member.id for member in answer.members] if is_leader else None
            consumer.step = "sync"

    def _on_synced(self, consumer: Consumer, answer: Synced) -> None:
        if answer.error is not ErrorCode.NONE:
            self._on_error(consumer, answer.error)
            return
        self.stable += 1
        consumer.step, consumer.owned = "work", frozenset(answer.assignment)
        for partition in consumer.owned:
            owner = self.owners.setdefault((consumer.generation, partition), consumer.identity)
            assert owner == consumer.identity, f"two owners of {partition} in {consumer.generation}"

    def _on_error(self, consumer: Consumer, error: ErrorCode) -> None:
        if error in _START_ANEW:
            consumer.begin_anew()
        elif error in _JOIN_AGAIN:
            consumer.step = "join"

    # Commits

    def _is_member(self, consumer: Consumer) -> bool:
        group = self.coordinator.soft.groups.get("g")
        return (
            group is not None
            and consumer.member_id in group.members
            and group.generation == consumer.generation
        )

    def _note_commit(self, consumer: Consumer, commit: tuple[int, int]) -> None:
        """It was acknowledged."""
        partition, offset = commit
        generation, before = self.committed.get(partition, (0, 0))
        assert consumer.generation >= generation, "an older generation commits nothing"
        assert offset > before, "an offset never moves back"
        self.committed[partition] = (consumer.generation, offset)

    def _check_offsets(self) -> None:
        wanted = [("t", partition) for partition in range(PARTITIONS)]
        told = self.coordinator.ask(fetches(*wanted))
        for fetched in told:
            _, offset = self.committed.get(fetched.partition, (0, -1))
            assert fetched.offset == offset, "what was acknowledged is there"

    # The end

    def _settle(self) -> None:
        """Faults are over: those who live agree, and when all are gone everything has been answered."""
        for _ in range(80):
            self._turn()
            self._hear()
            self.coordinator.advance(1_500)
            self._hear()
        working = [consumer for consumer in self.consumers if consumer.step == "work"]
        assert working, "a group without faults comes to work"
        self._check_offsets()
        self.coordinator.advance(1_000_000)
        assert not self.coordinator.waiting, "every request is answered once time is over"
        group = self.coordinator.soft.groups.get("g")
        assert group is None, "silent members are gone"
