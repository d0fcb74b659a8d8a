"""Names of broker configuration that stand for each other (`DynamicBrokerConfig.brokerConfigSynonyms`)."""

import re
from functools import cache
from typing import Final

_SAME: Final = (
    ("log.roll.ms", "log.roll.hours"),
    ("log.roll.jitter.ms", "log.roll.jitter.hours"),
    ("log.retention.ms", "log.retention.minutes", "log.retention.hours"),
)
_FLUSH: Final = ("log.flush.interval.ms", "log.flush.scheduler.interval.ms")
_OF_MECHANISMS: Final = (
    "sasl.jaas.config",
    "sasl.login.callback.handler.class",
    "sasl.login.class",
    "sasl.server.callback.handler.class",
    "connections.max.reauth.ms",
)


def synonyms(name: str, *, with_listener_base: bool) -> tuple[str, ...]:
    """All names for what `name` sets, the strongest first.

    A listener's own key (`listener.name.internal.ssl.protocol`) also goes back to the key for all listeners.
    """
    for names in _SAME:
        if name in names:
            return names
    if name == _FLUSH[0]:
        return _FLUSH
    base = listener_base(name) if with_listener_base else None
    return (name,) if base is None else (name, base)


def listener_base(name: str) -> str | None:
    """The key for all listeners behind one for a single listener, or for a mechanism of it."""
    found = _listener_key().fullmatch(name)
    if found is None:
        return None
    return next((key for key in _OF_MECHANISMS if found[1].endswith(key)), found[1])


def without_listener(name: str) -> str:
    """`name` without the prefix of a listener, if it has one."""
    found = _listener_key().fullmatch(name)
    return name if found is None else found[1]


@cache
def _listener_key() -> re.Pattern[str]:
    return re.compile(r"listener\.name\.[^.]*\.(.*)")
