"""What Java's libraries make of numbers, times, ids and patterns, and the orders of their maps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.cli.tools.bootstrap import bootstrap_fault
from ottla.cli.tools.ending import Failure
from ottla.cli.tools.java_number import LONG, is_number, number
from ottla.cli.tools.java_order import hash_order, partition_hash, string_hash
from ottla.cli.tools.java_regex import java_pattern
from ottla.cli.tools.java_split import split
from ottla.cli.tools.java_time import date_time_ms, duration_ms
from ottla.cli.tools.java_uuid import given_uuid
from ottla.cli.tools.topic_filter import IncludeList
from ottla.model.ids import TopicPartition


@pytest.mark.parametrize(
    ("text", "value"),
    [("", 0), ("a", 97), ("topic", 110546223), ("polygenelubricants", -(2**31)), ("😀", 1772899)],
)
def test_a_text_has_the_hash_that_java_gives_it(text: str, value: int) -> None:
    assert string_hash(text) == value


def test_a_map_gives_its_keys_by_their_hashes() -> None:
    assert hash_order(["banana", "apple", "cherry"]) == ["banana", "apple", "cherry"]
    names = [TopicPartition("t", index) for index in (2, 1, 0)]
    assert hash_order(names, partition_hash) == names


@given(st.lists(st.text(max_size=5), max_size=40))
def test_a_map_gives_each_key_once(keys: list[str]) -> None:
    assert sorted(hash_order(keys)) == sorted(set(keys))


def test_numbers_have_an_end() -> None:
    assert number("-2147483648") == -(2**31)
    assert number("+9223372036854775807", LONG) == 2**63 - 1
    assert not is_number("9223372036854775808", LONG)
    with pytest.raises(Failure, match='For input string: "2147483648"') as raised:
        number("2147483648")
    assert raised.value.thrown == "java.lang.NumberFormatException"


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a,b", ["a", "b"]), ("a,,b,,", ["a", "", "b"]), ("", [""]), (",", []), (",a", ["", "a"])],
)
def test_what_is_empty_at_the_end_of_a_list_falls_away(text: str, parts: list[str]) -> None:
    assert split(text, ",") == parts


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1970-01-01T00:00:00.000", 0),
        ("1970-01-01T00:00:01.5Z", 1_005),
        ("2024-02-29T12:30:15.250+02:00", 1_709_202_615_250),
        ("2024-02-29T12:30:15.250-0230", 1_709_218_815_250),
    ],
)
def test_a_date_is_read_to_the_millisecond(text: str, milliseconds: int) -> None:
    assert date_time_ms(text) == milliseconds


@pytest.mark.parametrize(
    "text", ["2024-02-29", "T", "2024-02-30T00:00:00.000", "xT", "2024-01-01T25:00:00.000"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Failure) as raised:
        date_time_ms(text)
    assert raised.value.thrown == "java.text.ParseException"


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("P1D", 86_400_000),
        ("PT1H30M", 5_400_000),
        ("P1DT0.250S", 86_400_250),
        ("-PT1S", -1_000),
        ("PT-0.5S", -500),
        ("pt2m", 120_000),
    ],
)
def test_a_duration_is_read_to_the_millisecond(text: str, milliseconds: int) -> None:
    assert duration_ms(text) == milliseconds


@pytest.mark.parametrize("text", ["", "P", "PT", "1D", "P1", "P1DT"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="Text cannot be parsed to a Duration"):
        duration_ms(text)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a(", "Unclosed group near index 2\na("),
        ("[a", "Unclosed character class near index 1\n[a\n ^"),
        ("*a", "Dangling meta character '*' near index 0\n*a\n^"),
        ("a**", "Dangling meta character '*' near index 2\na**\n  ^"),
        ("a)", "Unmatched closing ')' near index 0\na)\n^"),
        ("a\\", "Unexpected internal error near index 2\na\\"),
        ("(?", "Unknown inline modifier near index 2\n(?"),
        ("[z-a]", "Illegal character range near index 3\n[z-a]\n   ^"),
    ],
)
def test_a_pattern_is_refused_in_javas_words(pattern: str, message: str) -> None:
    with pytest.raises(Failure) as raised:
        java_pattern(pattern)
    assert str(raised.value) == message


def test_an_id_is_refused_in_javas_words() -> None:
    assert len(given_uuid("AAAAAAAAAAAAAAAAAAAAAQ")) == 16
    with pytest.raises(Failure, match="Illegal base64 character 21"):
        given_uuid("AAAAAAAAAAAAAAAAAAAAA!")


def test_a_list_of_topics_is_a_pattern() -> None:
    include = IncludeList("'a.*, b'")
    assert include.regex == "a.*|b"
    assert [name for name in ("a", "ab", "b", "bc") if include.allows(name, exclude_internal=False)] == [
        "a",
        "ab",
        "b",
    ]


def test_internal_topics_can_be_left_out() -> None:
    include = IncludeList(".*")
    assert include.allows("__consumer_offsets", exclude_internal=False)
    assert not include.allows("__consumer_offsets", exclude_internal=True)


@pytest.mark.parametrize("text", ["host:1", "a:1,b:2", "[::1]:9092", "PLAINTEXT://h:1"])
def test_a_list_of_addresses_is_well_formed(text: str) -> None:
    assert bootstrap_fault(text) is None


@pytest.mark.parametrize("text", ["host", "host:", "a:1,b", ":x"])
def test_a_list_of_what_is_no_address_is_not(text: str) -> None:
    assert bootstrap_fault(text) == "Please provide valid host:port like host1:9091,host2:9092\n"
