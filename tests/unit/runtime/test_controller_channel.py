"""A broker's channel to the controller, and the broker that registers through it: until the time is over."""

import asyncio
import socket
import time

import pytest

from ottla.runtime.loop.clock import Clock
from ottla.runtime.loop.tasks import Tasks
from ottla.runtime.peers.broker_lifecycle import BrokerLifecycle, RegistrationFailed
from ottla.runtime.peers.controller_channel import ControllerChannel, ControllerUnreachable
from ottla.wire.messages.broker_registration_request import BrokerRegistrationRequest
from ottla.wire.messages.metadata_request import MetadataRequest


def fail(error: BaseException) -> None:
    raise error


def test_without_an_answer_in_time_the_controller_is_unreachable() -> None:
    async def story(silent: socket.socket) -> None:
        channel = ControllerChannel("test", silent.getsockname, Tasks(fail))
        begun = time.monotonic()
        with pytest.raises(ControllerUnreachable, match=r"no active controller within 0\.1 s"):
            await channel.request(MetadataRequest(), 0.1)
        assert time.monotonic() - begun >= 0.1
        channel.close()

    with socket.create_server(("127.0.0.1", 0)) as silent:
        asyncio.run(story(silent))


def test_where_nobody_leads_it_is_unreachable_too() -> None:
    async def story() -> None:
        channel = ControllerChannel("test", lambda: None, Tasks(fail))
        with pytest.raises(ControllerUnreachable):
            await channel.request(MetadataRequest(), 0.01)

    asyncio.run(story())


def test_a_broker_gives_up_when_no_controller_registers_it_in_time() -> None:
    async def story() -> None:
        lifecycle = BrokerLifecycle(
            broker_id=1,
            channel=ControllerChannel("test", lambda: None, Tasks(fail)),
            registration=BrokerRegistrationRequest,
            metadata_offset=lambda: -1,
            clock=Clock(),
            heartbeat_interval_ms=2_000,
            session_timeout_ms=9_000,
            registration_timeout_ms=50,
        )
        with pytest.raises(RegistrationFailed, match="unable to register with the controller quorum"):
            await lifecycle.register()

    asyncio.run(story())
