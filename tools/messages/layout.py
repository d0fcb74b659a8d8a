"""A struct as the generated code walks it: runs of fields of fixed size, single fields, then the tags."""

from collections.abc import Iterator
from dataclasses import dataclass

from tools.messages.definitions import Definition, Field, Structure
from tools.messages.types import CODES


@dataclass(frozen=True, slots=True)
class Run:
    """Fields of fixed size that stand side by side. `closes` means that the tag count comes next."""

    fields: tuple[Field, ...]
    closes: bool


def parts(structure: Structure) -> Iterator[Run | Field]:
    """The fields without a tag, in wire order. The last part is always a run, perhaps an empty one."""
    run: list[Field] = []
    for field in structure.fields:
        if field.tag is not None:
            continue
        if field.type in CODES:
            run.append(field)
            continue
        if run:
            yield Run(tuple(run), closes=False)
            run = []
        yield field
    yield Run(tuple(run), closes=True)


def tagged(structure: Structure) -> list[Field]:
    fields = (field for field in structure.fields if field.tag is not None)
    return sorted(fields, key=lambda field: field.tag or 0)


def closes_plainly(definition: Definition, structure: Structure, version: int) -> bool:
    """Whether this version ends with a count of tags, of which we know none."""
    known = any(version in field.versions for field in tagged(structure))
    return version in definition.flexible and not known
