"""Code that differs between versions: one branch for each run of versions with the same lines."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tools.messages.versions import Versions

Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """The lines for one run of versions."""

    versions: Versions
    lines: Lines


def by_version(known: Versions, render: Callable[[int], Iterable[str]]) -> list[Branch]:
    """One branch, or several from the newest to the oldest, that cover the known versions."""
    branches: list[Branch] = []
    for version in reversed(list(known)):
        lines = tuple(render(version))
        if branches and branches[-1].lines == lines:
            branches[-1] = Branch(Versions(version, branches[-1].versions.high), lines)
        else:
            branches.append(Branch(Versions(version, version), lines))
    return branches


def merge(parts: Iterable[list[Branch]]) -> list[list[Branch]]:
    """Join parts that branch at the same versions, and what lies between: one test then serves them all."""
    merged: list[list[Branch]] = []
    for part in parts:
        if len(merged) > 1 and len(merged[-1]) == 1 and _cuts(merged[-2]) == _cuts(part):
            between = merged.pop()[0].lines
            merged[-1] = [_joined(branch, between) for branch in merged[-1]]
        if merged and _cuts(merged[-1]) == _cuts(part):
            pairs = zip(merged[-1], part, strict=True)
            merged[-1] = [_joined(old, new.lines) for old, new in pairs]
        else:
            merged.append(part)
    return merged


def _cuts(part: list[Branch]) -> list[Versions]:
    return [branch.versions for branch in part]


def _joined(branch: Branch, lines: Lines) -> Branch:
    return Branch(branch.versions, branch.lines + lines)


def code(branches: list[Branch]) -> list[str]:
    """The branches as one `if`, from the newest to the oldest; a branch without lines is left out."""
    if len(branches) == 1:
        return list(branches[0].lines)
    lines: list[str] = []
    for place, branch in enumerate(branches):
        if branch.lines:
            test = _test(branches, place)
            lines.extend(_arm(test, branch.lines, is_first=not lines))
    return lines


def _arm(test: str | None, lines: Lines, *, is_first: bool) -> list[str]:
    if test:
        return [f"{'if' if is_first else 'elif'} {test}:", *indent(lines)]
    if len(lines) == 2 and lines[0].startswith("if "):
        return [f"el{lines[0]}", lines[1]]
    return ["else:", *indent(lines)]


def _test(branches: list[Branch], place: int) -> str | None:
    """What must hold for this branch, once the newer ones are ruled out; None when that is all."""
    versions = branches[place].versions
    newer_are_out = all(branch.lines for branch in branches[:place])
    is_last = place == len(branches) - 1
    if newer_are_out:
        return None if is_last else f"version >= {versions.low}"
    if versions.low == versions.high and not is_last:
        return f"version == {versions.low}"
    return f"version <= {versions.high}" if is_last else f"{versions.low} <= version <= {versions.high}"


def indent(lines: Iterable[str], levels: int = 1) -> list[str]:
    return [f"{'    ' * levels}{line}" if line else "" for line in lines]
