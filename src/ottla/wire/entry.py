"""The rows of the generated index."""

from typing import Final, NamedTuple

NEVER_FLEXIBLE: Final = 32767


class Api(NamedTuple):
    """One API, as Apache Kafka 4.3 serves it. Version ranges hold both ends.

    `versions` leaves out a version that Kafka still calls unstable; the message classes know it all the same.
    """

    key: int
    versions: tuple[int, int]
    flexible_from: int
    listeners: frozenset[str]
    request: tuple[str, str]
    """Module and class."""
    response: tuple[str, str]


class Record(NamedTuple):
    """One type of record in the metadata log, or one type of control record."""

    type: int
    versions: tuple[int, int]
    module: str
    name: str


class CoordinatorRecord(NamedTuple):
    """One type of record of a coordinator's topic. The type is the version in front of the key's fields."""

    type: int
    key: tuple[str, str]
    """Module and class."""
    value: tuple[str, str]
    value_versions: tuple[int, int]
