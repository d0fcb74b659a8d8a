"""Property files are read and written as java.util.Properties does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.node.storage.properties_file import parse_properties, properties_text

TEXT = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("line", "key", "value"),
    [
        ("a=b", "a", "b"),
        ("  a : b ", "a", "b "),
        ("a b", "a", "b"),
        ("a\\ b = c=d", "a b", "c=d"),
        ("a", "a", ""),
        ("a=\\u00e4\\t\\x", "a", "ä\tx"),
        ("a=b\\\n   c", "a", "bc"),
        ("a=b\\\\", "a", "b\\"),
    ],
)
def test_a_line_is_split_as_java_splits_it(line: str, key: str, value: str) -> None:
    assert parse_properties(line.encode("latin-1")) == {key: value}


def test_comments_and_blank_lines_say_nothing() -> None:
    assert parse_properties(b"# a=b\n! c=d\n\n  \r\ne=f") == {"e": "f"}


def test_of_a_key_that_comes_twice_the_last_value_counts() -> None:
    assert parse_properties(b"a=b\na=c") == {"a": "c"}


def test_a_broken_escape_is_refused() -> None:
    with pytest.raises(ValueError, match="Malformed"):
        parse_properties(b"a=\\u12")


@given(st.dictionaries(TEXT, TEXT))
def test_what_is_written_is_read_back(properties: dict[str, str]) -> None:
    assert parse_properties(properties_text(properties, 0)) == properties


def test_the_file_begins_with_an_empty_comment_and_the_time() -> None:
    assert properties_text({"b": "2", "a": "1"}, 1_772_668_800_000) == (
        b"#\n#Thu Mar 05 00:00:00 UTC 2026\na=1\nb=2\n"
    )
