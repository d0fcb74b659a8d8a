"""The precompiled structs of one module: fields of fixed size that stand side by side share one."""

from tools.messages.definitions import Field
from tools.messages.types import CODES

_LETTERS = {
    "b": "B",
    "h": "H",
    "i": "I",
    "q": "Q",
    "H": "W",
    "I": "L",
    "d": "D",
    "?": "Z",
    "16s": "U",
    "B": "T",
}
TAG_COUNT = "B"


class FixedStructs:
    """Names every struct after its codes, so that equal ones are one."""

    def __init__(self) -> None:
        self._formats: dict[str, str] = {}

    def name(self, fields: list[Field], *, with_tag_count: bool) -> str:
        codes = [CODES[field.type] for field in fields] + [TAG_COUNT] * with_tag_count
        name = "_" + "".join(_LETTERS[code] for code in codes)
        self._formats[name] = "".join(codes)
        return name

    def lines(self) -> list[str]:
        return [f'{name} = Struct(">{self._formats[name]}")' for name in sorted(self._formats)]
