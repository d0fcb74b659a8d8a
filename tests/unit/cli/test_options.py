"""Command lines as joptsimple reads them."""

import pytest

from ottla.cli.options import OptionFailure, Options, Usage
from ottla.cli.tools.ending import Ended

USAGE = Usage("console_consumer")


def parsed(*words: str) -> Options:
    return USAGE.parse(list(words))


def refused(*words: str) -> tuple[str, str]:
    with pytest.raises(OptionFailure) as raised:
        parsed(*words)
    return str(raised.value), raised.value.thrown


def test_a_value_stands_behind_its_option_or_behind_an_equals_sign() -> None:
    for words in (("--topic", "t"), ("--topic=t",), ("-topic", "t"), ("-topic=t",)):
        assert parsed(*words).text("topic") == "t"


def test_a_value_may_look_like_an_option() -> None:
    assert parsed("--topic", "--group").text("topic") == "--group"
    assert parsed("--topic", "-").text("topic") == "-"


def test_an_empty_value_is_one() -> None:
    assert parsed("--topic=", "--group", "").texts("topic") == [""]


def test_a_value_may_be_missing_only_at_the_end() -> None:
    assert refused("--topic") == (
        "Option topic requires an argument",
        "joptsimple.OptionMissingRequiredArgumentException",
    )


def test_unknown_options_are_refused() -> None:
    assert refused("--bogus") == (
        "bogus is not a recognized option",
        "joptsimple.UnrecognizedOptionException",
    )
    assert refused("-bogus")[0] == "b is not a recognized option"


def test_an_option_has_no_short_form() -> None:
    assert refused("--top", "t")[0] == "top is not a recognized option"


def test_several_values_are_refused_when_one_is_asked_for() -> None:
    options = parsed("--topic", "a", "--topic", "b")
    assert options.texts("topic") == ["a", "b"]
    with pytest.raises(OptionFailure, match="Found multiple arguments for option topic, but you asked"):
        options.text("topic")


def test_numbers_are_read_when_they_are_asked_for() -> None:
    assert parsed("--partition", "+7").number("partition") == 7
    assert parsed().number("partition") is None
    for text in ("x", "1.0", "", " 1", "2147483648", "-2147483649"):
        options = parsed("--partition", text)
        with pytest.raises(OptionFailure, match=f"Cannot parse argument '{text}' of option partition"):
            options.number("partition")


def test_words_that_belong_to_nothing_are_kept() -> None:
    options = parsed("a", "--from-beginning", "b", "--", "--topic")
    assert options.has("from-beginning")
    assert options.rest == ["a", "b", "--topic"]


def test_a_value_that_may_be_left_out_is_no_option() -> None:
    usage = Usage("consumer_groups")
    assert usage.parse(["--state", "Stable"]).text("state") == "Stable"
    assert usage.parse(["--state", "--list"]).texts("state") == []
    assert usage.parse(["--state"]).has("state")


def test_an_option_that_must_be_there_is_missed() -> None:
    usage = Usage("groups")
    with pytest.raises(OptionFailure, match=r"Missing required option\(s\) \[bootstrap-server\]") as raised:
        usage.parse(["--list"])
    assert raised.value.thrown == "joptsimple.MissingRequiredOptionsException"
    assert usage.parse(["--help"]).has("help")


def test_an_option_can_need_another() -> None:
    usage = Usage("topics", available_if={"topic-id": ("describe", "list")})
    assert usage.parse(["--describe", "--topic-id", "x"]).has("topic-id")
    with pytest.raises(OptionFailure, match=r"Option\(s\) \[topic-id\] are unavailable"):
        usage.parse(["--topic-id", "x"])


def test_a_fault_is_told_with_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Ended) as ended:
        USAGE.parse_or_end(["--bogus"])
    assert ended.value.code == 1
    assert capsys.readouterr().err == f"bogus is not a recognized option\n{USAGE.text}"


def test_what_is_required_or_excluded_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Ended):
        USAGE.require(parsed(), "topic")
    assert capsys.readouterr().err.startswith('Missing required argument "[topic]"\n')
    with pytest.raises(Ended):
        USAGE.exclude(parsed("--topic", "t", "--include", "i"), "topic", "include")
    message = 'Option "[topic]" can\'t be used with option "[include]"\n'
    assert capsys.readouterr().err.startswith(message)
    with pytest.raises(Ended):
        USAGE.require_one(parsed(), "topic", "include")
    message = "Exactly one of the following arguments is required: [topic], [include]\n"
    assert capsys.readouterr().err.startswith(message)
