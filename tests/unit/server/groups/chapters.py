"""The conversation: every API of classic groups, at all its versions, with right and wrong requests."""

from collections.abc import Callable

from tests.unit.server.groups.talking import RANGE, Line, Talk, subscription

from ottla.wire.messages.delete_groups_request import DeleteGroupsRequest
from ottla.wire.messages.describe_groups_request import DescribeGroupsRequest
from ottla.wire.messages.find_coordinator_request import FindCoordinatorRequest
from ottla.wire.messages.heartbeat_request import HeartbeatRequest
from ottla.wire.messages.join_group_request import JoinGroupRequestProtocol
from ottla.wire.messages.list_groups_request import ListGroupsRequest

OTHER = [JoinGroupRequestProtocol(name="other", metadata=b"")]
CHANGED = [JoinGroupRequestProtocol(name="range", metadata=subscription("u"))]
GHOST = ("ghost", None)


def find(talk: Talk) -> None:
    """Key types of coordinators that are not served have a test of their own."""
    for version in range(4):
        request = FindCoordinatorRequest(key="g")
        talk.ask(f"find v{version}", "find_coordinator", version, request)
        if version:
            request = FindCoordinatorRequest(key="g", key_type=3)
            talk.ask(f"find v{version} of an unknown type", "find_coordinator", version, request)
    for version in range(4, 7):
        for key_type in (0, 3) if version == 6 else (0, 2, 3):
            request = FindCoordinatorRequest(key_type=key_type, coordinator_keys=["g", "h"])
            talk.ask(f"find v{version} of type {key_type}", "find_coordinator", version, request)


def commit(talk: Talk) -> None:
    for version in range(2, 11):
        group, v = f"simple{version}", f"v{version}"
        talk.commit(f"commit {v}", version, group, {0: 10 + version, 1: 20})
        talk.commit(f"commit {v} to no partition", version, group, {0: 10 + version, 7: 20})
        talk.commit(f"commit {v} to no topic", version, group, {0: 1}, topic="zz")
        talk.commit(
            f"commit {v} as member of nothing", version, "absent", {0: 1}, generation=3, member_id="x"
        )
        talk.commit(
            f"commit {v} as member of a simple group", version, group, {0: 1}, generation=3, member_id="x"
        )
        talk.commit(f"commit {v} with a member id alone", version, group, {0: 1}, member_id="x")
        talk.commit(f"commit {v} with long metadata", version, group, {0: 1}, metadata="x" * 4_097)
        talk.commit(f"commit {v} without metadata", version, group, {1: 5}, metadata=None)
        talk.commit(f"commit {v} of a negative offset", version, group, {1: -2}, metadata=None)
        if version <= 4:
            talk.commit(f"commit {v} with a retention", version, group, {0: 5}, retention_ms=100_000)
    talk.commit("commit for the empty group id", 8, "", {0: 5})


def fetch(talk: Talk) -> None:
    for version in range(1, 11):
        v, groups = f"v{version}", ["simple9"]
        talk.fetch(f"fetch {v}", version, groups, [0, 1, 2, 9])
        talk.fetch(f"fetch {v} of no topic", version, groups, [0, 1], topic="zz")
        talk.fetch(f"fetch {v} of no group", version, ["nogroup"], [0, 1])
        talk.fetch(f"fetch {v} of the empty group id", version, [""], [0])
        if version >= 2:
            talk.fetch(f"fetch {v} all", version, groups, None)
            talk.fetch(f"fetch {v} all of no group", version, ["nogroup"], None)
        if version >= 7:
            talk.fetch(f"fetch {v} what is stable", version, groups, [0], stable=True)
        if version >= 8:
            talk.fetch(f"fetch {v} of many groups", version, ["simple2", "nogroup", "simple3"], [0])
        if version >= 9:
            talk.fetch(f"fetch {v} as a member", version, groups, [0], member_id="x", member_epoch=4)


def refusals(talk: Talk) -> None:
    for version in range(10):
        group, v, sync, beat = f"refuse{version}", f"v{version}", min(version, 5), min(version, 4)
        talk.join(f"join {v} with a short session", version, group, session_ms=100)
        talk.join(f"join {v} with a long session", version, group, session_ms=2_000_000)
        talk.join(f"join {v} of the empty group id", version, "")
        talk.join(f"join {v} with an unknown id", version, group, "ghost")
        talk.join(f"join {v} without protocols", version, f"{group}x", protocols=[])
        talk.join(f"join {v} without a protocol type", version, f"{group}x", protocol_type="")
        talk.sync(f"sync {v} in no group", sync, group, 1, "m")
        talk.sync(f"sync {v} in the empty group id", sync, "", 1, "m")
        heartbeat(talk, f"beat {v} in no group", beat, group, 1, "m")
        heartbeat(talk, f"beat {v} in the empty group id", beat, "", 1, "m")
        talk.leave(f"leave {v} no group", min(version, 5), group, ("m", None), ("n", "i"))
        talk.leave(f"leave {v} the empty group id", min(version, 5), "", ("m", None))


def dynamic(talk: Talk) -> None:
    for version in range(10):
        _one_member(talk, version, f"dyn{version}", f"v{version}")


def _one_member(talk: Talk, version: int, group: str, v: str) -> None:
    sync, beat, describe = min(version, 5), min(version, 4), min(version, 6)
    joined = talk.join(f"join {v}", version, group)
    if version >= 4:
        described(talk, f"describe {v} with a pending member", describe, group)
        joined = talk.join(f"join {v} again", version, group, joined.member_id)
    member = joined.member_id
    described(talk, f"describe {v} before sync", describe, group)
    talk.commit(f"commit {v} before sync", 9, group, {0: 3}, generation=1, member_id=member)
    talk.sync(f"sync {v} another generation", sync, group, 9, member)
    talk.sync(f"sync {v} a stranger", sync, group, 1, "ghost")
    if sync == 5:
        talk.sync(f"sync {v} another type", sync, group, 1, member, protocol_type="zz")
        talk.sync(f"sync {v} another protocol", sync, group, 1, member, protocol="zz")
        talk.sync(f"sync {v} without a protocol", sync, group, 1, member, protocol=None)
    talk.join(f"join {v} before sync", version, group, member)
    talk.sync(f"sync {v}", sync, group, 1, member, {member: b"as"})
    heartbeat(talk, f"beat {v}", beat, group, 1, member)
    heartbeat(talk, f"beat {v} another generation", beat, group, 2, member)
    heartbeat(talk, f"beat {v} a stranger", beat, group, 1, "ghost")
    described(talk, f"describe {v}", describe, group, "nogroup", "", operations=version >= 3)
    talk.commit(f"commit {v} a member", min(version + 2, 10), group, {0: 3}, generation=1, member_id=member)
    talk.commit(f"commit {v} an outsider", min(version + 2, 10), group, {0: 3})
    deleted(talk, f"delete {v} a stable group", min(version, 2), group, "nogroup", "absent", group)
    wanted = {"t": [0, 8], "u": [0], "zz": [0]}
    talk.delete_offsets(f"delete offsets {v}", group, wanted)
    talk.join(f"join {v} with another protocol", version, group, protocols=OTHER)
    talk.join(f"join {v} as leader again", version, group, member)
    heartbeat(talk, f"beat {v} the old generation", beat, group, 1, member)
    talk.leave(f"leave {v} strangers", min(version, 5), group, GHOST, ("", None), ("", "zz"))
    talk.leave(f"leave {v}", min(version, 5), group, (member, None))
    described(talk, f"describe {v} an empty group", describe, group)
    talk.commit(f"commit {v} into an empty group", min(version + 2, 10), group, {0: 1})


def two_members(talk: Talk) -> None:
    a, b, group = talk.cluster.connect("ca"), talk.cluster.connect("cb"), "two"
    id_a = talk.join("two: a asks", 9, group, line=a).member_id
    talk.join("two: a joins", 9, group, id_a, line=a)
    id_b = talk.join("two: b asks", 9, group, line=b).member_id
    talk.join("", 9, group, id_b, line=b)
    assert b.is_silent(), "b waits for a"
    heartbeat(talk, "two: a beats in a rebalance", 4, group, 1, id_a)
    described(talk, "two: described in a rebalance", 5, group)
    listed(talk, "two: listed by state", 4, states=["preparingREBALANCE"])
    joined = talk.join("two: a joins again", 9, group, id_a, line=a)
    talk.note("two: b is told", b.receive())
    leads = joined.leader == id_a
    (leader, lead_id), (follower, follow_id) = ((a, id_a), (b, id_b)) if leads else ((b, id_b), (a, id_a))
    talk.sync("", 5, group, 2, follow_id, line=follower)
    assert follower.is_silent(), "the follower waits for the leader"
    talk.sync("two: the leader syncs", 5, group, 2, lead_id, {id_a: b"A", id_b: b"B"}, line=leader)
    talk.note("two: the follower gets its part", follower.receive())
    talk.join("two: the follower has nothing new", 9, group, follow_id, line=follower)
    talk.join("", 9, group, follow_id, protocols=CHANGED, line=follower)
    assert follower.is_silent(), "the follower waits for the leader to join again"
    talk.sync("two: the leader syncs in a rebalance", 5, group, 2, lead_id, line=leader)
    talk.commit("two: the leader commits in a rebalance", 10, group, {0: 7}, generation=2, member_id=lead_id)
    talk.leave("two: the follower is removed", 5, group, (follow_id, None))
    talk.note("two: the follower is told", follower.receive())
    talk.join("two: the leader is alone", 9, group, lead_id, line=leader)
    talk.sync("two: the leader has all", 5, group, 3, lead_id, {lead_id: b"AB"}, line=leader)


def static(talk: Talk) -> None:
    a, b, group = talk.cluster.connect("ca"), talk.cluster.connect("cb"), "static"
    id_a = talk.join("static: a joins", 9, group, instance="ia", line=a).member_id
    talk.sync("static: a syncs", 5, group, 1, id_a, {id_a: b"1"}, instance="ia", line=a)
    talk.join("", 9, group, instance="ib", line=b)
    assert b.is_silent(), "b waits for a"
    joined = talk.join("static: a joins again", 9, group, id_a, instance="ia", line=a)
    id_b = talk.note("static: b is told", b.receive()).member_id
    if joined.leader == id_a:
        _static_pair(talk, group, (a, id_a, "ia"), (b, id_b, "ib"))
    else:
        _static_pair(talk, group, (b, id_b, "ib"), (a, id_a, "ia"))


def _static_pair(talk: Talk, group: str, lead: tuple[Line, str, str], follow: tuple[Line, str, str]) -> None:
    (leader, lead_id, lead_name), (follower, follow_id, follow_name) = lead, follow
    talk.sync("", 5, group, 2, follow_id, instance=follow_name, line=follower)
    assignments = {lead_id: b"L", follow_id: b"F"}
    talk.sync("static: the leader syncs", 5, group, 2, lead_id, assignments, instance=lead_name, line=leader)
    talk.note("static: the follower gets its part", follower.receive())
    for version in (5, 8, 9):
        v, old = f"v{version}", follow_id
        follow_id = talk.join(
            f"static: the follower is back {v}", version, group, instance=follow_name
        ).member_id
        talk.sync(f"static: and syncs {v}", 5, group, 2, follow_id, instance=follow_name)
        heartbeat(talk, f"static: the old one beats {v}", 4, group, 2, old, follow_name)
        talk.commit(
            f"static: the old one commits {v}",
            9,
            group,
            {0: 1},
            generation=2,
            member_id=old,
            instance=follow_name,
        )
        talk.leave(f"static: the old one leaves {v}", 5, group, (old, follow_name))
        lead_id = talk.join(f"static: the leader is back {v}", version, group, instance=lead_name).member_id
        talk.sync(f"static: and syncs too {v}", 5, group, 2, lead_id, instance=lead_name)
    described(talk, "static: described", 6, group)
    talk.join("static: an unknown instance", 9, group, follow_id, instance="zz")
    talk.join("static: another's instance", 9, group, follow_id, instance=lead_name)
    talk.leave("static: removed by name", 5, group, ("", follow_name), ("", "zz"), ("ghost", lead_name))
    described(talk, "static: described in a rebalance", 6, group)


def connect(talk: Talk) -> None:
    group, protocols = "connect", [JoinGroupRequestProtocol(name="p", metadata=b"zz")]

    def join(label: str, member_id: str = "") -> str:
        joined = talk.join(label, 9, group, member_id, protocol_type="connect", protocols=protocols)
        found: str = joined.member_id
        return found

    member = join("connect: asks")
    join("connect: joins", member)
    talk.sync("connect: syncs", 5, group, 1, member, {member: b"q"}, protocol_type="connect", protocol="p")
    talk.delete_offsets("connect: offsets stay", group, {"t": [0]})


def delete(talk: Talk) -> None:
    talk.delete_offsets("delete offsets of no group", "nogroup", {"t": [0]})
    talk.delete_offsets("delete offsets of the empty group id", "", {})
    talk.delete_offsets("delete offsets of a simple group", "simple9", {"t": [0]})
    talk.fetch("fetch after that", 9, ["simple9"], None)
    deleted(talk, "delete groups", 2, "simple2", "simple3", "dyn3")
    described(talk, "describe a deleted group", 6, "dyn3")
    talk.fetch("fetch of a deleted group", 9, ["dyn3"], None)


def list_all(talk: Talk) -> None:
    for version in range(6):
        states = ["Stable", "empty"] if version >= 4 else []
        listed(talk, f"list v{version}", version, states=states, types=["CLASSIC"] if version >= 5 else [])
    listed(talk, "list a state that is none", 5, states=["zz"])
    listed(talk, "list a type that is none", 5, types=["zz"])


def heartbeat(
    talk: Talk,
    label: str,
    version: int,
    group: str,
    generation: int,
    member: str,
    instance: str | None = None,
) -> None:
    request = HeartbeatRequest(
        group_id=group, generation_id=generation, member_id=member, group_instance_id=instance
    )
    talk.ask(label, "heartbeat", version, request)


def described(talk: Talk, label: str, version: int, *groups: str, operations: bool = False) -> None:
    request = DescribeGroupsRequest(groups=list(groups), include_authorized_operations=operations)
    talk.ask(label, "describe_groups", version, request)


def deleted(talk: Talk, label: str, version: int, *groups: str) -> None:
    talk.ask(label, "delete_groups", version, DeleteGroupsRequest(groups_names=list(groups)))


def listed(
    talk: Talk, label: str, version: int, *, states: list[str] | None = None, types: list[str] | None = None
) -> None:
    request = ListGroupsRequest(states_filter=states or [], types_filter=types or [])
    talk.ask(label, "list_groups", version, request)


CHAPTERS: list[Callable[[Talk], None]] = [
    find,
    commit,
    fetch,
    refusals,
    dynamic,
    two_members,
    static,
    connect,
    delete,
    list_all,
]
__all__ = ["CHAPTERS", "RANGE"]


def converse(talk: Talk) -> None:
    for chapter in CHAPTERS:
        chapter(talk)
