"""What each of Kafka's types is in Python: annotation, default, struct code, least size on the wire."""

from tools.messages.definitions import Definition, Field

CODES = {
    "int8": "b",
    "int16": "h",
    "int32": "i",
    "int64": "q",
    "uint16": "H",
    "uint32": "I",
    "float64": "d",
    "bool": "?",
    "uuid": "16s",
}
"""The types of fixed size, with their struct codes."""

NUMBERS = ("int8", "int16", "int64")
"""The types of numbers that occur in arrays, beside int32, which has ways of its own."""

WIDTHS = {
    "int8": 1,
    "int16": 2,
    "int32": 4,
    "int64": 8,
    "uint16": 2,
    "uint32": 4,
    "float64": 8,
    "bool": 1,
    "uuid": 16,
}
_SCALARS = {"float64": "float", "bool": "bool", "uuid": "bytes", "string": "str", "bytes": "bytes"}
_NO_BYTES = 'b""'
_EMPTY = {
    "bool": "False",
    "float64": "0.0",
    "uuid": "ZERO_UUID",
    "string": '""',
    "bytes": _NO_BYTES,
    "records": _NO_BYTES,
}


def annotation(field: Field) -> str:
    inner = field.element or field.type
    if inner == "records":
        text = "bytes | bytearray | memoryview"
    elif inner in _SCALARS:
        text = _SCALARS[inner]
    else:
        text = "int" if inner in CODES else inner
    if field.element:
        text = f"list[{text}]"
    return f"{text} | None" if field.nullable else text


def default(field: Field) -> str:
    """The default as a Python expression that makes a fresh value."""
    if field.default == "null":
        return "None"
    if field.element:
        return "[]"
    if field.default is None:
        return _EMPTY.get(field.type) or ("0" if field.type in CODES else f"{field.type}()")
    if field.type == "bool":
        return field.default.capitalize()
    return repr(field.default) if field.type == "string" else str(int(field.default, 0))


def is_shared(field: Field) -> bool:
    """Whether one default object may serve every instance."""
    return default(field)[-1] not in ")]"


def is_set(definition: Definition, field: Field, value: str) -> str:
    """An expression that is true when `value` is not the default."""
    empty = default(field)
    if empty == f"{field.type}()":
        struct = definition.structure(field.type)
        tests = [is_set(definition, inner, f"{value}.{inner.attribute}") for inner in struct.fields]
        return " or ".join([f"{value} is None"] * bool(field.nullable) + tests)
    if empty == "None":
        return f"{value} is not None"
    if empty == "[]":
        return f"{value} != []" if field.nullable else value
    if empty in ("True", "False"):
        return f"not {value}" if empty == "True" else value
    return f"{value} != {empty}"


def least_size(definition: Definition, type_: str) -> int:
    """The fewest bytes that an array element of this type can take in any version, and at least one."""
    if type_ in WIDTHS:
        return WIDTHS[type_]
    if not type_[0].isupper():
        return 1
    structure = definition.structure(type_)
    return max(1, min(_least_size(definition, type_, version) for version in structure.versions))


def _least_size(definition: Definition, type_: str, version: int) -> int:
    structure = definition.structure(type_)
    fields = (field for field in structure.fields if field.tag is None and version in field.versions)
    tags = 1 if version in definition.flexible else 0
    return tags + sum(_least_field(definition, field, version) for field in fields)


def _least_field(definition: Definition, field: Field, version: int) -> int:
    if field.type in WIDTHS:
        return WIDTHS[field.type]
    if field.element is None and field.type[0].isupper():
        return 1 if version in field.nullable else _least_size(definition, field.type, version)
    if version in field.flexible:
        return 1
    return 2 if field.type == "string" else 4
