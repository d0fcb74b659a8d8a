"""Every API of groups answers at every version what Apache Kafka 4.3.1 answered to the same requests.

`kafka_answers.json` is Kafka's side of the conversation; `test_against_kafka` writes it anew.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.server.groups.chapters import converse
from tests.unit.server.groups.our_broker import OurBroker
from tests.unit.server.groups.talking import Talk

from ottla.model.errors import ErrorCode
from ottla.model.topics import GROUP_METADATA_TOPIC
from ottla.sim.loop import SimLoop
from ottla.wire.messages.find_coordinator_request import FindCoordinatorRequest
from ottla.wire.messages.heartbeat_request import HeartbeatRequest
from ottla.wire.messages.list_groups_request import ListGroupsRequest

RECORDED = Path(__file__).parent / "kafka_answers.json"


@pytest.fixture
def loop() -> Iterator[SimLoop]:
    loop = SimLoop()
    yield loop
    loop.close()


def test_the_whole_conversation_is_kafka_s(loop: SimLoop) -> None:
    talk = Talk(OurBroker(loop))
    converse(talk)
    recorded = json.loads(RECORDED.read_text())
    assert list(talk.heard) == list(recorded)
    for label, answer in talk.heard.items():
        assert json.loads(json.dumps(answer)) == recorded[label], label


@pytest.mark.parametrize("key_type", [1, 2])
def test_coordinators_that_are_not_served_are_refused_for_good(loop: SimLoop, key_type: int) -> None:
    line = OurBroker(loop).connect("cl")
    line.send("find_coordinator", 6, FindCoordinatorRequest(key_type=key_type, coordinator_keys=["x"]))
    (found,) = line.receive().coordinators
    assert (found.error_code, found.node_id, found.port) == (ErrorCode.UNSUPPORTED_VERSION, -1, -1)
    if key_type == 1:
        line.send("find_coordinator", 3, FindCoordinatorRequest(key_type=1, key="x"))
        assert line.receive().error_code == ErrorCode.UNSUPPORTED_VERSION


def test_the_first_who_looks_for_a_coordinator_has_its_topic_created(loop: SimLoop) -> None:
    broker = OurBroker(loop, with_offsets_topic=False)
    line = broker.connect("cl")
    line.send("find_coordinator", 4, FindCoordinatorRequest(coordinator_keys=["g"]))
    assert line.receive().coordinators[0].error_code == ErrorCode.COORDINATOR_NOT_AVAILABLE
    line.send("find_coordinator", 3, FindCoordinatorRequest(key="g"))
    assert line.receive().error_code == ErrorCode.COORDINATOR_NOT_AVAILABLE
    assert set(broker.created) == {GROUP_METADATA_TOPIC}


def test_while_a_group_is_loaded_its_members_are_not_thrown_out(loop: SimLoop) -> None:
    broker = OurBroker(loop)
    broker.groups.resign(0)
    broker.groups.resign(1)
    broker.groups.resign(2)
    line = broker.connect("cl")
    line.send("heartbeat", 4, HeartbeatRequest(group_id="g", generation_id=1, member_id="m"))
    assert line.receive().error_code == ErrorCode.NOT_COORDINATOR
    partitions = [broker.room.partition(index) for index in range(3)]

    async def begin_to_load() -> None:
        for partition in partitions:
            broker.groups.elect(partition, partition.replica.epoch)
        line.accept("heartbeat", 4, HeartbeatRequest(group_id="g", generation_id=1, member_id="m"))
        line.accept("list_groups", 4, ListGroupsRequest())

    broker.run(begin_to_load())
    assert line.receive().error_code == ErrorCode.NONE
    assert line.receive().error_code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS


def test_whoever_coordinates_nothing_lists_nothing(loop: SimLoop) -> None:
    broker = OurBroker(loop)
    for index in range(3):
        broker.groups.resign(index)
    line = broker.connect("cl")
    line.send("list_groups", 4, ListGroupsRequest())
    answer = line.receive()
    assert (answer.error_code, answer.groups) == (ErrorCode.NONE, [])
