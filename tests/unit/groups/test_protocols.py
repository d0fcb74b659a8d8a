"""Which protocol a generation uses, and what the group is then subscribed to."""

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.groups.coordinator import Coordinator
from tests.unit.groups.members import a_member, a_stable_group, joins, subscription

from ottla.groups.classic.protocols import select, supports
from ottla.groups.classic_group import ClassicGroup, ClassicGroupState
from ottla.groups.consumer_subscription import topics_subscribed_to
from ottla.groups.member import Member, Protocol

NAMES = ("cooperative", "range", "roundrobin", "sticky")


def protocols(*names: str) -> tuple[Protocol, ...]:
    return tuple(Protocol(name, subscription("t")) for name in names)


def group_of(*preferences: tuple[str, ...]) -> ClassicGroup:
    group = ClassicGroup("g", state=ClassicGroupState.STABLE, protocol_type="consumer")
    for at, names in enumerate(preferences):
        group = group.with_member(Member(f"m{at}", None, "", "", 1, 1, protocols(*names)))
    return group


def test_the_protocol_that_most_members_like_best_wins() -> None:
    assert select(group_of(("range", "sticky"), ("sticky", "range"), ("sticky", "range"))) == "sticky"


def test_what_one_member_does_not_know_can_t_win() -> None:
    assert select(group_of(("sticky", "range"), ("sticky", "range"), ("range",))) == "range"


@given(st.lists(st.permutations(NAMES).map(tuple), min_size=1, max_size=7), st.randoms())
def test_who_votes_first_does_not_matter(preferences: list[tuple[str, ...]], chance: "st.DataObject") -> None:
    shuffled = list(preferences)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert select(group_of(*preferences)) == select(group_of(*shuffled))


def test_a_member_needs_one_protocol_in_common_with_all() -> None:
    group = group_of(("range", "sticky"), ("range",))
    assert supports(group, "consumer", protocols("range", "roundrobin"))
    assert not supports(group, "consumer", protocols("sticky"))
    assert not supports(group, "connect", protocols("range"))


def test_groups_of_any_kind_agree_on_their_own_protocols() -> None:
    coordinator = Coordinator()
    opaque = (Protocol("compatible", b"\xff"),)
    ticket = a_member(coordinator, "w", protocol_type="connect", protocols=opaque)
    coordinator.advance(3_000)
    answer = coordinator.answers[ticket]
    assert (answer.protocol_type, answer.protocol, answer.members[0].metadata) == (
        "connect",
        "compatible",
        b"\xff",
    )
    assert coordinator.group().subscribed_topics is None


def test_when_the_last_old_member_has_gone_the_group_may_change_its_kind() -> None:
    coordinator = Coordinator()
    a_stable_group(coordinator, "a")
    coordinator.advance(10_000)
    a_member(coordinator, "w", protocol_type="connect")
    coordinator.advance(3_000)
    assert coordinator.group().protocol_type == "connect"


def test_a_group_is_subscribed_to_what_any_member_is() -> None:
    coordinator = Coordinator()
    a_member(coordinator, "a", protocols=(Protocol("range", subscription("x", "y")),))
    a_member(coordinator, "b", protocols=(Protocol("range", subscription("y", "z")),))
    coordinator.advance(6_000)
    assert coordinator.group().subscribed_topics == frozenset("xyz")


def test_of_a_subscription_that_can_t_be_read_everything_may_be_meant() -> None:
    coordinator = Coordinator()
    coordinator.submit(joins(version=3, protocols=(Protocol("range", b"\x00"),)))
    coordinator.advance(3_000)
    group = coordinator.group()
    assert group.subscribed_topics is None
    assert group.is_subscribed_to("anything")


@given(st.binary(max_size=40))
def test_whatever_a_member_says_is_no_fault_of_ours(metadata: bytes) -> None:
    topics = topics_subscribed_to(metadata)
    assert topics is None or all(isinstance(topic, str) for topic in topics)


@given(st.lists(st.text(max_size=5), max_size=4), st.integers(0, 32767), st.binary(max_size=9))
def test_every_version_of_a_subscription_begins_like_the_first(
    topics: list[str], version: int, more: bytes
) -> None:
    metadata = version.to_bytes(2, "big") + subscription(*topics)[2:] + more
    if all(topic.isascii() for topic in topics):
        assert topics_subscribed_to(metadata) == topics
