"""The configuration of one broker in force: what was given, over Kafka's defaults."""

from collections.abc import Mapping
from typing import cast

from ottla.model.config.definitions import BROKER
from ottla.model.config.value_types import Value


class BrokerValues:
    """Typed values by key. What was given has been checked; a key is read on first use."""

    __slots__ = ("_parsed", "given")

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self._parsed: dict[str, Value] = {}

    def is_given(self, name: str) -> bool:
        return name in self.given

    def value(self, name: str) -> Value:
        if name not in self._parsed:
            key = BROKER[name]
            self._parsed[name] = key.parse(self.given[name]) if name in self.given else key.default_value()
        return self._parsed[name]

    def number(self, name: str) -> int:
        return cast("int", self.value(name))

    def optional_number(self, name: str) -> int | None:
        return cast("int | None", self.value(name))

    def ratio(self, name: str) -> float:
        return cast("float", self.value(name))

    def flag(self, name: str) -> bool:
        return cast("bool", self.value(name))

    def text(self, name: str) -> str:
        return cast("str", self.value(name))

    def optional_text(self, name: str) -> str | None:
        return cast("str | None", self.value(name))

    def words(self, name: str) -> tuple[str, ...]:
        """A list; empty where there is none."""
        return cast("tuple[str, ...] | None", self.value(name)) or ()
