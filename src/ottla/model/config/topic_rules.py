"""Which configuration a topic may have (`LogConfig.validate`). Texts are Kafka's."""

from collections.abc import Mapping
from typing import Any

from ottla.model.config.config_exception import ConfigException
from ottla.model.config.definitions import TOPIC
from ottla.model.config.value_types import Value
from ottla.model.errors import ApiError, ErrorCode


def check_topic(configs: Mapping[str, str], existing: Mapping[str, str], defaults: Mapping[str, str]) -> None:
    """`configs` on a broker that says `defaults` of topics. Raises ApiError, ConfigException."""
    for name in configs:
        if name not in TOPIC:
            raise ApiError(ErrorCode.INVALID_CONFIG, f"Unknown topic config name: {name}")
    values = parsed_topic({**defaults, **configs})
    _check_compaction_lag(values)
    if values["remote.storage.enable"]:
        raise ConfigException(
            "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote "
            "log storage."
        )
    if existing.get("remote.storage.enable") == "true" and not values["remote.log.delete.on.disable"]:
        raise ApiError(
            ErrorCode.INVALID_CONFIG,
            "It is invalid to disable remote storage without deleting remote data. If you want to keep the "
            "remote data and turn to read only, please set "
            "`remote.storage.enable=true,remote.log.copy.disable=true`. If you want to disable remote "
            "storage and delete all remote data, please set "
            "`remote.storage.enable=false,remote.log.delete.on.disable=true`.",
        )


def parsed_topic(configs: Mapping[str, str]) -> dict[str, Value]:
    """Every topic key's value, by name. Raises ConfigException."""
    return {
        key.name: key.parse(configs[key.name]) if key.name in configs else key.default_value()
        for key in TOPIC
    }


def _check_compaction_lag(values: Mapping[str, Any]) -> None:
    least, most = values["min.compaction.lag.ms"], values["max.compaction.lag.ms"]
    if least > most:
        raise ApiError(
            ErrorCode.INVALID_CONFIG,
            f"conflict topic config setting min.compaction.lag.ms ({least}) > max.compaction.lag.ms ({most})",
        )
