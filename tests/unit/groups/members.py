"""Commands of clients, with the values that most tests don't care about."""

from collections.abc import Callable
from struct import pack
from typing import Any

from tests.unit.groups.coordinator import Coordinator

from ottla.groups.answers import Joined, Synced
from ottla.groups.commands import (
    CommitOffsets,
    FetchOffsets,
    Heartbeat,
    JoinGroup,
    LeaveGroup,
    Leaving,
    OffsetToCommit,
    SyncGroup,
    WantedOffset,
)
from ottla.groups.member import Protocol
from ottla.model.errors import ErrorCode
from ottla.model.ids import Ticket

Ask = Callable[[Ticket], Any]
SESSION_MS, REBALANCE_MS = 10_000, 60_000
TOPIC_ID = bytes(15) + b"\x07"


def subscription(*topics: str) -> bytes:
    """Version 0 of the consumer protocol, without user data."""
    named = b"".join(pack(">h", len(topic)) + topic.encode() for topic in topics)
    return pack(">hi", 0, len(topics)) + named + pack(">i", -1)


RANGE = (Protocol("range", subscription("t")),)


def joins(
    member_id: str = "",
    *,
    fresh: str = "m",
    instance: str | None = None,
    protocols: tuple[Protocol, ...] = RANGE,
    version: int = 9,
    group: str = "g",
    session_ms: int = SESSION_MS,
    rebalance_ms: int = REBALANCE_MS,
    protocol_type: str = "consumer",
) -> Ask:
    return lambda ticket: JoinGroup(
        ticket=ticket,
        group_id=group,
        member_id=member_id,
        instance_id=instance,
        new_member_id=fresh,
        client_id="client",
        client_host="/127.0.0.1",
        session_timeout_ms=session_ms,
        rebalance_timeout_ms=rebalance_ms,
        protocol_type=protocol_type,
        protocols=protocols,
        requires_known_member_id=version >= 4,
        supports_skipping_assignment=version >= 9,
    )


def syncs(
    member_id: str,
    generation: int,
    assignments: dict[str, bytes] | None = None,
    *,
    instance: str | None = None,
    protocol_type: str | None = "consumer",
    protocol: str | None = "range",
    group: str = "g",
) -> Ask:
    return lambda ticket: SyncGroup(
        ticket,
        group,
        generation,
        member_id,
        instance,
        protocol_type,
        protocol,
        tuple((assignments or {}).items()),
    )


def beats(member_id: str, generation: int, *, instance: str | None = None, group: str = "g") -> Ask:
    return lambda ticket: Heartbeat(ticket, group, generation, member_id, instance)


def leaves(*members: str | Leaving, group: str = "g") -> Ask:
    leaving = tuple(each if isinstance(each, Leaving) else Leaving(each, None) for each in members)
    return lambda ticket: LeaveGroup(ticket, group, leaving)


def commits(
    offset: int = 1,
    *,
    member_id: str = "",
    generation: int = -1,
    instance: str | None = None,
    topic: str = "t",
    partition: int = 0,
    metadata: str | None = "",
    retention_ms: int = -1,
    version: int = 10,
    group: str = "g",
    topic_id: bytes = TOPIC_ID,
) -> Ask:
    wanted = (OffsetToCommit(topic, topic_id, partition, offset, 5, metadata),)
    return lambda ticket: CommitOffsets(
        ticket, group, generation, member_id, instance, retention_ms, wanted, version
    )


def fetches(
    *wanted: tuple[str, int],
    group: str = "g",
    every: bool = False,
    stable: bool = False,
    member_id: str | None = None,
    member_epoch: int = -1,
    topic_id: bytes = TOPIC_ID,
) -> Ask:
    asked = tuple(WantedOffset(topic, topic_id, index) for topic, index in wanted or [("t", 0)])
    return lambda ticket: FetchOffsets(
        ticket, group, member_id, member_epoch, None if every else asked, stable
    )


def a_member(coordinator: Coordinator, name: str, **options: Any) -> Ticket:
    """A dynamic member that has got its id and waits for the next generation."""
    answer = coordinator.ask(joins(fresh=name, **options))
    assert answer == Joined(ErrorCode.MEMBER_ID_REQUIRED, member_id=name)
    return coordinator.submit(joins(name, **options))


def a_stable_group(
    coordinator: Coordinator, *names: str, instances: dict[str, str] | None = None, **options: Any
) -> int:
    """A group whose first rebalance is over; the generation. Each member owns its own name."""
    for name in names:
        instance = (instances or {}).get(name)
        if instance is None:
            a_member(coordinator, name, **options)
        else:
            coordinator.submit(joins(fresh=name, instance=instance, **options))
    coordinator.advance(coordinator.config.group_initial_rebalance_delay_ms * (len(names) + 1))
    return sync_all(coordinator, *names, group=options.get("group", "g"))


def sync_all(coordinator: Coordinator, *names: str, group: str = "g") -> int:
    """All members of the generation get what they own, the leader last; the generation."""
    generation, leader = coordinator.group(group).generation, coordinator.group(group).leader
    assert leader is not None
    tickets = {
        name: coordinator.submit(syncs(name, generation, group=group)) for name in names if name != leader
    }
    assignments = {name: name.encode() for name in names}
    tickets[leader] = coordinator.submit(syncs(leader, generation, assignments, group=group))
    for name, ticket in tickets.items():
        assert coordinator.answers[ticket] == Synced(ErrorCode.NONE, "consumer", "range", name.encode())
    return generation
