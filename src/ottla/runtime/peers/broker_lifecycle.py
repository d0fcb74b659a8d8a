"""A broker's standing with the controller: registered, caught up, unfenced, and in order out again.

Kafka's `BrokerLifecycleManager`: it registers, then sends heartbeats; quickly while it waits for
something, every `broker.heartbeat.interval.ms` otherwise.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from ottla.model.errors import ErrorCode
from ottla.runtime.loop.clock import Clock
from ottla.runtime.peers.controller_channel import ControllerChannel, ControllerUnreachable
from ottla.wire.messages.broker_heartbeat_request import BrokerHeartbeatRequest
from ottla.wire.messages.broker_registration_request import BrokerRegistrationRequest

_log = logging.getLogger("kafka.server.BrokerLifecycleManager")
_EAGER_S = 0.01


class RegistrationFailed(Exception):
    """The controller refuses this broker, or none answered in time: the node must stop."""


@dataclass(slots=True)
class BrokerLifecycle:
    """Drives one broker through STARTING, RECOVERY, RUNNING, PENDING_CONTROLLED_SHUTDOWN."""

    broker_id: int
    channel: ControllerChannel
    registration: Callable[[], BrokerRegistrationRequest]
    metadata_offset: Callable[[], int]
    """The last offset whose image this broker has published."""
    clock: Clock
    heartbeat_interval_ms: int
    session_timeout_ms: int
    registration_timeout_ms: int
    offline_dirs: Callable[[], list[bytes]] = list
    epoch: int = -1
    ready: bool = False
    """Logs are recovered: the broker asks to be unfenced."""
    leaving: bool = False
    caught_up: asyncio.Event = field(default_factory=asyncio.Event)
    unfenced: asyncio.Event = field(default_factory=asyncio.Event)
    may_stop: asyncio.Event = field(default_factory=asyncio.Event)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def register(self) -> None:
        """Register and remember the broker epoch. Raises RegistrationFailed."""
        deadline_ms = self.clock.mono_ms() + self.registration_timeout_ms
        while True:
            left_s = (deadline_ms - self.clock.mono_ms()) / 1000
            if left_s <= 0:
                raise RegistrationFailed(
                    "Shutting down because we were unable to register with the controller quorum."
                )
            try:
                answer = await self.channel.request(self.registration(), left_s)
            except ControllerUnreachable:
                _log.warning("Unable to register broker %d.", self.broker_id)
                continue
            error = ErrorCode(answer.error_code)
            if error is ErrorCode.NONE:
                break
            _log.info(
                "Unable to register broker %d because the controller returned error %s",
                self.broker_id,
                error.name,
            )
            await asyncio.sleep(min(left_s, self.heartbeat_interval_ms / 1000))
        self.epoch = answer.broker_epoch
        _log.info("Successfully registered broker %d with broker epoch %d", self.broker_id, self.epoch)

    async def run(self) -> None:
        """Heartbeats until the controller lets the broker stop."""
        while not self.may_stop.is_set():
            await self._beat()
            waiting = not self.unfenced.is_set() or self.leaving
            self._wake.clear()
            pause_s = _EAGER_S if waiting else self.heartbeat_interval_ms / 1000
            try:
                async with asyncio.timeout(pause_s):
                    await self._wake.wait()
            except TimeoutError:
                pass

    def set_ready(self) -> None:
        self.ready = True
        self._wake.set()

    def leave(self) -> None:
        """Begin controlled shutdown."""
        _log.info("Beginning controlled shutdown.")
        self.leaving = True
        self._wake.set()

    def beat_soon(self) -> None:
        """Something to tell the controller has come up: a published image, a failed directory."""
        self._wake.set()

    async def _beat(self) -> None:
        request = BrokerHeartbeatRequest(
            broker_id=self.broker_id,
            broker_epoch=self.epoch,
            current_metadata_offset=self.metadata_offset(),
            want_fence=not self.ready,
            want_shut_down=self.leaving,
            offline_log_dirs=self.offline_dirs(),
        )
        try:
            answer = await self.channel.request(request, self.session_timeout_ms / 2000)
        except ControllerUnreachable:
            _log.warning("Unable to send broker heartbeat for %d. Retrying.", self.broker_id)
            return
        error = ErrorCode(answer.error_code)
        if error is not ErrorCode.NONE:
            _log.warning(
                "Broker %d sent a heartbeat request but received error %s.", self.broker_id, error.name
            )
            return
        if answer.is_caught_up and not self.caught_up.is_set():
            _log.info("The broker has caught up. Transitioning from STARTING to RECOVERY.")
            self.caught_up.set()
        if not answer.is_fenced and not self.unfenced.is_set():
            _log.info("The broker has been unfenced. Transitioning from RECOVERY to RUNNING.")
            self.unfenced.set()
        if answer.should_shut_down and self.leaving:
            _log.info("The controller has asked us to exit controlled shutdown.")
            self.may_stop.set()
