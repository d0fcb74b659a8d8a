"""The rules that single values obey, by the names that the generated table gives them (`Validator`)."""

import re
from collections.abc import Callable
from typing import Any, Final

from ottla.model.config.addresses import quorum_bootstrap_servers, quorum_voters
from ottla.model.config.config_exception import ConfigException, invalid, java_text
from ottla.model.config.value_types import Value

_REPLICA: Final = r"([0-9]+:[0-9]+)?"
_DURATION: Final = (
    r"([-+]?)P(?:([-+]?\d+)D)?(?:T(?=.)(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,](\d{0,9}))?S)?)?"
)


def ensure_valid(validator: tuple[Any, ...] | None, name: str, value: Value) -> None:
    """Raise ConfigException unless `name` may have `value`."""
    if validator is not None:
        _VALIDATORS[validator[0]](name, value, *validator[1:])


def _range(name: str, value: Any, least: float | None, most: float | None) -> None:
    if value is None:
        raise invalid(name, None, "Value must be non-null")
    if least is not None and value < least:
        raise invalid(name, value, f"Value must be at least {java_text(least)}")
    if most is not None and value > most:
        raise invalid(name, value, f"Value must be no more than {java_text(most)}")


def _one_of(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise invalid(name, value, "String must be one of: " + ", ".join(allowed))


def _one_of_in_any_case(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value is None or value.upper() not in allowed:
        raise invalid(name, value, "String must be one of (case insensitive): " + ", ".join(allowed))


def _list(name: str, value: Any, empty_allowed: bool, null_allowed: bool, allowed: tuple[str, ...]) -> None:
    if value is None:
        if null_allowed:
            return
        raise ConfigException(f"Configuration '{name}' values must not be null.")
    if not value and not empty_allowed:
        valid = "[" + ", ".join(allowed) + "]" if allowed else "any non-empty value"
        raise ConfigException(f"Configuration '{name}' must not be empty. Valid values include: {valid}")
    for item in value:
        if not item:
            raise ConfigException(f"Configuration '{name}' values must not be empty.")
        if allowed:
            _one_of(name, item, allowed)


def _not_null(name: str, value: Any) -> None:
    if value is None:
        raise invalid(name, "null", "entry must be non null")


def _not_empty(name: str, value: Any) -> None:
    if value == "":
        raise invalid(name, value, "String must be non-empty")


def _gzip_level(name: str, value: Any) -> None:
    if value > 9 or (value < 1 and value != -1):
        raise invalid(name, value, "Value must be between 1 and 9 or equal to -1")


def _throttled_replicas(name: str, value: Any) -> None:
    proposed = [item.strip() for item in value]
    if not all(re.fullmatch(_REPLICA, item) for item in proposed) and "".join(proposed) != "*":
        raise invalid(
            name,
            value,
            f"{name} must be the literal '*' or a list of replicas in the following format: "
            "[partitionId]:[brokerId],[partitionId]:[brokerId],...",
        )


def _quorum_voters(name: str, value: Any) -> None:
    quorum_voters(value)


def _quorum_bootstrap_servers(name: str, value: Any) -> None:
    quorum_bootstrap_servers(value)


def _share_auto_offset_reset(name: str, value: Any) -> None:
    if value.lower() in ("earliest", "latest") and value == value.lower():
        return
    if value.startswith("by_duration:") and _is_duration(value.removeprefix("by_duration:")):
        return
    raise invalid(
        name,
        value,
        f"Invalid value `{value}` for configuration {name}. The value must be either 'earliest', 'latest' or "
        "of the format 'by_duration:<PnDTnHnMn.nS>'.",
    )


def _is_duration(text: str) -> bool:
    """An ISO 8601 duration of days to seconds that is not negative (`java.time.Duration.parse`)."""
    found = re.fullmatch(_DURATION, text, re.IGNORECASE)
    if found is None or not any(found.groups()[1:]):
        return False
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:5])
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return total >= 0 if found[1] != "-" else total <= 0


_VALIDATORS: Final[dict[str, Callable[..., None]]] = {
    "range": _range,
    "one of": _one_of,
    "one of, in any case": _one_of_in_any_case,
    "list": _list,
    "not null": _not_null,
    "not empty": _not_empty,
    "gzip level": _gzip_level,
    "throttled replicas": _throttled_replicas,
    "quorum voters": _quorum_voters,
    "quorum bootstrap servers": _quorum_bootstrap_servers,
    "share auto offset reset": _share_auto_offset_reset,
}
