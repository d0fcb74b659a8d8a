"""A resource that names a node must name the one that is asked."""

import re

from ottla.model.errors import ApiError, ErrorCode

_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")


def check_own_broker(name: str, node_id: int, otherwise: str) -> None:
    """Raise ApiError unless `name` is this broker's id. `otherwise` tells the id and the name."""
    check_own_node(name, node_id, "Broker id", "Unexpected broker id, " + otherwise)


def check_own_node(name: str, node_id: int, what: str, otherwise: str) -> None:
    """The same in other words: `what` the name should have been, and `otherwise` what was expected."""
    if not _INTEGER.fullmatch(name):
        raise ApiError(ErrorCode.INVALID_REQUEST, f"{what} must be an integer, but it is: {name}")
    if int(name) != node_id:
        raise ApiError(ErrorCode.INVALID_REQUEST, otherwise.format(node_id, name))
