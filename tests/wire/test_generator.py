"""The generator: what is committed is what it writes, and its small parts."""

import pytest
from tools.messages.__main__ import differences, output
from tools.messages.branches import Branch, by_version, code, merge
from tools.messages.names import camel_case, snake_case, words
from tools.messages.versions import NONE, OPEN_END, Versions, parse
from tools.messages.wrapping import wrapped

from tests.oracle.apache_kafka import KAFKA_LIB, ROOT


@pytest.mark.needs("kafka")
def test_the_committed_messages_are_what_the_generator_writes() -> None:
    assert differences(output(KAFKA_LIB), ROOT / "src/ottla/wire") == []


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("3+", Versions(3, OPEN_END)),
        ("1-2", Versions(1, 2)),
        ("5", Versions(5, 5)),
        ("none", NONE),
        (None, NONE),
    ],
)
def test_versions_are_read_as_kafka_writes_them(text: str | None, versions: Versions) -> None:
    assert parse(text) == versions


def test_names_are_spelled_in_python() -> None:
    assert snake_case("KRaftVersionRecord") == "kraft_version_record"
    assert snake_case("TopicID") == "topic_id"
    assert snake_case("LastKnownElr") == "last_known_elr"
    assert camel_case("TopicId") == "topicId"
    assert words("HeartbeatRequest") == "Heartbeat request"


def test_versions_with_the_same_lines_share_a_branch() -> None:
    branches = by_version(Versions(0, 5), lambda version: ["new"] if version >= 3 else ["old"])
    assert branches == [Branch(Versions(3, 5), ("new",)), Branch(Versions(0, 2), ("old",))]
    assert code(branches) == ["if version >= 3:", "    new", "else:", "    old"]


def test_a_branch_without_lines_is_left_out() -> None:
    middle = by_version(Versions(0, 9), lambda version: ["only"] * (3 <= version <= 5))
    assert code(middle) == ["if 3 <= version <= 5:", "    only"]
    oldest = by_version(Versions(0, 9), lambda version: ["only"] * (version <= 5))
    assert code(oldest) == ["if version <= 5:", "    only"]


def test_what_branches_at_the_same_versions_is_joined_with_what_lies_between() -> None:
    def flexible(version: int) -> list[str]:
        return ["compact"] if version >= 4 else ["plain"]

    known = Versions(0, 5)
    joined = merge(
        [by_version(known, flexible), by_version(known, lambda _: ["both"]), by_version(known, flexible)]
    )
    assert [code(branches) for branches in joined] == [
        [
            "if version >= 4:",
            "    compact",
            "    both",
            "    compact",
            "else:",
            "    plain",
            "    both",
            "    plain",
        ]
    ]


def test_a_line_that_is_too_long_is_broken() -> None:
    name = "a_field_with_quite_a_long_name_that_goes_on_and_on"
    assert wrapped(f"it.{name} = source.int32()") == [f"it.{name} = source.int32()"]
    assert wrapped(f"it.{name} = [{name}.read(source, version) for _ in range(source.array(1))]") == [
        f"it.{name} = [",
        f"    {name}.read(source, version) for _ in range(source.array(1))",
        "]",
    ]
    assert wrapped(f"    out += _II.pack(self.{name}, self.{name})") == [
        "    out += _II.pack(",
        f"        self.{name},",
        f"        self.{name},",
        "    )",
    ]
    assert wrapped(
        f"it.{name} = None if (count := source.nullable_array(1)) is None else source.int32s(count)"
    ) == [
        f"it.{name} = (",
        "    None",
        "    if (count := source.nullable_array(1)) is None",
        "    else source.int32s(count)",
        ")",
    ]
