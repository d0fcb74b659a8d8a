"""From which values to which a running broker can change (Kafka's `validateReconfiguration`)."""

from ottla.model.config.broker_checks import log_dirs, log_retention_ms
from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.config_exception import ConfigException, invalid

_POOLS = (
    "num.io.threads",
    "num.replica.fetchers",
    "num.recovery.threads.per.data.dir",
    "background.threads",
    "remote.log.reader.threads",
    "remote.log.manager.copier.thread.pool.size",
    "remote.log.manager.expiration.thread.pool.size",
    "remote.log.manager.follower.thread.pool.size",
)


def check_change(old: BrokerValues, new: BrokerValues) -> None:
    """Raise ConfigException unless the broker can take `new` over; Kafka wraps the reason twice."""
    try:
        _check_connections(old, new)
        _check_pools(old, new)
        _check_cleaner_threads(old, new)
        _check_local_retention(new)
        _check_cordoned(new)
    except ConfigException as reason:
        raise invalid(
            "Invalid dynamic configuration", f"org.apache.kafka.common.config.ConfigException: {reason}"
        ) from None


def _check_connections(old: BrokerValues, new: BrokerValues) -> None:
    _check_pool("num.network.threads", old, new)
    for name in ("max.connections", "max.connection.creation.rate"):
        if new.number(name) <= 0:
            raise ConfigException(f"Invalid {name} {new.number(name)}")


def _check_pools(old: BrokerValues, new: BrokerValues) -> None:
    for name in _POOLS:
        _check_pool(name, old, new)


def _check_pool(name: str, old: BrokerValues, new: BrokerValues) -> None:
    before, after = old.number(name), new.number(name)
    text = f"Dynamic thread count update validation failed for {name}={after}, value should "
    if after == before:
        return
    if after <= 0:
        raise ConfigException(text + "be at least 1")
    if after < before // 2:
        raise ConfigException(text + f"be at least half the current value {before}")
    if after > before * 2:
        raise ConfigException(text + f"not be greater than double the current value {before}")


def _check_cleaner_threads(old: BrokerValues, new: BrokerValues) -> None:
    before, after = old.number("log.cleaner.threads"), new.number("log.cleaner.threads")
    if after < before // 2:
        raise ConfigException(
            f"Log cleaner threads cannot be reduced to less than half the current value {before}"
        )
    if after > before * 2:
        raise ConfigException(
            f"Log cleaner threads cannot be increased to more than double the current value {before}"
        )


def _check_local_retention(values: BrokerValues) -> None:
    """What is kept on the local disk must be part of what is kept at all."""
    _check_local("log.local.retention.ms", values, "log.retention.ms", log_retention_ms(values))
    kept_bytes = values.number("log.retention.bytes")
    _check_local("log.local.retention.bytes", values, "log.retention.bytes", kept_bytes)


def _check_local(name: str, values: BrokerValues, kept_name: str, kept: int) -> None:
    local = values.number(name)
    if kept < 0 or local == -2:
        return
    if local == -1:
        raise invalid(name, local, f"Value must not be -1 as {kept_name} value is set as {kept}.")
    if local > kept:
        raise invalid(name, local, f"Value must not be more than {kept_name} property value: {kept}")


def _check_cordoned(values: BrokerValues) -> None:
    name, cordoned = "cordoned.log.dirs", values.words("cordoned.log.dirs")
    for directory in cordoned:
        if directory != "*" and directory not in log_dirs(values):
            raise invalid(
                name,
                cordoned,
                f"Invalid entry in {name}: {directory}. All cordoned log dirs must be entries of log.dirs or "
                "log.dir.",
            )
