"""Topics are created, and the coordinator's own topic with them."""

import asyncio

from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition
from ottla.sim.client import SimClient
from ottla.sim.history import History, Violation
from ottla.wire.messages.create_topics_request import (
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from ottla.wire.messages.find_coordinator_request import FindCoordinatorRequest
from ottla.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic

_FINE = (ErrorCode.NONE, ErrorCode.TOPIC_ALREADY_EXISTS)


async def create_topic(
    name: str, partitions: int, configs: dict[str, str], history: History
) -> list[TopicPartition]:
    """Create a topic and wait until it is led; its partitions."""
    client = SimClient("admin")
    topic = CreatableTopic(
        name=name,
        num_partitions=partitions,
        replication_factor=1,
        configs=[CreatableTopicConfig(name=key, value=value) for key, value in configs.items()],
    )
    answer = await client.insist(CreateTopicsRequest(topics=[topic], timeout_ms=10_000))
    if answer.topics[0].error_code not in _FINE:
        raise Violation(f"topic {name} was refused: {answer.topics[0].error_message}")
    history.topics[name] = partitions
    await _until_led(client, name, partitions)
    client.close()
    return [TopicPartition(name, index) for index in range(partitions)]


async def have_coordinator(group: str) -> None:
    """Ask for the group's coordinator until there is one: that creates `__consumer_offsets`."""
    client = SimClient("admin")
    while True:
        answer = await client.insist(FindCoordinatorRequest(key_type=0, coordinator_keys=[group]))
        if answer.coordinators[0].error_code == ErrorCode.NONE:
            break
        await asyncio.sleep(0.1)
    client.close()


async def _until_led(client: SimClient, name: str, partitions: int) -> None:
    while True:
        request = MetadataRequest(topics=[MetadataRequestTopic(name=name)], allow_auto_topic_creation=False)
        topic = (await client.insist(request)).topics[0]
        led = [each for each in topic.partitions if each.error_code == ErrorCode.NONE]
        if len(led) == partitions:
            return
        await asyncio.sleep(0.05)
