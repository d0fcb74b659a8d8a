"""Lines as records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.cli.console.line_reader import Line, LineReader
from ottla.cli.tools.ending import Failure


def read(line: str, **properties: str) -> Line:
    """Properties with `_` for `.`."""
    return LineReader({name.replace("_", "."): value for name, value in properties.items()}).read(line)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_line_is_a_value(text: str) -> None:
    assert read(text) == Line(None, text.encode(), ())


def test_a_key_stands_before_the_first_separator() -> None:
    assert read("k\tv\tw", parse_key="true") == Line(b"k", b"v\tw", ())
    assert read("k::v", parse_key="true", key_separator="::") == Line(b"k", b"v", ())
    assert read(":v", parse_key=" TRUE ", key_separator=":") == Line(b"", b"v", ())


def test_headers_stand_before_the_key() -> None:
    line = read("a:1,b:2\tk\tv", parse_headers="true", parse_key="true")
    assert line == Line(b"k", b"v", (("a", b"1"), ("b", b"2")))


def test_the_separator_of_headers_is_a_pattern() -> None:
    line = read("a:1;;b:2\tv", parse_headers="true", headers_separator=";+")
    assert line.headers == (("a", b"1"), ("b", b"2"))


def test_the_marker_stands_for_nothing() -> None:
    properties = {"parse_key": "true", "parse_headers": "true", "null_marker": "NULL"}
    assert read("NULL\tNULL\tNULL", **properties) == Line(None, None, ())
    assert read("a:NULL\tk\tv", **properties).headers == (("a", None),)


def test_a_separator_that_is_missing_names_the_line() -> None:
    reader = LineReader({"parse.key": "true"})
    reader.read("a\tb")
    with pytest.raises(Failure, match="No key separator found on line number 2: 'ab'"):
        reader.read("ab")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a:1", "No headers delimiter found on line number 1: 'a:1'"),
        ("a\tv", "No header key separator found in pair 'a' on line number 1"),
        ("N:1\tv", "Header keys should not be equal to the null marker 'N' as they can't be null"),
    ],
)
def test_headers_that_are_none_are_refused(line: str, message: str) -> None:
    with pytest.raises(Failure) as raised:
        read(line, parse_headers="true", null_marker="N")
    assert str(raised.value) == message


def test_faults_can_be_passed_over() -> None:
    assert read("ab", parse_key="true", ignore_error="true") == Line(None, b"ab", ())
    assert read("a\tv", parse_headers="true", ignore_error="true").headers == (("a", None),)


@pytest.mark.parametrize(
    ("properties", "names"),
    [
        ({"headers_delimiter": ","}, "headers.delimiter and headers.separator"),
        ({"headers_delimiter": ":"}, "headers.delimiter and headers.key.separator"),
        ({"headers_separator": ":"}, "headers.separator and headers.key.separator"),
        ({"null_marker": "\t"}, "null.marker and key.separator"),
        ({"null_marker": ","}, "null.marker and headers.separator"),
        ({"null_marker": ":"}, "null.marker and headers.key.separator"),
    ],
)
def test_separators_differ_from_each_other(properties: dict[str, str], names: str) -> None:
    with pytest.raises(Failure, match=f"{names} may not be equal"):
        read("line", **properties)
