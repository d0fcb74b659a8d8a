"""What an error in an answer means, and how long to wait before asking again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.link.call import TryAgain, error_code, raise_error
from ottla.link.settings import backoff_ms
from ottla.model.errors import ApiError, ErrorCode


def test_no_error_raises_nothing() -> None:
    raise_error(0)


def test_an_error_is_raised_with_what_the_node_says() -> None:
    with pytest.raises(ApiError, match="for this reason") as raised:
        raise_error(ErrorCode.INVALID_REQUEST, "for this reason")
    assert raised.value.code is ErrorCode.INVALID_REQUEST


def test_an_error_that_passes_asks_to_try_again() -> None:
    with pytest.raises(TryAgain) as raised:
        raise_error(ErrorCode.NOT_CONTROLLER, passing=(ErrorCode.NOT_CONTROLLER,))
    assert raised.value.code is ErrorCode.NOT_CONTROLLER


def test_a_code_from_the_future_is_an_unknown_error() -> None:
    assert error_code(9999) is ErrorCode.UNKNOWN_SERVER_ERROR


def test_pauses_double() -> None:
    assert [backoff_ms(100, 1000, attempts) for attempts in range(1, 6)] == [100, 200, 400, 800, 1000]


@given(st.integers(1, 10_000), st.integers(1, 100_000), st.integers(1, 10**9))
def test_no_pause_is_longer_than_the_longest(first: int, most: int, attempts: int) -> None:
    assert 0 < backoff_ms(first, most, attempts) <= most
