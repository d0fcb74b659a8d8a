"""Headers: flexible with their API, except the client id and the answer to ApiVersions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.wire.headers import (
    put_request_header,
    put_response_header,
    read_header,
    read_response_header,
    request_header_version,
    response_header_version,
)
from ottla.wire.index import BY_KEY
from ottla.wire.messages.request_header import RequestHeader
from ottla.wire.messages.response_header import ResponseHeader
from ottla.wire.primitives import ProtocolError, UnsupportedVersion

HEARTBEAT, API_VERSIONS = 12, 18


keys = st.sampled_from(sorted(BY_KEY))
correlation_ids = st.integers(-(2**31), 2**31 - 1)


@settings(deadline=None)
@given(keys, st.integers(0, 20), correlation_ids, st.none() | st.text("aé"))
def test_a_request_header_comes_back(
    key: int, version: int, correlation_id: int, client_id: str | None
) -> None:
    out = bytearray()
    put_request_header(out, key, version, correlation_id, client_id)
    assert read_header(bytes(out) + b"body") == (key, version, correlation_id, client_id, len(out))


@pytest.mark.parametrize("version", [3, 4])
def test_a_request_header_is_that_of_the_definition(version: int) -> None:
    ours, generated = bytearray(), bytearray()
    put_request_header(ours, HEARTBEAT, version, 7, "me")
    header = RequestHeader(
        request_api_key=HEARTBEAT, request_api_version=version, correlation_id=7, client_id="me"
    )
    header.write(generated, request_header_version(HEARTBEAT, version))
    assert ours == generated


@pytest.mark.parametrize("version", [0, 1])
def test_a_response_header_is_that_of_the_definition(version: int) -> None:
    ours, generated = bytearray(), bytearray()
    put_response_header(ours, 7, version)
    ResponseHeader(correlation_id=7).write(generated, version)
    assert ours == generated
    assert read_response_header(bytes(ours), version) == (7, len(ours))


def test_header_versions_follow_the_flexibility_of_the_api() -> None:
    assert request_header_version(HEARTBEAT, 3) == 1
    assert request_header_version(HEARTBEAT, 4) == 2
    assert response_header_version(HEARTBEAT, 3) == 0
    assert response_header_version(HEARTBEAT, 4) == 1


def test_the_answer_to_api_versions_always_has_header_0() -> None:
    assert request_header_version(API_VERSIONS, 4) == 2
    assert response_header_version(API_VERSIONS, 4) == 0


def test_unknown_tags_in_a_request_header_are_skipped() -> None:
    out = bytearray()
    put_request_header(out, HEARTBEAT, 4, 7, "me")
    tagged = bytes(out[:-1]) + b"\x01\x05\x02ab"
    assert read_header(tagged + b"body").body_at == len(tagged)


def test_an_unknown_api_key_is_named() -> None:
    with pytest.raises(UnsupportedVersion, match="4711"):
        read_header(b"\x12\x67\x00\x00\x00\x00\x00\x01\xff\xff")
    with pytest.raises(UnsupportedVersion, match="4711"):
        response_header_version(4711, 0)


@pytest.mark.parametrize("client_id", ["me", None])
def test_a_header_cut_short_is_refused(client_id: str | None) -> None:
    out = bytearray()
    put_request_header(out, HEARTBEAT, 4, 7, client_id)
    for size in range(len(out)):
        with pytest.raises(ProtocolError):
            read_header(bytes(out[:size]))


def test_a_client_id_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(ProtocolError, match="UTF-8"):
        read_header(b"\x00\x0c\x00\x00\x00\x00\x00\x01\x00\x01\xff")
