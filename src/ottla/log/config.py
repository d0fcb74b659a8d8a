"""What a log obeys: the topic-level configuration, with Kafka's names, types and defaults (`LogConfig`).

Validation is not here: whoever creates or alters a topic has checked the values.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ottla.records.batch import CREATE_TIME, LOG_APPEND_TIME

FOREVER = 0x7FFFFFFFFFFFFFFF
"""Kafka's `Long.MAX_VALUE`: a limit that never comes."""
_MINUTE = 60 * 1000
_DAY = 24 * 60 * _MINUTE
_MEBIBYTE = 1024 * 1024
TIMESTAMP_TYPES = {"CreateTime": CREATE_TIME, "LogAppendTime": LOG_APPEND_TIME}


@dataclass(frozen=True, slots=True)
class LogConfig:
    """Fields bear the topic configuration's names, dots as underscores. Sizes in bytes, times in ms."""

    segment_bytes: int = 1024 * _MEBIBYTE
    segment_ms: int = 7 * _DAY
    segment_jitter_ms: int = 0
    segment_index_bytes: int = 10 * _MEBIBYTE
    index_interval_bytes: int = 4096
    flush_messages: int = FOREVER
    flush_ms: int = FOREVER
    retention_bytes: int = -1
    retention_ms: int = 7 * _DAY
    max_message_bytes: int = _MEBIBYTE + 12
    compression_type: str = "producer"
    compression_gzip_level: int = -1
    compression_lz4_level: int = 9
    compression_zstd_level: int = 3
    message_timestamp_type: int = CREATE_TIME
    message_timestamp_before_max_ms: int = FOREVER
    message_timestamp_after_max_ms: int = 60 * _MINUTE
    cleanup_policy: frozenset[str] = frozenset({"delete"})
    min_cleanable_dirty_ratio: float = 0.5
    min_compaction_lag_ms: int = 0
    max_compaction_lag_ms: int = FOREVER
    delete_retention_ms: int = _DAY
    file_delete_delay_ms: int = _MINUTE
    preallocate: bool = False

    # Said once instead of at each append:
    compacts: bool = field(init=False, repr=False)
    deletes: bool = field(init=False, repr=False)
    roll_after_ms: int = field(init=False, repr=False)
    """Age at which the active segment is rolled: a compacted one waits no longer than its lag allows."""
    batches_pass: bool = field(init=False, repr=False)
    """Whether a batch can go to disk as it came: nothing here asks for a look at its records."""

    def __post_init__(self) -> None:
        compacts = "compact" in self.cleanup_policy
        lag = self.max_compaction_lag_ms if compacts and self.max_compaction_lag_ms > 0 else FOREVER
        said = {
            "compacts": compacts,
            "deletes": "delete" in self.cleanup_policy,
            "roll_after_ms": min(lag, self.segment_ms),
            "batches_pass": self.compression_type == "producer"
            and self.message_timestamp_type == CREATE_TIME
            and self.message_timestamp_before_max_ms == FOREVER
            and not compacts,
        }
        for name, value in said.items():
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, configs: Mapping[str, str]) -> "LogConfig":
        """From topic configuration by name; names that the log does not obey are passed over.

        `internal.segment.bytes`, which Kafka has for tests, goes before `segment.bytes`.
        """
        named = dict(configs)
        if "internal.segment.bytes" in named:
            named["segment.bytes"] = named["internal.segment.bytes"]
        return cls(
            **{field: parse(named[name]) for name, (field, parse) in _PARSERS.items() if name in named}
        )


def _policies(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(",") if word.strip())


def _boolean(text: str) -> bool:
    return text.strip().lower() == "true"


_PARSER_BY_TYPE: dict[Any, Callable[[str], Any]] = {
    int: int,
    float: float,
    str: str,
    bool: _boolean,
    frozenset[str]: _policies,
}
_PARSERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    each.name.replace("_", "."): (each.name, _PARSER_BY_TYPE[each.type])
    for each in fields(LogConfig)
    if each.init
} | {"message.timestamp.type": ("message_timestamp_type", TIMESTAMP_TYPES.__getitem__)}
