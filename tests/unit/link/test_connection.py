"""One connection to a node: what it serves, and answers in the order of the requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.link.connection import OPENED, REOPEN, LinkConnection
from ottla.model.errors import ErrorCode
from ottla.wire.messages.api_versions_response import ApiVersion, ApiVersionsResponse
from ottla.wire.messages.create_topics_request import CreateTopicsRequest
from ottla.wire.messages.heartbeat_request import HeartbeatRequest
from ottla.wire.messages.heartbeat_response import HeartbeatResponse
from ottla.wire.primitives import ProtocolError, Reader, UnsupportedVersion

HEARTBEAT, CREATE_TOPICS, API_VERSIONS = 12, 19, 18


def serves(**versions: tuple[int, int]) -> ApiVersionsResponse:
    keys = {"heartbeat": HEARTBEAT, "create_topics": CREATE_TOPICS, "api_versions": API_VERSIONS}
    return ApiVersionsResponse(
        api_keys=[
            ApiVersion(api_key=keys[name], min_version=low, max_version=high)
            for name, (low, high) in versions.items()
        ]
    )


def frame(correlation: int, answer: ApiVersionsResponse | HeartbeatResponse, version: int) -> bytes:
    """As a node sends it."""
    body = bytearray(correlation.to_bytes(4, "big"))
    if isinstance(answer, HeartbeatResponse) and version >= 4:
        body.append(0)  # the header's tags; that of ApiVersions never has any
    answer.write(body, version)
    return len(body).to_bytes(4, "big") + bytes(body)


def opened(**versions: tuple[int, int]) -> LinkConnection:
    link = LinkConnection("me")
    link.opening()
    ((token, _),) = link.receive(frame(0, serves(**(versions or {"heartbeat": (0, 4)})), 4))
    assert token is OPENED
    return link


def test_the_first_request_asks_what_the_node_serves() -> None:
    source = Reader(LinkConnection("me").opening())
    assert source.int32() == source.remaining
    assert (source.int16(), source.int16(), source.int32()) == (API_VERSIONS, 4, 0)


def test_a_node_that_does_not_know_our_version_names_its_own() -> None:
    link = LinkConnection("me")
    link.opening()
    answer = serves(api_versions=(0, 2))
    answer.error_code = ErrorCode.UNSUPPORTED_VERSION
    ((token, version),) = link.receive(frame(0, answer, 0))
    assert token is REOPEN
    assert version == 2
    link.opening(version)
    ((token, _),) = link.receive(frame(1, serves(heartbeat=(0, 1)), 2))
    assert token is OPENED
    assert link.versions == {HEARTBEAT: (0, 1)}


def test_the_highest_version_that_both_know_is_spoken() -> None:
    assert opened(heartbeat=(0, 2)).version_of(HeartbeatRequest) == 2
    assert opened(heartbeat=(0, 99)).version_of(HeartbeatRequest) == 4


def test_what_a_node_does_not_serve_is_not_asked() -> None:
    link = opened(heartbeat=(0, 4), create_topics=(90, 99))
    with pytest.raises(UnsupportedVersion, match="The node does not support a version of CREATE_TOPICS"):
        link.request(CreateTopicsRequest(), "token")
    with pytest.raises(UnsupportedVersion, match="The node does not support CREATE_TOPICS"):
        opened().request(CreateTopicsRequest(), "token")


@given(st.integers(1, 200), st.sampled_from([3, 4]))
def test_answers_come_with_the_token_of_their_request_however_the_bytes_arrive(
    piece: int, version: int
) -> None:
    link = opened()
    for token in ("a", "b", "c"):
        link.request(HeartbeatRequest(group_id="g"), token, version)
    assert link.in_flight == 3
    data = b"".join(frame(1 + at, HeartbeatResponse(error_code=at), version) for at in range(3))
    received = []
    for at in range(0, len(data), piece):
        received += link.receive(data[at : at + piece])
    assert [(token, answer.error_code) for token, answer in received] == [("a", 0), ("b", 1), ("c", 2)]
    assert link.in_flight == 0


def test_a_request_that_wants_no_answer_takes_none() -> None:
    link = opened()
    link.request(HeartbeatRequest(group_id="g"), "first")
    link.request(HeartbeatRequest(group_id="g"), None)
    link.expects_none()
    assert link.in_flight == 1


def test_an_answer_that_nobody_asked_for_is_an_error() -> None:
    with pytest.raises(ProtocolError, match="nobody asked for"):
        opened().receive(frame(1, HeartbeatResponse(), 4))


def test_an_answer_to_another_request_is_an_error() -> None:
    link = opened()
    link.request(HeartbeatRequest(group_id="g"), "token")
    with pytest.raises(ProtocolError, match="the answer to 7 where the one to 1 is due"):
        link.receive(frame(7, HeartbeatResponse(), 4))


def test_a_size_that_can_not_be_is_an_error() -> None:
    with pytest.raises(ProtocolError, match="an answer of -1 bytes"):
        opened().receive(b"\xff\xff\xff\xff")
