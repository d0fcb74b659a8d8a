"""A controller announces itself to the active one, so that brokers and tools know of it (KIP-919).

Kafka's `ControllerRegistrationManager`: once the metadata.version allows it, and whenever the metadata holds
another incarnation of this node id.
"""

import asyncio
import logging
from collections.abc import Callable

from ottla.metadata import metadata_version
from ottla.metadata.delta import MetadataDelta
from ottla.metadata.image import MetadataImage
from ottla.model.errors import ErrorCode
from ottla.runtime.loop.tasks import Tasks
from ottla.runtime.peers.controller_channel import ControllerChannel, ControllerUnreachable
from ottla.wire.messages.controller_registration_request import ControllerRegistrationRequest

_log = logging.getLogger("kafka.server.ControllerRegistrationManager")
_TIMEOUT_S = 30.0
_BACKOFF_S, _BACKOFF_MAX_S = 0.1, 120.0


class ControllerRegistration:
    """Called with each new image; sends at most one request at a time."""

    def __init__(
        self, channel: ControllerChannel, request: Callable[[], ControllerRegistrationRequest], tasks: Tasks
    ) -> None:
        self._channel, self._request, self._tasks = channel, request, tasks
        self._registered = self._sending = False

    def publish(self, image: MetadataImage, delta: MetadataDelta) -> None:
        request = self._request()
        known = image.controllers.get(request.controller_id)
        self._registered = known is not None and known.incarnation_id == request.incarnation_id
        level = image.features.metadata_version or 0
        if not self._registered and not self._sending and level >= metadata_version.CONTROLLER_REGISTRATION:
            self._sending = True
            self._tasks.start(self._register(request))

    async def _register(self, request: ControllerRegistrationRequest) -> None:
        backoff_s = _BACKOFF_S
        while not self._registered:
            try:
                answer = await self._channel.request(request, _TIMEOUT_S)
            except ControllerUnreachable:
                answer = None
            if answer is not None and answer.error_code == ErrorCode.NONE:
                break
            _log.info("Controller %d could not register; trying again", request.controller_id)
            await asyncio.sleep(backoff_s)
            backoff_s = min(2 * backoff_s, _BACKOFF_MAX_S)
        self._sending = False
