"""Creates topics that clients name and nobody made, and the coordinators' own."""

from collections.abc import Iterable

from ottla.model.topics import GROUP_METADATA_TOPIC
from ottla.runtime.loop.tasks import Tasks
from ottla.runtime.peers.controller_channel import ControllerChannel, ControllerUnreachable
from ottla.server.settings import BrokerSettings
from ottla.wire.messages.create_topics_request import (
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)


class AutoCreation:
    """Asks the controller once per topic at a time; whoever named the topic asks again."""

    def __init__(self, channel: ControllerChannel, settings: BrokerSettings, tasks: Tasks) -> None:
        self._channel, self._settings, self._tasks = channel, settings, tasks
        self._under_way: set[str] = set()

    def create(self, names: Iterable[str]) -> None:
        """Have the topics created that are not being created already."""
        wanted = [name for name in names if name not in self._under_way]
        if wanted:
            self._under_way.update(wanted)
            self._tasks.start(self._create(wanted))

    async def _create(self, names: list[str]) -> None:
        request = CreateTopicsRequest(
            topics=[self._topic(name) for name in names],
            timeout_ms=int(self._settings.request_timeout_s * 1000),
        )
        try:
            await self._channel.request(request, self._settings.request_timeout_s)
        except ControllerUnreachable:
            pass  # the client will ask again, and so shall we
        finally:
            self._under_way.difference_update(names)

    def _topic(self, name: str) -> CreatableTopic:
        settings = self._settings
        if name == GROUP_METADATA_TOPIC:
            return CreatableTopic(
                name=name,
                num_partitions=settings.offsets_topic_num_partitions,
                replication_factor=settings.offsets_topic_replication_factor,
                configs=[
                    CreatableTopicConfig(name="compression.type", value="producer"),
                    CreatableTopicConfig(name="cleanup.policy", value="compact"),
                    CreatableTopicConfig(
                        name="segment.bytes", value=str(settings.offsets_topic_segment_bytes)
                    ),
                ],
            )
        return CreatableTopic(
            name=name,
            num_partitions=settings.num_partitions,
            replication_factor=settings.default_replication_factor,
        )
