"""Text becomes a value, and a value text, as in Kafka."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.model.config.conftest import Ask
from tests.unit.model.config.strategies import WORDS

from ottla.model.config.config_exception import ConfigException
from ottla.model.config.java_double import double_text
from ottla.model.config.value_types import parse_type, value_text

TYPES = ("BOOLEAN", "STRING", "INT", "SHORT", "LONG", "DOUBLE", "LIST")


def test_a_number_may_have_blanks_around_it_and_a_plus_before_it() -> None:
    assert parse_type("k", " +5\t", "INT") == 5


def test_an_empty_text_is_an_empty_list() -> None:
    assert parse_type("k", " ", "LIST") == ()


def test_blanks_around_commas_are_not_part_of_the_words() -> None:
    assert parse_type("k", "a , b,c ", "LIST") == ("a", "b", "c")


def test_a_refusal_names_key_and_value() -> None:
    with pytest.raises(
        ConfigException, match=r"^Invalid value x for configuration k: Not a number of type LONG$"
    ):
        parse_type("k", "x", "LONG")


@pytest.mark.needs("kafka")
@settings(max_examples=200, deadline=None)
@given(st.sampled_from(TYPES), st.one_of(st.sampled_from(WORDS), st.text(max_size=8)))
@example("DOUBLE", "1e-7")
@example("DOUBLE", "0x1.8p3")
@example("DOUBLE", ".5f")
@example("DOUBLE", "1d ")
@example("LIST", "a\u00a0,b")
def test_kafka_reads_every_text_the_same(kafka: Ask, type_: str, text: str) -> None:
    answer = kafka("parse", type=type_, value=text)
    try:
        ours = f"ok: {value_text(parse_type('some.key', text, type_))}"
    except ConfigException as error:
        ours = f"refused: {error}"
    assert ours == answer


@pytest.mark.needs("kafka")
@settings(max_examples=100, deadline=None)
@given(st.integers(-(10**6), 10**6), st.integers(-12, 8))
def test_kafka_prints_every_double_the_same(kafka: Ask, mantissa: int, exponent: int) -> None:
    value = float(f"{mantissa}e{exponent}")
    assert kafka("parse", type="DOUBLE", value=repr(value)) == f"ok: {double_text(value)}"
