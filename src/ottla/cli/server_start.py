"""`ottla server-start`: run the node of a properties file, as kafka-server-start does; it does not format."""

import sys

from ottla.model.config.config_exception import ConfigException

USAGE = "USAGE: kafka-server-start.sh [-daemon] server.properties [--override property=value]*\n"
_VERSION = "4.3.1"
"""Of Apache Kafka: what clients and scripts that ask want to know."""


def run(arguments: list[str]) -> int:
    """0 after a clean stop, 1 when the node could not start."""
    if not arguments or "--help" in arguments:
        sys.stderr.write(USAGE)
        return 1
    if "--version" in arguments:
        from ottla import __version__

        sys.stdout.write(f"{_VERSION} (Ottla {__version__})\n")
        return 0
    from ottla.node.process import CannotStart

    try:
        _start(arguments[0], _overrides(arguments[1:]))
    except ConfigException as error:
        return _fail(error.sentence)
    except CannotStart as error:
        return _fail(str(error))
    return 0


def _fail(sentence: str) -> int:
    sys.stderr.write(f"Exiting Kafka due to fatal exception: {sentence}\n")
    return 1


def _overrides(words: list[str]) -> list[str]:
    """The values of `--override`, as words of their own or after an equals sign. Raises ConfigException."""
    found, rest = [], iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name != "--override":
            wrong = "is no option" if word.startswith("-") else "is one argument too many"
            raise ConfigException(f"{name} {wrong}. {USAGE.strip()}")
        found.append(value if equals else next(rest, ""))
    return found


def _start(path: str, overrides: list[str]) -> None:
    from ottla.node.config import node_config, with_overrides
    from ottla.node.config_files import file_properties
    from ottla.node.logging import configure_logging
    from ottla.node.process import run_node

    configure_logging()
    run_node(node_config(with_overrides(file_properties(path), overrides)))
