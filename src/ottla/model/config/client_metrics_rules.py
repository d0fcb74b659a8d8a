"""Which configuration a client metrics subscription may have (KIP-714, `ClientMetricsConfigs`)."""

import re
from collections.abc import Mapping
from typing import Final, cast

from ottla.model.config.definitions import CLIENT_METRICS
from ottla.model.errors import ApiError, ErrorCode

_INTERVAL_MS_MIN: Final = 100
_INTERVAL_MS_MAX: Final = 3_600_000
_MATCHED: Final = frozenset(
    {
        "client_instance_id",
        "client_id",
        "client_software_name",
        "client_software_version",
        "client_source_address",
        "client_source_port",
    }
)


def check_client_metrics(name: str, configs: Mapping[str, str]) -> None:
    """Raises ApiError, ConfigException."""
    if not name:
        raise ApiError(ErrorCode.INVALID_REQUEST, "Subscription name can't be empty")
    for key in configs:
        if key not in CLIENT_METRICS:
            raise ApiError(ErrorCode.INVALID_REQUEST, f"Unknown client metrics configuration: {key}")
    values = {key.name: key.parse(configs[key.name]) for key in CLIENT_METRICS if key.name in configs}
    if "interval.ms" in values:
        _check_interval(cast("int", values["interval.ms"]))
    for pattern in cast("tuple[str, ...]", values.get("match", ())):
        _check_match(pattern)


def _check_interval(interval_ms: int) -> None:
    if not _INTERVAL_MS_MIN <= interval_ms <= _INTERVAL_MS_MAX:
        raise ApiError(
            ErrorCode.INVALID_REQUEST,
            f"Invalid value {interval_ms} for interval.ms, interval must be between 100 and 3600000 (1 hour)",
        )


def _check_match(pattern: str) -> None:
    """`name=regular expression`."""
    parts = pattern.rstrip("=").split("=")
    try:
        if len(parts) == 2 and parts[0].strip() in _MATCHED:
            re.compile(parts[1].strip())
            return
    except re.error:
        pass
    raise ApiError(ErrorCode.INVALID_CONFIG, f"Illegal client matching pattern: {pattern}")
