"""Groups of kinds that are not served: nothing of their log is lost, and commands get Kafka's answers."""

from typing import Any

import pytest
from tests.unit.groups.coordinator import Coordinator
from tests.unit.groups.members import a_member, beats, commits, fetches, joins, leaves, syncs

from ottla.groups.answers import Joined, ListedGroup, Refused, Synced
from ottla.groups.apply import IllegalReplay, apply
from ottla.groups.classic_group import ClassicGroup
from ottla.groups.commands import DeleteGroup, DeleteOffsets, DescribeGroup, ListGroups
from ottla.groups.kept_group import KIND_OF_TYPE, KeptGroup, Kind
from ottla.groups.records import GroupRecord, decode_record, encode_record
from ottla.model.errors import ErrorCode
from ottla.wire.catalogue import coordinator_key_class, coordinator_value_class
from ottla.wire.index import COORDINATOR_RECORDS
from ottla.wire.messages.consumer_group_member_metadata_value import ClassicMemberMetadata
from ottla.wire.messages.streams_group_topology_value import Subtopology, TopicInfo
from ottla.wire.primitives import UnsupportedVersion

EPOCH, MEMBER, TARGET, CURRENT = "epoch", "member", "target", "current"
TYPES = {
    Kind.CONSUMER: {EPOCH: 3, MEMBER: 5, TARGET: 6, CURRENT: 8},
    Kind.SHARE: {EPOCH: 11, MEMBER: 10, TARGET: 12, CURRENT: 14},
    Kind.STREAMS: {EPOCH: 17, MEMBER: 19, TARGET: 20, CURRENT: 22},
}
KINDS = list(Kind)
UNKNOWN = ErrorCode.UNKNOWN_MEMBER_ID


def a_record(type_: int, group: str = "g", name: str = "m", gone: bool = False, **fields: Any) -> GroupRecord:
    key: Any = coordinator_key_class("group", type_)()
    key.group_id = group
    for field in key.__slots__:
        if field != "group_id":
            setattr(key, field, name)
    return GroupRecord(key, None if gone else coordinator_value_class("group", type_)(**fields))


def a_member_of(kind: Kind, name: str) -> GroupRecord:
    own: dict[str, Any] = {"classic_member_metadata": None} if kind is Kind.CONSUMER else {}
    return a_record(TYPES[kind][MEMBER], name=name, **own)


def replay(coordinator: Coordinator, *records: GroupRecord) -> None:
    """As if another node had written them."""
    for record in records:
        key, value = encode_record(record)
        coordinator.log.append((key, value))
        coordinator.state = apply(coordinator.state, decode_record(key, value))
    coordinator.durable = coordinator.state


def a_group(
    kind: Kind, members: int = 1, epoch: int = 3, target: int = 3, current: int = 3
) -> list[GroupRecord]:
    """The records that tell of its epochs, its members, and how far these have come."""
    types = TYPES[kind]
    records = [a_record(types[EPOCH], epoch=epoch), a_record(types[TARGET], assignment_epoch=target)]
    if kind is Kind.STREAMS:
        records += [
            a_record(17, epoch=epoch, validated_topology_epoch=1),
            a_record(23, epoch=1),
        ]
    stable = 1 if kind is Kind.STREAMS else 0
    for at in range(members):
        records += [
            a_member_of(kind, f"m{at}"),
            a_record(types[CURRENT], name=f"m{at}", member_epoch=current, state=stable),
        ]
    return records


def kept(coordinator: Coordinator) -> KeptGroup:
    group = coordinator.state.groups["g"]
    assert isinstance(group, KeptGroup)
    return group


@pytest.mark.parametrize("type_", sorted(COORDINATOR_RECORDS["group"]))
def test_every_type_of_record_replays_and_its_tombstone_too(type_: int) -> None:
    coordinator = Coordinator()
    if type_ in KIND_OF_TYPE:
        record = a_record(type_)
        replay(coordinator, record)
        assert [value for _, value in kept(coordinator).parts.sorted_items()] == [record.value]
        replay(coordinator, a_record(type_, gone=True))
        group = coordinator.state.groups.get("g")
        assert group is None or (isinstance(group, KeptGroup) and not len(group.parts))
        return
    key: Any = coordinator_key_class("group", type_)()
    key.group = "g"
    replay(coordinator, GroupRecord(key, coordinator_value_class("group", type_)()))
    assert "g" in coordinator.state.groups
    replay(coordinator, GroupRecord(key, None))
    assert len(coordinator.state.offsets) == 0


def test_a_tombstone_of_what_is_not_there_says_nothing() -> None:
    for type_ in sorted(KIND_OF_TYPE):
        coordinator = Coordinator()
        replay(coordinator, a_record(type_, gone=True))
        assert len(coordinator.state.groups) == 0


def test_a_record_of_an_unknown_type_is_named() -> None:
    with pytest.raises(UnsupportedVersion, match="group coordinator record type 24"):
        decode_record(b"\x00\x18", b"\x00\x00")


def test_offsets_that_came_before_the_group_s_own_records_stay_with_it() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(7))
    replay(coordinator, *a_group(Kind.CONSUMER))
    assert kept(coordinator).kind is Kind.CONSUMER
    assert coordinator.ask(fetches())[0].offset == 7


def test_a_log_in_which_one_group_is_of_two_kinds_can_t_be_loaded() -> None:
    coordinator = Coordinator()
    replay(coordinator, *a_group(Kind.CONSUMER))
    with pytest.raises(IllegalReplay, match="Group g is not a share group"):
        replay(coordinator, *a_group(Kind.SHARE))


@pytest.mark.parametrize(
    ("kind", "story", "state"),
    [
        (Kind.CONSUMER, {"members": 0}, "Empty"),
        (Kind.CONSUMER, {"epoch": 4}, "Assigning"),
        (Kind.CONSUMER, {"current": 2}, "Reconciling"),
        (Kind.CONSUMER, {}, "Stable"),
        (Kind.SHARE, {"members": 0}, "Empty"),
        (Kind.SHARE, {"epoch": 4, "current": 2}, "Stable"),
        (Kind.STREAMS, {"members": 0}, "Empty"),
        (Kind.STREAMS, {"epoch": 4}, "Assigning"),
        (Kind.STREAMS, {"current": 2}, "Reconciling"),
        (Kind.STREAMS, {}, "Stable"),
    ],
)
def test_the_records_tell_the_state(kind: Kind, story: dict[str, int], state: str) -> None:
    coordinator = Coordinator()
    replay(coordinator, *a_group(kind, **story))
    listed = coordinator.ask(ListGroups)
    assert listed == (ListedGroup("g", kind.value, state, kind.value),)


def test_a_streams_group_without_a_validated_topology_is_not_ready() -> None:
    coordinator = Coordinator()
    replay(coordinator, *a_group(Kind.STREAMS), a_record(23, epoch=2))
    assert kept(coordinator).state == "NotReady"
    ask = coordinator.ask
    assert len(ask(lambda ticket: ListGroups(ticket, frozenset({"NOT_READY"})))) == 1
    assert ask(lambda ticket: ListGroups(ticket, frozenset({"NotReady"}))) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_classic_members_find_no_place_in_a_group_of_another_kind(kind: Kind) -> None:
    coordinator = Coordinator()
    replay(coordinator, *a_group(kind))
    assert coordinator.ask(joins("m0")) == Joined(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    assert coordinator.ask(joins()) == Joined(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    assert coordinator.ask(syncs("m0", 3)) == Synced(UNKNOWN)
    assert coordinator.ask(beats("m0", 3)) is UNKNOWN
    assert coordinator.ask(leaves("m0")) == (UNKNOWN,)


@pytest.mark.parametrize("kind", [Kind.CONSUMER, Kind.STREAMS])
def test_an_empty_group_gives_way_to_classic_members_and_leaves_its_offsets(kind: Kind) -> None:
    coordinator = Coordinator()
    replay(coordinator, *a_group(kind, members=0))
    coordinator.ask(commits(7))
    a_member(coordinator, "a")
    coordinator.advance(3_000)
    assert isinstance(coordinator.group(), ClassicGroup)
    assert coordinator.ask(fetches())[0].offset == 7
    assert coordinator.reload().state.groups["g"] == coordinator.state.groups["g"]


def test_a_member_id_alone_does_not_make_an_empty_group_give_way() -> None:
    coordinator = Coordinator()
    replay(coordinator, *a_group(Kind.CONSUMER, members=0))
    assert coordinator.ask(joins("ghost")) == Joined(UNKNOWN, "ghost")
    assert kept(coordinator).kind is Kind.CONSUMER


def test_an_empty_share_group_does_not_give_way() -> None:
    coordinator = Coordinator()
    replay(coordinator, *a_group(Kind.SHARE, members=0))
    assert coordinator.ask(joins()) == Joined(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)


@pytest.mark.parametrize("kind", KINDS)
def test_none_is_described_as_a_classic_group(kind: Kind) -> None:
    coordinator = Coordinator()
    replay(coordinator, *a_group(kind))
    answer = coordinator.ask(lambda ticket: DescribeGroup(ticket, "g"))
    assert answer == Refused(ErrorCode.GROUP_ID_NOT_FOUND, "Group g is not a classic group.")


@pytest.mark.parametrize("kind", KINDS)
def test_one_with_members_can_t_be_deleted(kind: Kind) -> None:
    coordinator = Coordinator()
    replay(coordinator, *a_group(kind))
    assert coordinator.ask(lambda ticket: DeleteGroup(ticket, "g")) is ErrorCode.NON_EMPTY_GROUP


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_one_goes_with_all_that_was_written_of_it(kind: Kind) -> None:
    coordinator = Coordinator()
    types = TYPES[kind]
    replay(coordinator, *a_group(kind, members=0))
    written = len(coordinator.log)
    assert coordinator.ask(lambda ticket: DeleteGroup(ticket, "g")) is ErrorCode.NONE
    assert len(coordinator.state.groups) == 0
    tombstones = coordinator.log[written:]
    assert all(value is None for _, value in tombstones)
    deleted = [decode_record(key, None).key.KEY for key, _ in tombstones]
    assert deleted.index(types[TARGET]) < deleted.index(types[EPOCH]), "as Kafka's replay wants it"


def test_a_share_group_whose_partitions_have_state_elsewhere_stays() -> None:
    coordinator = Coordinator()
    replay(coordinator, *a_group(Kind.SHARE, members=0), a_record(15))
    assert coordinator.ask(lambda ticket: DeleteGroup(ticket, "g")) is ErrorCode.INVALID_REQUEST


@pytest.mark.parametrize("kind", [Kind.CONSUMER, Kind.STREAMS])
def test_members_commit_under_the_epoch_that_they_were_given_last(kind: Kind) -> None:
    coordinator = Coordinator()
    replay(coordinator, *a_group(kind))
    assert coordinator.ask(commits(7, member_id="m0", generation=3)) == (ErrorCode.NONE,)
    for generation in (2, 4):
        refusal = coordinator.ask(commits(8, member_id="m0", generation=generation))
        assert refusal == Refused(ErrorCode.STALE_MEMBER_EPOCH)
    refusal = coordinator.ask(commits(8, member_id="x", generation=3))
    assert refusal == Refused(UNKNOWN, "Member x is not a member of group g.")
    refusal = coordinator.ask(commits(8, member_id="m0", generation=3, version=8))
    assert refusal.error is ErrorCode.UNSUPPORTED_VERSION
    assert coordinator.ask(commits(8)).error is UNKNOWN, "an administrator waits until it is empty"
    assert coordinator.ask(fetches())[0].offset == 7


def test_a_consumer_of_the_old_protocol_in_a_new_group_has_a_generation() -> None:
    coordinator = Coordinator()
    classic = a_record(5, name="m0", classic_member_metadata=ClassicMemberMetadata())
    replay(coordinator, *a_group(Kind.CONSUMER), classic)
    assert coordinator.ask(commits(7, member_id="m0", generation=3, version=5)) == (ErrorCode.NONE,)
    refusal = coordinator.ask(commits(7, member_id="m0", generation=2, version=5))
    assert refusal == Refused(ErrorCode.ILLEGAL_GENERATION)


@pytest.mark.parametrize("kind", [Kind.CONSUMER, Kind.STREAMS])
def test_an_administrator_resets_the_offsets_of_an_empty_group(kind: Kind) -> None:
    coordinator = Coordinator()
    replay(coordinator, *a_group(kind, members=0))
    assert coordinator.ask(commits(7)) == (ErrorCode.NONE,)


@pytest.mark.parametrize("kind", [Kind.CONSUMER, Kind.STREAMS])
def test_offsets_are_told_to_administrators_and_to_members_under_their_epoch(kind: Kind) -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(7))
    replay(coordinator, *a_group(kind))
    assert coordinator.ask(fetches())[0].offset == 7
    assert coordinator.ask(fetches(member_id="m0", member_epoch=3))[0].offset == 7
    stale = coordinator.ask(fetches(member_id="m0", member_epoch=2))
    assert stale == Refused(ErrorCode.STALE_MEMBER_EPOCH)
    assert coordinator.ask(fetches(member_id="x", member_epoch=3)).error is UNKNOWN


def test_a_share_group_has_no_offsets_to_commit_fetch_or_delete() -> None:
    coordinator = Coordinator()
    replay(coordinator, *a_group(Kind.SHARE, members=0))
    refusal = Refused(ErrorCode.GROUP_ID_NOT_FOUND, "Group g is not a consumer group.")
    assert coordinator.ask(commits(7)) == refusal
    assert coordinator.ask(lambda ticket: DeleteOffsets(ticket, "g", (("t", 0),))) == refusal
    assert coordinator.ask(fetches())[0].offset == -1


def test_what_consumers_are_subscribed_to_by_name_or_expression_stays() -> None:
    coordinator = Coordinator()
    for topic in ("named", "matched", "old"):
        coordinator.ask(commits(1, topic=topic))
    replay(
        coordinator,
        *a_group(Kind.CONSUMER),
        a_record(5, name="m0", subscribed_topic_names=["named"]),
        a_record(16, name="m.*", topics=["matched"]),
    )
    wanted = (("named", 0), ("matched", 0), ("old", 0))
    answer = coordinator.ask(lambda ticket: DeleteOffsets(ticket, "g", wanted))
    subscribed = ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC
    assert answer == (subscribed, subscribed, ErrorCode.NONE)


def test_the_topics_that_a_streams_application_reads_stay() -> None:
    coordinator = Coordinator()
    for topic in ("source", "repartition", "old"):
        coordinator.ask(commits(1, topic=topic))
    topology = Subtopology(
        source_topics=["source"], repartition_source_topics=[TopicInfo(name="repartition")]
    )
    replay(coordinator, *a_group(Kind.STREAMS), a_record(23, epoch=1, subtopologies=[topology]))
    wanted = (("source", 0), ("repartition", 0), ("old", 0))
    answer = coordinator.ask(lambda ticket: DeleteOffsets(ticket, "g", wanted))
    subscribed = ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC
    assert answer == (subscribed, subscribed, ErrorCode.NONE)


def test_after_the_retention_an_empty_group_goes_and_a_share_group_does_not() -> None:
    week = 7 * 24 * 3_600_000
    for kind in KINDS:
        coordinator = Coordinator()
        replay(coordinator, *a_group(kind, members=0))
        other = coordinator.reload()
        other.advance(week + 600_000)
        assert ("g" in other.state.groups) == (kind is Kind.SHARE)
