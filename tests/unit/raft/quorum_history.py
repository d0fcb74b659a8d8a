"""One history of a quorum from a seed.

Faults and proposals for a while, then peace, in which it must recover.
"""

from collections.abc import Callable

from tests.unit.raft.quorum_invariants import must
from tests.unit.raft.simulated_member import Member
from tests.unit.raft.simulated_quorum import World

FAULTY_MS, PEACEFUL_MS = 12_000, 12_000


def run_history(seed: int, voters: int, *, observers: int = 0) -> World:
    """Raises `Violation`; `run_history(seed, voters)` again is the same history."""
    world = World(seed, voters, observers=observers)
    for member in world.members.values():
        world.at(world.random.randint(0, 50), member.start)
    _every(world, 150, FAULTY_MS, lambda: _propose(world))
    _every(world, 1_000, FAULTY_MS, lambda: _fault(world))
    _every(world, 1_500, FAULTY_MS, lambda: _snapshot(world))
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


def _fault(world: World) -> None:
    kind = world.random.choice(("crash", "crash", "crash all", "isolate", "split", "heal", "heal", "resign"))
    members = list(world.members.values())
    one = world.random.choice(members)
    if kind == "crash":
        _crash(world, one)
    elif kind == "crash all":
        for member in members:
            _crash(world, member)
    elif kind == "isolate":
        world.cut |= {frozenset((one.node_id, other.node_id)) for other in members if other is not one}
    elif kind == "split":
        here = set(world.random.sample(sorted(world.members), len(members) // 2))
        world.cut |= {frozenset((a, b)) for a in here for b in world.members if b not in here}
    elif kind == "heal":
        world.cut.clear()


def _crash(world: World, member: Member) -> None:
    if member.quorum is not None:
        member.crash()
        world.at(world.random.randint(1, 3_000), member.start)


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
