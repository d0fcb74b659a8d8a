"""Who reads what: every partition has one reader, shares are even, and little changes hands."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.link.consumer.assignors import ASSIGNORS
from ottla.link.consumer.assignors.member import Assignment, Member
from ottla.link.consumer.assignors.sticky_user_data import encode_memory
from ottla.link.consumer.protocol import Subscription
from ottla.model.ids import TopicPartition

every_assignor = pytest.mark.parametrize("name", sorted(ASSIGNORS))
sticky_ones = pytest.mark.parametrize("name", ["sticky", "cooperative-sticky"])
some_counts = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9), min_size=1)
some_members = st.dictionaries(
    st.sampled_from(["m1", "m2", "m3", "m4", "m5"]),
    st.sets(st.sampled_from("abcd"), min_size=1).map(lambda topics: tuple(sorted(topics))),
    min_size=1,
)


def members(
    topics: dict[str, tuple[str, ...]], owned: Assignment | None = None, generation: int = 1
) -> list[Member]:
    """Members with their topics, and what they had."""
    had = owned or {}
    return [
        Member(
            id_,
            Subscription(
                wanted,
                tuple(had.get(id_, ())),
                generation if id_ in had else -1,
                user_data=encode_memory(tuple(had.get(id_, ())), generation if id_ in had else -1),
            ),
        )
        for id_, wanted in topics.items()
    ]


def shown(assignment: Assignment) -> dict[str, str]:
    return {id_: " ".join(str(name) for name in names) for id_, names in assignment.items()}


@every_assignor
@given(topics=some_members, counts=some_counts)
def test_every_partition_has_one_reader_who_wants_it(
    name: str, topics: dict[str, tuple[str, ...]], counts: dict[str, int]
) -> None:
    assignment = ASSIGNORS[name](members(topics), counts)
    assert set(assignment) == set(topics)
    given_out = Counter(each for names in assignment.values() for each in names)
    wanted = {topic for each in topics.values() for topic in each}
    assert given_out == Counter(
        TopicPartition(topic, index) for topic in wanted for index in range(counts.get(topic, 0))
    )
    for id_, names in assignment.items():
        assert all(each.topic in topics[id_] for each in names)


@pytest.mark.parametrize("name", ["roundrobin", "sticky", "cooperative-sticky"])
@given(ids=st.sets(st.sampled_from(["m1", "m2", "m3", "m4"]), min_size=1), counts=some_counts)
def test_shares_are_even_among_members_of_one_mind(name: str, ids: set[str], counts: dict[str, int]) -> None:
    assignment = ASSIGNORS[name](members({id_: tuple("abcd") for id_ in sorted(ids)}), counts)
    sizes = [len(names) for names in assignment.values()]
    assert max(sizes) - min(sizes) <= 1


@every_assignor
@given(topics=some_members, counts=some_counts)
def test_the_order_of_the_members_does_not_matter(
    name: str, topics: dict[str, tuple[str, ...]], counts: dict[str, int]
) -> None:
    there = members(topics)
    assert ASSIGNORS[name](there, counts) == ASSIGNORS[name](there[::-1], counts)


def test_range_gives_neighbours_and_the_rest_to_the_first() -> None:
    assignment = ASSIGNORS["range"](members({"x": ("a", "b"), "y": ("a", "b")}), {"a": 3, "b": 2})
    assert shown(assignment) == {"x": "a-0 a-1 b-0", "y": "a-2 b-1"}


def test_round_robin_deals_out_in_turn() -> None:
    assignment = ASSIGNORS["roundrobin"](members({"x": ("a", "b"), "y": ("a", "b")}), {"a": 3, "b": 2})
    assert shown(assignment) == {"x": "a-0 a-2 b-1", "y": "a-1 b-0"}


def test_round_robin_passes_over_who_does_not_want_a_topic() -> None:
    topics = {"x": ("a",), "y": ("a", "b"), "z": ("a", "b", "c")}
    assignment = ASSIGNORS["roundrobin"](members(topics), {"a": 1, "b": 2, "c": 3})
    assert shown(assignment) == {"x": "a-0", "y": "b-0", "z": "b-1 c-0 c-1 c-2"}


def test_static_members_come_first_by_their_instance() -> None:
    there = [
        Member("m1", Subscription(("a",))),
        Member("m2", Subscription(("a",)), "second"),
        Member("m3", Subscription(("a",)), "first"),
    ]
    assert shown(ASSIGNORS["range"](there, {"a": 3})) == {"m1": "a-2", "m2": "a-1", "m3": "a-0"}


@sticky_ones
@given(topics=some_members, counts=some_counts)
def test_nothing_changes_hands_when_nothing_changed(
    name: str, topics: dict[str, tuple[str, ...]], counts: dict[str, int]
) -> None:
    first = ASSIGNORS[name](members(topics), counts)
    assert ASSIGNORS[name](members(topics, first), counts) == first


@sticky_ones
@given(counts=some_counts, gone=st.sampled_from(["m1", "m2", "m3"]))
def test_who_stays_keeps_what_it_had_when_another_goes(name: str, counts: dict[str, int], gone: str) -> None:
    everyone: dict[str, tuple[str, ...]] = {id_: tuple("abcd") for id_ in ("m1", "m2", "m3")}
    first = ASSIGNORS[name](members(everyone), counts)
    left = {id_: topics for id_, topics in everyone.items() if id_ != gone}
    second = ASSIGNORS[name](members(left, {id_: first[id_] for id_ in left}), counts)
    assert all(set(first[id_]) <= set(second[id_]) for id_ in left)


def test_a_sticky_group_moves_no_more_than_it_must_when_one_comes() -> None:
    had = {"x": [TopicPartition("a", index) for index in range(4)], "y": [TopicPartition("b", 0)]}
    topics: dict[str, tuple[str, ...]] = dict.fromkeys("xyz", ("a", "b"))
    assignment = ASSIGNORS["sticky"](members(topics, had), {"a": 4, "b": 2})
    kept = sum(name in assignment[id_] for id_, names in had.items() for name in names)
    assert sorted(len(names) for names in assignment.values()) == [2, 2, 2]
    assert kept == 3


@given(topics=some_members, newcomer=st.sampled_from(["m1", "m6"]), counts=some_counts)
def test_cooperative_members_agree_in_a_few_steps_and_never_share_a_partition(
    topics: dict[str, tuple[str, ...]], newcomer: str, counts: dict[str, int]
) -> None:
    assign = ASSIGNORS["cooperative-sticky"]
    had = assign(members(topics), counts)
    grown = {**topics, newcomer: tuple("abcd")}
    for generation in range(2, 7):
        given_out = assign(members(grown, had, generation), counts)
        for id_, names in given_out.items():
            owners = [other for name in names for other, theirs in had.items() if name in theirs]
            assert set(owners) <= {id_}, "nobody is given what another still has"
        had = given_out
    assert sum(len(names) for names in had.values()) == sum(counts.values())


@sticky_ones
def test_the_latest_claim_holds(name: str) -> None:
    first = members({"x": ("a",)}, {"x": [TopicPartition("a", 0), TopicPartition("a", 1)]}, generation=4)
    second = members({"y": ("a",)}, {"y": [TopicPartition("a", 0), TopicPartition("a", 2)]}, generation=5)
    assignment = ASSIGNORS[name]([*first, *second], {"a": 4})
    assert shown(assignment) == {"x": "a-1 a-3", "y": "a-0 a-2"}


@sticky_ones
def test_two_claims_of_one_generation_cancel_each_other(name: str) -> None:
    both = {"x": [TopicPartition("a", 0)], "y": [TopicPartition("a", 0)]}
    assignment = ASSIGNORS[name](members({"x": ("a",), "y": ("a",)}, both), {"a": 2})
    assert shown(assignment) == {"x": "a-0", "y": "a-1"}


@sticky_ones
def test_partitions_that_are_gone_are_forgotten(name: str) -> None:
    had = {"x": [TopicPartition("a", 0), TopicPartition("a", 7), TopicPartition("gone", 0)]}
    assert shown(ASSIGNORS[name](members({"x": ("a",)}, had), {"a": 1})) == {"x": "a-0"}
