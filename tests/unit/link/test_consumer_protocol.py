"""What members of a group write to each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.link.consumer.assignors.sticky_user_data import encode_memory, with_memory
from ottla.link.consumer.protocol import (
    Subscription,
    by_topic,
    decode_assignment,
    decode_subscription,
    encode_assignment,
    encode_subscription,
)
from ottla.model.ids import TopicPartition
from ottla.wire.primitives import ProtocolError

some_partitions = st.sets(
    st.builds(TopicPartition, st.sampled_from(["a", "b", "long-name"]), st.integers(0, 50)), max_size=12
).map(lambda names: tuple(sorted(names)))
a_subscription = st.builds(
    Subscription,
    topics=st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(tuple),
    owned=some_partitions,
    generation=st.integers(-1, 2**31 - 1),
    rack=st.none() | st.text(max_size=8),
    user_data=st.none() | st.binary(max_size=8),
)


@given(a_subscription)
def test_a_subscription_is_read_as_it_was_written(subscription: Subscription) -> None:
    assert decode_subscription(encode_subscription(subscription)) == subscription


@given(some_partitions)
def test_an_assignment_is_read_as_it_was_written(partitions: tuple[TopicPartition, ...]) -> None:
    assert decode_assignment(encode_assignment(partitions)) == list(partitions)


def test_a_member_without_assignment_has_nothing() -> None:
    assert decode_assignment(b"") == []


def test_a_subscription_of_the_first_version_is_understood() -> None:
    data = bytes.fromhex("0000 00000002 0001 61 0001 62 ffffffff")
    assert decode_subscription(data) == Subscription(("a", "b"))


def test_a_subscription_of_a_later_version_is_read_as_far_as_it_is_known() -> None:
    data = bytearray(encode_subscription(Subscription(("a",), rack="r")))
    data[:2] = (9).to_bytes(2, "big")
    assert decode_subscription(bytes(data) + b"what is new") == Subscription(("a",), rack="r")


def test_what_is_no_subscription_is_refused() -> None:
    for data in (b"", b"\xff\xff", b"\x00\x00\x00"):
        with pytest.raises(ProtocolError):
            decode_subscription(data)


@given(some_partitions, st.integers(-1, 2**31 - 1))
def test_a_sticky_member_remembers_what_it_owned(owned: tuple[TopicPartition, ...], generation: int) -> None:
    subscription = Subscription(("a",), user_data=encode_memory(owned, generation))
    assert with_memory(subscription) == subscription._replace(owned=owned, generation=generation)


def test_a_memory_of_the_first_version_has_no_generation() -> None:
    data = bytes.fromhex("00000001 0001 61 00000001 00000003")
    remembered = with_memory(Subscription(("a",), user_data=data))
    assert (remembered.owned, remembered.generation) == ((TopicPartition("a", 3),), -1)


@given(st.binary(max_size=20))
def test_a_memory_that_is_none_changes_nothing_or_is_read(data: bytes) -> None:
    subscription = Subscription(("a",), user_data=data)
    assert with_memory(subscription).topics == ("a",)


def test_partitions_are_gathered_by_topic() -> None:
    names = [TopicPartition("b", 1), TopicPartition("a", 0), TopicPartition("b", 0)]
    assert by_topic(names) == {"b": [1, 0], "a": [0]}
