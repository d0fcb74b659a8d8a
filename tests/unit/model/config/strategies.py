"""Values for configuration keys: right ones, wrong ones, and those at the edge."""

from hypothesis import strategies as st

from ottla.model.config.definitions import ConfigKey
from ottla.model.config.value_types import value_text

WORDS = (
    "", " ", "a", "true", "TRUE", " false ", "yes", "0", "-1", "1", "2147483647", "2147483648", "-2147483649",
    "9223372036854775807", "9223372036854775808", "+5", "1_0", "0x10", "1.5", "NaN", "1e3", "  7  ",
    "a,b", "a,,b",
    "a,a", ",", "delete", "compact,delete", "0:1,1:2", "*", "none", "gzip", "lz4", "latest", "broker",
    "controller", "PLAINTEXT", "SSL", "classic,consumer", "by_duration:PT1H", "by_duration:PT",
    "1@localhost:9093", "localhost:9093",
    "1@localhost", "x@y:1", "READ_COMMITTED", "read_committed",
)  # fmt: skip


def texts_for(key: ConfigKey) -> st.SearchStrategy[str]:
    """What somebody may write for `key`."""
    near = [value_text(value) or "" for value in _edges(key)]
    fixed = st.sampled_from([*WORDS, *near, *([key.default] if key.default is not None else [])])
    return st.one_of(fixed, st.integers(-10, 10**10).map(str), st.text("ab1,.:-@ \t", max_size=6))


def _edges(key: ConfigKey) -> list[int | float]:
    if key.validator is None or key.validator[0] != "range":
        return []
    bounds = [bound for bound in key.validator[1:] if bound is not None]
    return [bound + step for bound in bounds for step in (-1, 0, 1)]
