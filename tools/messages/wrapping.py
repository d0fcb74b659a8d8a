"""Lines that are too long, broken where a reader would break them."""

LINE_MAX = 110


def wrapped(line: str) -> list[str]:
    """The line, or several in its place. Only assignments are broken."""
    target, sign, value = line.strip().partition(" = " if " = " in line else " += ")
    if len(line) <= LINE_MAX or not sign or target.startswith(("if ", "elif ")):
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    opening, parts, closing = _broken(target, sign, value)
    return [indent + opening, *(f"{indent}    {part}" for part in parts), indent + closing]


def _broken(target: str, sign: str, value: str) -> tuple[str, list[str], str]:
    if "source.unpack(" in value:
        return "(", _one_a_line(target), f"){sign}{value}"
    if ".pack(" in value:
        call, _, arguments = value.removesuffix(")").partition("(")
        return f"{target}{sign}{call}(", _one_a_line(arguments), ")"
    if value[0] == "[" and value[-1] == "]":
        return f"{target}{sign}[", [value[1:-1]], "]"
    return f"{target}{sign}(", _choice(value), ")"


def _one_a_line(names: str) -> list[str]:
    return [f"{name}," for name in names.split(", ")]


def _choice(value: str) -> list[str]:
    """A value that may be null stands on three lines."""
    if " is None else " not in value:
        return [value]
    null, _, rest = value.partition(" if ")
    test, _, otherwise = rest.partition(" else ")
    return [null, f"if {test}", f"else {otherwise}"]
