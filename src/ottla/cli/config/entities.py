"""The entities that a command line of kafka-configs means, and whether it makes sense."""

import re
import socket
from typing import NamedTuple

from ottla.cli.options import Options, Usage
from ottla.cli.tools.ending import IllegalArgument

TOPICS, CLIENTS, USERS, BROKERS, IPS = "topics", "clients", "users", "brokers", "ips"
CLIENT_METRICS, GROUPS, BROKER_LOGGERS = "client-metrics", "groups", "broker-loggers"
_TYPES = (TOPICS, CLIENTS, USERS, BROKERS, IPS, CLIENT_METRICS, GROUPS, BROKER_LOGGERS)
_FLAGS = {
    "topic": TOPICS,
    "client": CLIENTS,
    "user": USERS,
    "broker": BROKERS,
    "broker-logger": BROKER_LOGGERS,
    "ip": IPS,
    "client-metrics": CLIENT_METRICS,
    "group": GROUPS,
}
_DEFAULTS = {
    "client-defaults": CLIENTS,
    "user-defaults": USERS,
    "broker-defaults": BROKERS,
    "ip-defaults": IPS,
}
_WITH_DEFAULTS = frozenset({USERS, CLIENTS, BROKERS, IPS})
_INTEGER = re.compile(r"[+-]?[0-9]+")


class Entities(NamedTuple):
    """Types and names in their order; the name "" is the default of its type."""

    types: list[str]
    names: list[str]


def check(usage: Usage, options: Options) -> Entities:
    """What is meant. Ends the tool or raises IllegalArgument when it is not clear, as Kafka's does."""
    if options.has("alter") == options.has("describe"):
        usage.end("Command must include exactly one action: --describe, --alter")
    usage.exclude(options, "describe", "alter", "add-config", "delete-config")
    entities = Entities(_types(options), _names(options))
    _check_types(options, entities)
    _check_names(options, entities)
    if options.has("describe"):
        _check_describe(options, entities)
    else:
        _check_alter(options, entities)
    return entities


def _types(options: Options) -> list[str]:
    flags = {**_FLAGS, **_DEFAULTS}
    return options.texts("entity-type") + [kind for flag, kind in flags.items() if options.has(flag)]


def _names(options: Options) -> list[str]:
    names = [value or "" for name, value in options.given if name in ("entity-name", "entity-default")]
    names += [options.text(flag) or "" for flag in _FLAGS if options.has(flag)]
    return names + ["" for flag in _DEFAULTS if options.has(flag)]


def _check_types(options: Options, entities: Entities) -> None:
    twice = [kind for at, kind in enumerate(entities.types) if kind in entities.types[:at]]
    if twice:
        raise IllegalArgument(f"Duplicate entity type(s) specified: {','.join(twice)}")
    if not options.has("bootstrap-server") and not options.has("bootstrap-controller"):
        raise IllegalArgument("Either --bootstrap-server or --bootstrap-controller must be specified.")
    for kind in entities.types:
        if kind not in _TYPES:
            raise IllegalArgument(
                f"Invalid entity type {kind}, the entity type must be one of {', '.join(_TYPES)} with a "
                "--bootstrap-server or --bootstrap-controller argument"
            )
    if not entities.types:
        raise IllegalArgument("At least one entity type must be specified")
    if len(entities.types) > 1 and set(entities.types) != {USERS, CLIENTS}:
        raise IllegalArgument("Only 'users' and 'clients' entity types may be specified together")
    general = any(options.has(f"entity-{word}") for word in ("name", "type", "default"))
    if general and any(options.has(flag) for flag in (*_FLAGS, *_DEFAULTS)):
        raise IllegalArgument(
            "--entity-{type,name,default} should not be used in conjunction with specific entity flags"
        )


def _check_names(options: Options, entities: Entities) -> None:
    if options.has("bootstrap-server") and options.has("bootstrap-controller"):
        raise IllegalArgument("Only one of --bootstrap-server or --bootstrap-controller can be specified")
    if not any(entities.names):
        return
    kind = entities.types[0]
    if BROKERS in entities.types or BROKER_LOGGERS in entities.types:
        for option in ("entity-name", "broker", "broker-logger"):
            broker = options.text(option)
            if broker is not None and not _INTEGER.fullmatch(broker):
                raise IllegalArgument(
                    f"The entity name for {kind} must be a valid integer broker id, but it is: {broker}"
                )
    if IPS in entities.types:
        for option in ("entity-name", "ip"):
            ip = options.text(option)
            if ip is not None and not _is_resolvable(ip):
                raise IllegalArgument(
                    f"The entity name for {kind} must be a valid IP or resolvable host, but it is: {ip}"
                )


def _check_describe(options: Options, entities: Entities) -> None:
    listed = ",".join(entities.types)
    if not _WITH_DEFAULTS.intersection(entities.types) and options.has("entity-default"):
        raise IllegalArgument(f"--entity-default must not be specified with --describe of {listed}")
    if BROKER_LOGGERS in entities.types and not any(entities.names):
        raise IllegalArgument(f"An entity name must be specified with --describe of {listed}")


def _check_alter(options: Options, entities: Entities) -> None:
    if _WITH_DEFAULTS.intersection(entities.types):
        if not entities.names:
            raise IllegalArgument(
                "An entity-name or default entity must be specified with --alter of users, clients, "
                "brokers or ips"
            )
    elif not any(entities.names):
        listed = ",".join(entities.types)
        raise IllegalArgument(f"An entity name must be specified with --alter of {listed}")
    if options.has("add-config") and options.has("add-config-file"):
        raise IllegalArgument("Only one of --add-config or --add-config-file must be specified")
    if not any(options.has(name) for name in ("add-config", "add-config-file", "delete-config")):
        raise IllegalArgument(
            "At least one of --add-config, --add-config-file, or --delete-config must be specified with "
            "--alter"
        )


def _is_resolvable(host: str) -> bool:
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        return False
    return True
