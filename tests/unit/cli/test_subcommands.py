"""Programs with commands, as argparse4j reads and explains them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.cli.tools.subcommands.explained import complaint, help_text, usage
from ottla.cli.tools.subcommands.grammar import Argument, Command, Given, Kind, OneOf
from ottla.cli.tools.subcommands.justified import justified
from ottla.cli.tools.subcommands.parser import ArgumentFailure, HelpAsked, parse
from ottla.cli.tools.subcommands.suggestions import suggestions

WHERE = OneOf((Argument(("--server", "-s"), "A server."), Argument(("--controller", "-C"), "A controller.")))
GRAMMAR = Command(
    "A tool.",
    commands={
        "show": Command(
            "Show something.",
            (
                WHERE,
                Argument(("--id", "-i"), "Whose.", Kind.NUMBER, required=True),
                Argument(("--name",), "More.", Kind.LIST),
                Argument(("--dry-run",), "Do not.", Kind.FLAG),
            ),
        ),
        "shake": Command("Shake it.", (OneOf(WHERE.arguments, required=True),)),
    },
)


def parsed(*words: str) -> Given:
    return parse("tool", GRAMMAR, list(words))


def refused(*words: str) -> str:
    with pytest.raises(ArgumentFailure) as raised:
        parsed(*words)
    return str(raised.value)


def test_a_value_is_given_in_four_ways() -> None:
    for words in (("--id", "7"), ("--id=7",), ("-i", "7"), ("-i7",)):
        assert parsed("show", *words).number("id") == 7


def test_names_may_be_cut_as_long_as_they_are_clear() -> None:
    given = parsed("show", "--i", "7", "--dry")
    assert given.command == "show"
    assert given.has("dry-run")
    assert refused("sh") == "ambiguous command: sh could match shake, show"


def test_a_negative_number_is_a_value_and_no_option() -> None:
    assert parsed("show", "--id", "-7").number("id") == -7


def test_what_may_be_repeated_is_kept_in_order() -> None:
    assert parsed("show", "-i", "1", "--name", "a", "--name=b").texts("name") == ["a", "b"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "too few arguments"),
        (("bogus",), "invalid choice: 'bogus' (choose from 'show', 'shake')"),
        (("--bogus",), "unrecognized arguments: '--bogus'"),
        (("show",), "argument --id/-i is required"),
        (("show", "--id"), "argument --id/-i: expected one argument"),
        (("show", "--id", "--name"), "argument --id/-i: expected one argument"),
        (
            ("show", "--id", "x"),
            "argument --id/-i: could not convert 'x' to Integer (For input string: \"x\")",
        ),
        (("show", "-i", "1", "more"), "unrecognized arguments: 'more'"),
        (("show", "--dry-run=yes"), "argument --dry-run: ignore implicit argument 'yes'"),
        (("show", "-s", "a", "-C", "b"), "argument --controller/-C: not allowed with argument --server/-s"),
        (("shake",), "one of the arguments --server/-s --controller/-C is required"),
    ],
)
def test_what_does_not_fit_is_refused(words: tuple[str, ...], message: str) -> None:
    assert refused(*words) == message


def test_help_comes_before_everything_that_is_missing() -> None:
    with pytest.raises(HelpAsked, match="Show something") as raised:
        parsed("--help")
    assert str(raised.value) == help_text("tool", GRAMMAR)
    with pytest.raises(HelpAsked, match="usage: tool show"):
        parsed("show", "-h")


def test_the_usage_names_what_must_be_there_without_brackets() -> None:
    assert usage("tool", GRAMMAR) == "usage: tool [-h] {show,shake} ...\n"
    assert usage("tool", GRAMMAR.commands["show"], "show") == (
        "usage: tool show [-h] --id ID [--name NAME] [--dry-run] [--server SERVER |\n"
        "            --controller CONTROLLER]\n"
    )


def test_a_fault_is_told_with_what_may_have_been_meant() -> None:
    assert complaint("tool", "no", ["show"]) == "tool: error: no\n\nDid you mean:\n\tshow\n"


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("cluster", ["cluster-id"]),
        ("clster-id", ["cluster-id"]),
        ("register", ["unregister"]),
        ("lust-endpoints", ["list-endpoints"]),
        ("id", []),
        ("lst", []),
        ("bogus", []),
    ],
)
def test_near_words_are_suggested(word: str, near: list[str]) -> None:
    assert suggestions(word, ["cluster-id", "unregister", "list-endpoints"]) == near


def test_spaces_grow_from_the_middle_until_a_line_is_full() -> None:
    assert justified("a bb ccc dddd eeeee", 13).splitlines() == ["a   bb    ccc", "dddd eeeee"]
    assert justified("see --the-option", 9).splitlines() == ["see    --", "the-", "option"]


@given(st.lists(st.from_regex(r"[a-z]{1,10}", fullmatch=True), max_size=30), st.integers(12, 60))
def test_justified_lines_are_full_and_lose_nothing(words: list[str], width: int) -> None:
    lines = justified(" ".join(words), width).split("\n")
    assert " ".join(lines).split() == words
    assert all(len(line) == width for line in lines[:-1] if " " in line)
    assert all(len(line) <= width for line in lines)
