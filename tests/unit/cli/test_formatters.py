"""Records as the console consumer prints them."""

import pytest

from ottla.cli.console.deserializers import deserializer
from ottla.cli.console.formatters import DEFAULT_FORMATTER, formatter
from ottla.cli.tools.ending import Failure
from ottla.link.consumer.fetched import ConsumedRecord
from ottla.model.ids import TopicPartition
from ottla.records.batch import CREATE_TIME, LOG_APPEND_TIME

RECORD = ConsumedRecord(
    TopicPartition("t", 3), 42, 1_000, CREATE_TIME, b"key", b"value", (("h", b"1"), ("i", None)), 5
)


def printed(record: ConsumedRecord = RECORD, name: str = DEFAULT_FORMATTER, **properties: str) -> bytes:
    """Properties with `_` for `.`."""
    found = formatter(name, {key.replace("_", "."): value for key, value in properties.items()})
    assert found is not None
    return found(record)


def test_the_value_alone_is_printed() -> None:
    assert printed() == b"value\n"


def test_all_parts_stand_in_kafkas_order() -> None:
    parts = ("timestamp", "partition", "offset", "delivery", "epoch", "headers", "key", "value")
    everything = {f"print_{name}": "true" for name in parts}
    assert printed(RECORD, DEFAULT_FORMATTER, **everything) == (
        b"CreateTime:1000\tPartition:3\tOffset:42\tDelivery:NOT_PRESENT\tEpoch:NOT_PRESENT\t"
        b"h:1,i:null\tkey\tvalue\n"
    )


def test_a_time_of_the_broker_is_called_so() -> None:
    record = RECORD._replace(timestamp_type=LOG_APPEND_TIME)
    assert printed(record, print_timestamp="true", print_value="false") == b"LogAppendTime:1000\n"


def test_separators_can_be_chosen() -> None:
    text = printed(
        print_key="true",
        print_headers="true",
        key_separator=" | ",
        line_separator=";",
        headers_separator="&",
        null_literal="-",
    )
    assert text == b"h:1&i:- | key | value;"


def test_what_is_missing_has_a_word() -> None:
    empty = RECORD._replace(key=None, value=None, headers=())
    assert printed(empty, print_key="true", print_headers="true") == b"NO_HEADERS\tnull\tnull\n"


def test_nothing_is_printed_when_nothing_is_asked_for() -> None:
    assert printed(print_value="false") == b""
    assert printed(name="org.apache.kafka.tools.consumer.NoOpMessageFormatter") == b""


def test_bytes_that_are_no_text_are_printed_as_they_are() -> None:
    assert printed(RECORD._replace(value=b"\xff\xfe")) == b"\xff\xfe\n"


def test_a_class_that_is_not_here_is_none() -> None:
    assert formatter("com.example.Mine", {}) is None
    assert formatter("org.apache.kafka.tools.consumer.Absent", {}) is None


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("StringDeserializer", b"\xc3\xa4", "ä"),
        ("ShortDeserializer", b"\xff\xfe", "-2"),
        ("IntegerDeserializer", b"\0\0\1\0", "256"),
        ("LongDeserializer", bytes(7) + b"\5", "5"),
        ("DoubleDeserializer", bytes.fromhex("3ff8000000000000"), "1.5"),
        ("FloatDeserializer", bytes.fromhex("3dcccccd"), "0.1"),
        ("BooleanDeserializer", b"\1", "true"),
    ],
)
def test_values_are_printed_by_their_type(name: str, data: bytes, text: str) -> None:
    read = deserializer(f"org.apache.kafka.common.serialization.{name}")
    assert read is not None
    assert read(data) == text


def test_a_number_of_another_size_is_refused() -> None:
    read = deserializer("org.apache.kafka.common.serialization.LongDeserializer")
    assert read is not None
    with pytest.raises(Failure, match="Size of data received by LongDeserializer is not 8"):
        read(b"\0")
