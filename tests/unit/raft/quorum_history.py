"""One history of a quorum from a seed.

Faults and proposals for a while, then peace, in which it must recover.
"""

from collections.abc import Callable

from tests.unit.raft.quorum_invariants import must
from tests.unit.raft.replica_on_paper import CLUSTER, LISTENER, address, directory
from tests.unit.raft.simulated_member import Member
from tests.unit.raft.simulated_quorum import World

from ottla.wire.messages.add_raft_voter_request import AddRaftVoterRequest, Listener
from ottla.wire.messages.remove_raft_voter_request import RemoveRaftVoterRequest

FAULTY_MS, PEACEFUL_MS = 12_000, 12_000


def run_history(seed: int, voters: int, *, observers: int = 0, dynamic: bool = False) -> World:
    """Raises `Violation`; `run_history(seed, voters)` again is the same history."""
    world = World(seed, voters, observers=observers, dynamic=dynamic)
    for member in world.members.values():
        world.at(world.random.randint(0, 50), member.start)
    _every(world, 150, FAULTY_MS, lambda: _propose(world))
    _every(world, 1_000, FAULTY_MS, lambda: _fault(world))
    _every(world, 1_500, FAULTY_MS, lambda: _snapshot(world))
    if dynamic:
        _every(world, 800, FAULTY_MS, lambda: _change_voters(world))
    _every(world, 500, FAULTY_MS + PEACEFUL_MS, world.check_logs)
    world.run(FAULTY_MS)
    _make_peace(world)
    world.run(PEACEFUL_MS)
    _must_recover(world)
    return world


def _every(world: World, period_ms: int, until_ms: int, action: Callable[[], None]) -> None:
    def again() -> None:
        if world.now_ms < until_ms:
            action()
            world.at(world.random.randint(1, 2 * period_ms), again)

    world.at(world.random.randint(1, 2 * period_ms), again)


def _propose(world: World) -> None:
    for member in world.leaders():
        count = world.random.randint(1, 3)
        member.propose([f"v{world.ticket()}" for _ in range(count)])


def _snapshot(world: World) -> None:
    world.random.choice(list(world.members.values())).take_snapshot()


def _change_voters(world: World) -> None:
    for leader in world.leaders():
        node_id = world.random.choice(sorted(world.members))
        if world.random.random() < 0.6:
            world.administer(leader, _addition(node_id))
        elif node_id != leader.node_id or leader.voters > 2:
            # Of two voters, a leader that removed itself and died may leave one that it alone could help.
            # Kafka has the same hole.
            world.administer(leader, _removal(node_id))


def _addition(node_id: int) -> AddRaftVoterRequest:
    where = address(node_id)
    return AddRaftVoterRequest(
        cluster_id=CLUSTER,
        voter_id=node_id,
        voter_directory_id=directory(node_id),
        listeners=[Listener(name=LISTENER, host=where.host, port=where.port)],
    )


def _removal(node_id: int) -> RemoveRaftVoterRequest:
    return RemoveRaftVoterRequest(cluster_id=CLUSTER, voter_id=node_id, voter_directory_id=directory(node_id))


def _fault(world: World) -> None:
    kind = world.random.choice(("crash", "crash leader", "crash all", "isolate", "split", "heal", "heal"))
    members = list(world.members.values())
    one = world.random.choice(members)
    if kind == "crash":
        _crash(world, one)
    elif kind == "crash leader":
        # What it alone and one other had is in danger now.
        _isolate(world, one)
        for leader in world.leaders():
            _crash(world, leader, back_within_ms=300)
    elif kind == "crash all":
        for member in members:
            _crash(world, member)
    elif kind == "isolate":
        _isolate(world, one)
    elif kind == "split":
        here = set(world.random.sample(sorted(world.members), len(members) // 2))
        world.cut |= {frozenset((a, b)) for a in here for b in world.members if b not in here}
    elif kind == "heal":
        world.cut.clear()


def _isolate(world: World, one: Member) -> None:
    world.cut |= {frozenset((one.node_id, other)) for other in world.members if other != one.node_id}


def _crash(world: World, member: Member, *, back_within_ms: int = 3_000) -> None:
    if member.quorum is not None:
        member.crash()
        world.at(world.random.randint(1, back_within_ms), member.start)


def _make_peace(world: World) -> None:
    world.cut.clear()
    world.loss = world.repeats = 0.0
    world.latency_max_ms, world.sync_max_ms = 5, 2


def _must_recover(world: World) -> None:
    leaders = world.leaders()
    must(len(leaders) == 1, "one leads when there is peace", [m.node_id for m in leaders])
    leaders[0].propose(["last"])
    world.run(2_000)
    for member in world.members.values():
        must(member.values[-1:] == ["last"], "all catch up when there is peace", member.node_id)
    world.check_logs()
