"""What some tools have to say of a bootstrap list beforehand (`ToolsUtils.validateBootstrapServer`)."""

import re
from typing import Final

_HOST_PORT: Final = re.compile(r".*?\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)")


def bootstrap_fault(text: str) -> str | None:
    """None when it is well-formed."""
    if not text.strip():
        return "Error while validating the bootstrap address\n"
    if not all(_HOST_PORT.fullmatch(word) for word in text.split(",")):
        return "Please provide valid host:port like host1:9091,host2:9092\n"
    return None
