"""What `--add-config`, `--add-config-file` and `--delete-config` say."""

import re
from typing import NamedTuple

from ottla.cli.options import Options
from ottla.cli.tools.client_properties import read_properties
from ottla.cli.tools.ending import IllegalArgument
from ottla.cli.tools.java_split import dropped_end

_OUTSIDE_BRACKETS = r"(?=[^\]]*(?:\[|$))"
_COMMA = re.compile("," + _OUTSIDE_BRACKETS)
_EQUALS = re.compile(r"\s*=\s*" + _OUTSIDE_BRACKETS)
_KEY = re.compile(r"[$a-zA-Z0-9._-]*")


class Changes(NamedTuple):
    """Values to set, and keys to remove."""

    added: dict[str, str]
    deleted: list[str]


def changes(options: Options) -> Changes:
    """Raises IllegalArgument, Failure."""
    file, text = options.text("add-config-file"), options.text("add-config")
    added = {} if file is None else read_properties(file)
    if text is not None:
        added |= _pairs(text)
    for key in added:
        if not _KEY.fullmatch(key):
            raise IllegalArgument(f"Invalid character found for config key: {key}")
    words = [word for value in options.texts("delete-config") for word in value.split(",")]
    return Changes(added, [word.strip() for word in words if word])


def _pairs(text: str) -> dict[str, str]:
    """`k1=v1,k2=[v1,v2]`: brackets hold together what has commas."""
    pairs = [_EQUALS.split(part) for part in dropped_end(_COMMA.split(text))]
    if any(len(pair) != 2 for pair in pairs):
        raise IllegalArgument(
            "requirement failed: Invalid entity config: all configs to be added must be in the format "
            '"key=val" or  "key=[val1,val2]" to group values which contain commas.'
        )
    return {key.strip(): re.sub(r"\[?\]?", "", value).strip() for key, value in pairs}
