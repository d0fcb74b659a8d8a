"""The partition of a group is Java's: a client and every broker compute the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.groups.partition_of_group import java_hash, partition_of_group


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", 0),
        ("a", 97),
        ("hello", 99162322),
        ("group", 98629247),
        ("polygenelubricants", 1 << 31),
        ("é", 233),
        ("😀", 0xFFFFFFFF & (0xD83D * 31 + 0xDE00)),
    ],
)
def test_strings_hash_as_in_java(text: str, value: int) -> None:
    assert java_hash(text) == value


def test_the_smallest_number_has_no_opposite_and_counts_as_zero() -> None:
    assert partition_of_group("polygenelubricants", 50) == 0


@given(st.text(), st.integers(1, 100))
def test_every_group_has_a_partition(group_id: str, partitions: int) -> None:
    assert 0 <= partition_of_group(group_id, partitions) < partitions


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_there_is_one_hash_for_plain_and_for_other_text(text: str) -> None:
    value = 0
    for character in text:
        value = (31 * value + ord(character)) % (1 << 32)
    assert java_hash(text) == value
