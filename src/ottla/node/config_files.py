"""Where properties come from: server.properties, and `KAFKA_*` variables as Kafka's image reads them."""

from collections.abc import Mapping
from typing import Final

from ottla.model.config.config_exception import ConfigException
from ottla.node.storage.properties_file import parse_properties

_NOT_PROPERTIES: Final = frozenset(
    {
        "KAFKA_VERSION",
        "KAFKA_HEAP_OPTS",
        "KAFKA_LOG4J_OPTS",
        "KAFKA_OPTS",
        "KAFKA_JMX_OPTS",
        "KAFKA_JVM_PERFORMANCE_OPTS",
        "KAFKA_GC_LOG_OPTS",
        "KAFKA_LOG4J_ROOT_LOGLEVEL",
        "KAFKA_LOG4J_LOGGERS",
        "KAFKA_TOOLS_LOG4J_LOGLEVEL",
        "KAFKA_JMX_HOSTNAME",
    }
)


def file_properties(path: str) -> dict[str, str]:
    """The properties in a file. Raises ConfigException."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # pathlib costs the start 4 ms
            content = file.read()
    except OSError as error:
        raise ConfigException(f"Can't read the properties file {path}: {error.strerror}") from error
    try:
        return parse_properties(content)
    except ValueError as error:
        raise ConfigException(f"Can't read the properties file {path}: {error}") from error


def environment_properties(environment: Mapping[str, str]) -> dict[str, str]:
    """The properties in `KAFKA_*` variables: `_` is a dot, `__` an underscore, `___` a hyphen."""
    lines = [
        f"{_property(name)}={value}\n"
        for name, value in environment.items()
        if name.startswith("KAFKA_") and name not in _NOT_PROPERTIES
    ]
    return parse_properties("".join(lines).encode("utf-8"))


def _property(variable: str) -> str:
    name = variable.removeprefix("KAFKA_").lower()
    return name.replace("_", ".").replace("...", "-").replace("..", "_")
