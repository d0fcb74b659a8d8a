"""What `--add-config` and its like say."""

from pathlib import Path

import pytest

from ottla.cli.config.changes import Changes, changes
from ottla.cli.options import Usage
from ottla.cli.tools.ending import IllegalArgument


def asked(*words: str) -> Changes:
    return changes(Usage("configs").parse(list(words)))


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("a=1", {"a": "1"}),
        ("a=1,b=2,", {"a": "1", "b": "2"}),
        ("a = [1,2] , b=3", {"a": "1,2", "b": "3"}),
        ("a=[x=1,y=2]", {"a": "x=1,y=2"}),
        ("a=[]", {"a": ""}),
    ],
)
def test_brackets_hold_together_what_has_commas(text: str, added: dict[str, str]) -> None:
    assert asked("--add-config", text).added == added


@pytest.mark.parametrize("text", ["a", "a=1,b", "a=1=2", ""])
def test_pairs_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(IllegalArgument, match="Invalid entity config: all configs to be added must be"):
        asked("--add-config", text)


def test_a_key_has_few_signs() -> None:
    with pytest.raises(IllegalArgument, match="Invalid character found for config key: a b"):
        asked("--add-config", "a b=1")


def test_the_command_line_outranks_the_file(tmp_path: Path) -> None:
    file = tmp_path / "configs"
    file.write_text("a=1\nb=2\n")
    found = asked("--add-config-file", str(file), "--add-config", "b=3")
    assert found.added == {"a": "1", "b": "3"}


def test_keys_to_remove_may_be_listed_and_repeated() -> None:
    assert asked("--delete-config", "a, b,", "--delete-config", "c").deleted == ["a", "b", "c"]
