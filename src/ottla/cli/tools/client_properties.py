"""Client properties, from a file and from the command line: what a client makes of them.

Only what changes something here is defined; Kafka's clients pass over what they don't know, too.
"""

from collections.abc import Mapping
from typing import Any, Final

from ottla.cli.tools.ending import Failure
from ottla.link.settings import ClientSettings
from ottla.model.config.config_exception import ConfigException
from ottla.model.config.definitions import ConfigKey

_ANY_INT = ("range", 0, None)
Definition = tuple[str, str | None, tuple[Any, ...] | None]
"""Type, default and validator of one key."""

_DEFINITIONS: Final[dict[str, Definition]] = {
    "request.timeout.ms": ("INT", "30000", _ANY_INT),
    "default.api.timeout.ms": ("INT", "60000", _ANY_INT),
    "retry.backoff.ms": ("LONG", "100", _ANY_INT),
    "retry.backoff.max.ms": ("LONG", "1000", _ANY_INT),
    "reconnect.backoff.ms": ("LONG", "50", _ANY_INT),
    "reconnect.backoff.max.ms": ("LONG", "1000", _ANY_INT),
    "socket.connection.setup.timeout.ms": ("LONG", "10000", None),
    "metadata.max.age.ms": ("LONG", "300000", _ANY_INT),
}


class ClientProperties:
    """The properties given, read by their types. `definitions` are those of one kind of client."""

    def __init__(
        self,
        given: Mapping[str, str],
        definitions: Mapping[str, Definition] | None = None,
    ) -> None:
        self.given = dict(given)
        self._definitions = {**_DEFINITIONS, **(definitions or {})}
        self._values = {name: self._parse(name) for name in self._definitions}
        protocol = self.given.get("security.protocol", "PLAINTEXT")
        if protocol.upper() != "PLAINTEXT":
            raise ConfigException(f"security.protocol {protocol} is not supported: only PLAINTEXT is")

    def _parse(self, name: str) -> Any:
        type_, default, validator = self._definitions[name]
        key = ConfigKey(name, type_, default, "", validator, "")
        return key.parse(self.given[name]) if name in self.given else key.default_value()

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def settings(self, client_id: str) -> ClientSettings:
        """How a client of these properties calls."""
        return ClientSettings(
            client_id=self.given.get("client.id", client_id),
            request_timeout_ms=self["request.timeout.ms"],
            api_timeout_ms=self["default.api.timeout.ms"],
            retry_backoff_ms=self["retry.backoff.ms"],
            retry_backoff_max_ms=self["retry.backoff.max.ms"],
            reconnect_backoff_ms=self["reconnect.backoff.ms"],
            reconnect_backoff_max_ms=self["reconnect.backoff.max.ms"],
            connection_setup_timeout_ms=self["socket.connection.setup.timeout.ms"],
            metadata_max_age_ms=self["metadata.max.age.ms"],
        )


def read_properties(path: str) -> dict[str, str]:
    """The properties of a file, as Kafka's tools load them. Raises Failure."""
    from ottla.node.storage.properties_file import parse_properties

    try:
        with open(path, "rb") as file:  # noqa: PTH123  # as quick as it gets
            return parse_properties(file.read())
    except FileNotFoundError:
        raise Failure(path, "java.nio.file.NoSuchFileException") from None


def key_values(arguments: list[str]) -> dict[str, str]:
    """`k=v` words as properties; a word without a value stands for an empty one."""
    pairs = (argument.partition("=") for argument in arguments)
    return {key: value for key, _, value in pairs}
