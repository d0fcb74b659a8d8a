"""The body of a `write` method."""

from collections.abc import Iterator

from tools.messages.branches import Branch, by_version, code, indent, merge
from tools.messages.definitions import Definition, Field, Structure
from tools.messages.fixed import FixedStructs
from tools.messages.layout import Run, closes_plainly, parts, tagged
from tools.messages.names import camel_case, snake_case
from tools.messages.types import CODES, NUMBERS, is_set


class WriteBody:
    """Writes the lines that append `self` to `out`."""

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
        if tagged(self._structure):
            yield by_version(known, self._tags)

    def _run(self, run: Run, version: int) -> Iterator[str]:
        present = [field for field in run.fields if version in field.versions]
        for field in run.fields:
            if field not in present:
                yield from self._refusal(field)
        closes = run.closes and closes_plainly(self._definition, self._structure, version)
        values = [f"self.{field.attribute}" for field in present]
        if closes and present:
            yield f"out += {self._fixed.name(present, with_tag_count=True)}.pack({', '.join(values)}, 0)"
        elif closes:
            yield "out.append(0)"
        elif len(present) > 1:
            yield f"out += {self._fixed.name(present, with_tag_count=False)}.pack({', '.join(values)})"
        elif present:
            yield f"out += pack_{present[0].type}({values[0]})"

    def _field(self, field: Field, version: int) -> Iterator[str]:
        if version in field.versions:
            yield from self._value(field, version, "out")
        else:
            yield from self._refusal(field)

    def _refusal(self, field: Field) -> Iterator[str]:
        if not field.ignorable:
            yield f"if {self._is_set(field)}:"
            yield f'    raise cannot_carry("{camel_case(field.name)}", version)'

    def _tags(self, version: int) -> Iterator[str]:
        fields = tagged(self._structure)
        for field in fields:
            if version not in field.versions:
                yield from self._refusal(field)
        if version not in self._definition.flexible or not any(version in field.versions for field in fields):
            return
        yield "tags = []"
        for field in fields:
            if version in field.versions:
                yield f"if {self._is_set(field)}:"
                yield "    field = bytearray()"
                yield from indent(self._value(field, version, "field"))
                yield f"    tags.append(({field.tag}, field))"
        yield "if tags:"
        yield "    put_tags(out, tags)"
        yield "else:"
        yield "    out.append(0)"

    def _is_set(self, field: Field) -> str:
        return is_set(self._definition, field, f"self.{field.attribute}")

    def _value(self, field: Field, version: int, out: str) -> Iterator[str]:
        value = f"self.{field.attribute}"
        flexible, nullable = version in field.flexible, version in field.nullable
        if field.nullable and not nullable:
            yield f"if {value} is None:"
            yield f'    raise cannot_be_null("{camel_case(field.name)}", version)'
        if field.element:
            yield from self._array(field, field.element, version, out)
        elif field.type[0].isupper():
            yield from self._struct(field, value, nullable, out)
        elif field.type in CODES:
            yield f"{out} += pack_{field.type}({value})"
        else:
            shape = "string" if field.type == "string" else "bytes"
            yield f"put_{'compact_' * flexible}{'nullable_' * nullable}{shape}({out}, {value})"

    def _struct(self, field: Field, value: str, nullable: bool, out: str) -> Iterator[str]:
        """A struct that may be null has a byte before it. Null is -1, but 0 in a tagged field."""
        if nullable:
            yield f"if {value} is None:"
            yield f"    {out}.append({'0xFF' if field.tag is None else '0'})"
            yield "else:"
            yield f"    {out}.append(1)"
            yield f"    {value}.write({out}, version)"
        else:
            yield f"{value}.write({out}, version)"

    def _array(self, field: Field, element: str, version: int, out: str) -> Iterator[str]:
        value = f"self.{field.attribute}"
        flexible = version in field.flexible
        body = _elements(element, value, flexible, out)
        if version not in field.nullable:
            yield from body
            return
        yield f"if {value} is None:"
        yield f"    {out}.append(0)" if flexible else rf'    {out} += b"\xff\xff\xff\xff"'
        yield "else:"
        yield from indent(body)


def _elements(element: str, value: str, flexible: bool, out: str) -> list[str]:
    """The count and the elements of an array that is not null."""
    if element == "int32":
        return [f"put_{'compact_' * flexible}int32s({out}, {value})"]
    size = f"len({value})"
    count = f"put_compact_array({out}, {size})" if flexible else f"{out} += pack_int32({size})"
    if element in NUMBERS:
        return [count, f'put_numbers({out}, {value}, "{CODES[element]}")']
    name = snake_case(element)
    if element == "string":
        each = f"put_{'compact_' * flexible}string({out}, {name})"
    elif element == "uuid":
        each = f"{out} += pack_uuid({name})"
    else:
        assert element[0].isupper(), f"an array of {element} is new"
        each = f"{name}.write({out}, version)"
    return [count, f"for {name} in {value}:", f"    {each}"]


def write_method(definition: Definition, structure: Structure, fixed: FixedStructs) -> list[str]:
    whole = structure is definition.structures[0]
    check = (
        [f"if {definition.versions.excludes('version')}:", "    raise cannot_write(self, version)"]
        if whole
        else []
    )
    body = [*check, *WriteBody(definition, structure, fixed).lines()]
    return ["def write(self, out: bytearray, version: int) -> None:", *indent(body or ["pass"])]
