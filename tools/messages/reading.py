"""The body of a `read` method."""

from collections.abc import Iterator

from tools.messages.branches import Branch, by_version, code, indent, merge
from tools.messages.definitions import Definition, Field, Structure
from tools.messages.fixed import FixedStructs
from tools.messages.layout import Run, closes_plainly, parts, tagged
from tools.messages.types import CODES, NUMBERS, default, least_size


class ReadBody:
    """Writes the lines that fill `it` from `source`."""

    def __init__(self, definition: Definition, structure: Structure, fixed: FixedStructs) -> None:
        self._definition = definition
        self._structure = structure
        self._fixed = fixed

    def lines(self) -> list[str]:
        return [line for branches in merge(self._parts()) for line in code(branches)]

    def _parts(self) -> Iterator[list[Branch]]:
        known = self._structure.versions
        for part in parts(self._structure):
            if isinstance(part, Run):
                yield by_version(known, lambda version, run=part: self._run(run, version))  # type: ignore[misc]
            else:
                yield by_version(known, lambda version, field=part: self._field(field, version))  # type: ignore[misc]
        fields = tagged(self._structure)
        if fields:
            defaults = [f"it.{field.attribute} = {default(field)}" for field in fields]
            yield by_version(known, lambda _: defaults)
            yield by_version(known, self._tags)

    def _run(self, run: Run, version: int) -> Iterator[str]:
        present = [field for field in run.fields if version in field.versions]
        for field in run.fields:
            if field not in present:
                yield f"it.{field.attribute} = {default(field)}"
        closes = run.closes and closes_plainly(self._definition, self._structure, version)
        targets = [f"it.{field.attribute}" for field in present]
        if closes and present:
            name = self._fixed.name(present, with_tag_count=True)
            yield f"{', '.join(targets)}, tags = source.unpack({name})"
            yield "if tags:"
            yield "    source.skip_more_tags()"
        elif closes:
            yield "source.skip_tags()"
        elif len(present) > 1:
            yield f"{', '.join(targets)} = source.unpack({self._fixed.name(present, with_tag_count=False)})"
        elif present:
            yield f"{targets[0]} = {self._expression(present[0], version)}"

    def _field(self, field: Field, version: int) -> Iterator[str]:
        present = version in field.versions
        yield f"it.{field.attribute} = {self._expression(field, version) if present else default(field)}"

    def _tags(self, version: int) -> Iterator[str]:
        present = [field for field in tagged(self._structure) if version in field.versions]
        if version not in self._definition.flexible or not present:
            return
        yield "tags = source.unsigned_varint()"
        yield "if tags:"
        yield "    tag = -1"
        yield "    for _ in range(tags):"
        yield "        tag, end = source.next_tag(tag)"
        for place, field in enumerate(present):
            yield f"        {'elif' if place else 'if'} tag == {field.tag}:"
            yield f"            it.{field.attribute} = {self._expression(field, version)}"
        yield "        else:"
        yield "            source.at = end"
        yield "        source.end_tag(end)"

    def _expression(self, field: Field, version: int) -> str:
        form = "compact_" * (version in field.flexible) + "nullable_" * (version in field.nullable)
        if field.element:
            return self._array(field, field.element, version, form)
        if field.type[0].isupper():
            struct = f"{field.type}.read(source, version)"
            if version not in field.nullable:
                return struct
            null = "source.int8() < 0" if field.tag is None else "source.unsigned_varint() == 0"
            return f"None if {null} else {struct}"
        return self._scalar(field.type, form)

    def _scalar(self, type_: str, form: str) -> str:
        if type_ in CODES:
            return "source.boolean()" if type_ == "bool" else f"source.{type_}()"
        return f"source.{form}{'byte_string' if type_ == 'bytes' else type_}()"

    def _array(self, field: Field, element: str, version: int, form: str) -> str:
        count = f"source.{form}array({least_size(self._definition, element)})"
        if version in field.nullable:
            elements = self._elements(field, element, version, "count")
            return f"None if (count := {count}) is None else {elements}"
        return self._elements(field, element, version, count)

    def _elements(self, field: Field, element: str, version: int, count: str) -> str:
        if element == "int32":
            return f"source.int32s({count})"
        if element in NUMBERS:
            return f'source.numbers({count}, "{CODES[element]}")'
        if element[0].isupper():
            each = f"{element}.read(source, version)"
        else:
            each = self._scalar(element, "compact_" * (version in field.flexible))
        return f"[{each} for _ in range({count})]"


def read_method(definition: Definition, structure: Structure, fixed: FixedStructs) -> list[str]:
    whole = structure is definition.structures[0]
    check = (
        [f"if {definition.versions.excludes('version')}:", "    raise cannot_read(cls, version)"]
        if whole
        else []
    )
    body = ReadBody(definition, structure, fixed).lines()
    return [
        "@classmethod",
        "def read(cls, source: Reader, version: int) -> Self:",
        *indent([*check, "it = cls.__new__(cls)", *body, "return it"]),
    ]
