"""What a broker's configuration means for the topics that say nothing themselves."""

import pytest

from ottla.log.config import LogConfig
from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.topic_defaults import topic_defaults

HOUR_MS = 3_600_000


def defaults(**given: str) -> dict[str, str]:
    return topic_defaults(BrokerValues({name.replace("_", "."): value for name, value in given.items()}))


def test_what_the_broker_does_not_say_is_left_to_the_topics_own_default() -> None:
    assert defaults() == {}


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"log_retention_hours": "2"}, "retention.ms", 2 * HOUR_MS),
        ({"log_retention_minutes": "3"}, "retention.ms", 180_000),
        ({"log_roll_hours": "2"}, "segment.ms", 2 * HOUR_MS),
        ({"log_roll_jitter_hours": "1"}, "segment.jitter.ms", HOUR_MS),
    ],
)
def test_hours_and_minutes_become_milliseconds(given: dict[str, str], name: str, value: int) -> None:
    assert defaults(**given) == {name: str(value)}


def test_the_finer_unit_goes_first() -> None:
    given = {"log_retention_ms": "1", "log_retention_minutes": "2", "log_retention_hours": "3"}
    assert defaults(**given) == {"retention.ms": "1"}
    given.pop("log_retention_ms")
    assert defaults(**given) == {"retention.ms": "120000"}


@pytest.mark.parametrize("key", ["log_retention_hours", "log_retention_minutes", "log_retention_ms"])
def test_for_ever_is_minus_one_in_every_unit(key: str) -> None:
    assert defaults(**{key: "-1"}) == {"retention.ms": "-1"}


def test_logs_obey_them() -> None:
    given = defaults(log_segment_bytes="2000000", message_max_bytes="77", log_cleanup_policy="compact,delete")
    config = LogConfig.of(given)
    assert (config.segment_bytes, config.max_message_bytes) == (2_000_000, 77)
    assert (config.compacts, config.deletes) == (True, True)
