"""A controller with its log in memory, for tests of decisions: commands in, records applied, answers out."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from ottla.controller.activation import Activate
from ottla.controller.create_topics import CreateTopics
from ottla.controller.decide import decide
from ottla.controller.heartbeats import BrokerHeartbeat
from ottla.controller.registration import RegisterBroker
from ottla.controller.sessions import Soft
from ottla.controller.settings import ControllerConfig, EffectiveConfig
from ottla.controller.state import ControllerState, apply
from ottla.controller.turn import Command, Outcome
from ottla.machine.decision import Timer
from ottla.metadata import metadata_version
from ottla.metadata.configs import ConfigResource, ResourceType
from ottla.metadata.features import TOLERATED
from ottla.metadata.image import MetadataImage
from ottla.metadata.record import MetadataRecord
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.model.now import Now
from ottla.model.uuid import Uuid
from ottla.wire.messages.broker_heartbeat_request import BrokerHeartbeatRequest
from ottla.wire.messages.broker_heartbeat_response import BrokerHeartbeatResponse
from ottla.wire.messages.broker_registration_request import BrokerRegistrationRequest, Feature, Listener
from ottla.wire.messages.broker_registration_response import BrokerRegistrationResponse
from ottla.wire.messages.create_topics_request import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
    CreateTopicsRequest,
)
from ottla.wire.messages.feature_level_record import FeatureLevelRecord
from ottla.wire.metadata_records import decode_metadata_record, encode_metadata_record

CLUSTER_ID = "5L6g3nShT-eMCtK--X86sw"
TICKET = Ticket(1)


class SeededEntropy:
    """Chance from a seed."""

    def __init__(self, seed: int = 0) -> None:
        self._random = Random(seed)

    def uuid(self) -> Uuid:
        return Uuid(b"\x01" + self._random.randbytes(15))

    def below(self, bound: int) -> int:
        return self._random.randrange(bound)


class FewConfigs:
    """Definitions of a handful of configurations."""

    lists = ("cleanup.policy",)
    known = ("cleanup.policy", "min.insync.replicas", "retention.ms", "unclean.leader.election.enable")

    def validate(
        self, resource: ConfigResource, configs: Mapping[str, str], existing: Mapping[str, str]
    ) -> None:
        del existing
        for name in configs:
            if resource.type is ResourceType.TOPIC and name not in self.known:
                raise ApiError(ErrorCode.INVALID_CONFIG, f"Unknown topic config name: {name}")

    def is_list(self, type_: ResourceType, name: str) -> bool:
        return type_ is ResourceType.TOPIC and name in self.lists

    def default(self, type_: ResourceType, name: str) -> str | None:
        return "delete" if name == "cleanup.policy" else None

    def effective_topic_configs(
        self, topic: Mapping[str, str], broker: Mapping[str, str], cluster: Mapping[str, str]
    ) -> Sequence[EffectiveConfig]:
        return [EffectiveConfig(name, topic.get(name), 1 if name in topic else 5) for name in self.known]


def a_config(**changes: Any) -> ControllerConfig:
    config = ControllerConfig(
        node_id=3000, cluster_id=CLUSTER_ID, rules=FewConfigs(), voter_ids=(3000,), num_partitions=1
    )
    return config._replace(**changes)


def bootstrap(level: int = metadata_version.BOOTSTRAP, **features: int) -> list[MetadataRecord]:
    levels = {metadata_version.FEATURE: level} | {
        name.replace("_", "."): level for name, level in features.items()
    }
    return [
        MetadataRecord(FeatureLevelRecord(name=name, feature_level=level), 0)
        for name, level in levels.items()
    ]


class Cluster:
    """One active controller and its log. Time stands still unless a test moves it."""

    def __init__(
        self, level: int = metadata_version.BOOTSTRAP, *, elr: bool = False, seed: int = 0, **settings: Any
    ) -> None:
        self.state, self.soft = ControllerState(), Soft()
        self.config, self.entropy = a_config(**settings), SeededEntropy(seed)
        self.mono_ms = 1_000
        self.log: list[MetadataRecord] = []
        self.timers: dict[Any, Timer] = {}
        features = {"eligible_leader_replicas_version": 1} if elr else {}
        self.run(Activate(bootstrap(level, **features)))

    @property
    def image(self) -> MetadataImage:
        return self.state.image

    def decide(self, command: Command) -> Outcome:
        """The decision, without its consequences."""
        now = Now(self.mono_ms, self.mono_ms + 1_700_000_000_000)
        return decide(self.state, self.soft, command, now, self.entropy, self.config)

    def run(self, command: Command) -> Any:
        """Decide and apply; the answer, if there is one. Records pass through their bytes."""
        decision = self.decide(command)
        for record in decision.records:
            self.state = apply(self.state, _through_bytes(record))
        self.log += decision.records
        self.soft = decision.soft
        for key, timer in decision.timers.items():
            if timer is None:
                self.timers.pop(key, None)
            else:
                self.timers[key] = timer
        return decision.replies[0].answer if decision.replies else None

    def pass_ms(self, duration_ms: int) -> None:
        """Let time pass, with every timer in its turn."""
        end_ms = self.mono_ms + duration_ms
        while self.timers:
            key = min(self.timers, key=lambda key: (self.timers[key].deadline_ms, str(key)))
            if self.timers[key].deadline_ms > end_ms:
                break
            timer = self.timers.pop(key)
            self.mono_ms = max(self.mono_ms, timer.deadline_ms)
            self.run(timer.command)
        self.mono_ms = end_ms

    # Brokers

    def register(self, broker_id: int, *, version: int = 4, **changes: Any) -> BrokerRegistrationResponse:
        answer = self.run(RegisterBroker(TICKET, a_registration(broker_id, **changes), version))
        assert isinstance(answer, BrokerRegistrationResponse)
        return answer

    def heartbeat(self, broker_id: int, **changes: Any) -> BrokerHeartbeatResponse:
        broker = self.image.brokers.get(broker_id)
        fields = {
            "broker_id": broker_id,
            "broker_epoch": broker.epoch if broker else -1,
            "current_metadata_offset": self.state.next_offset - 1,
        }
        answer = self.run(BrokerHeartbeat(TICKET, BrokerHeartbeatRequest(**(fields | changes))))
        assert isinstance(answer, BrokerHeartbeatResponse)
        return answer

    def start_brokers(self, *broker_ids: int, **changes: Any) -> "Cluster":
        """Register and unfence."""
        for broker_id in broker_ids:
            assert self.register(broker_id, **changes).error_code == 0
            assert not self.heartbeat(broker_id).is_fenced
        return self

    # Topics

    def create_topic(self, name: str, assignments: Sequence[Sequence[int]] = (), **configs: str) -> Uuid:
        """One partition per assignment."""
        topic = a_topic(name, assignments, **configs)
        answer = self.run(CreateTopics(TICKET, CreateTopicsRequest(topics=[topic]), frozenset()))
        assert answer.topics[0].error_code == 0, answer
        return Uuid(answer.topics[0].topic_id)


def a_registration(broker_id: int, **changes: Any) -> BrokerRegistrationRequest:
    fields: dict[str, Any] = {
        "broker_id": broker_id,
        "cluster_id": CLUSTER_ID,
        "incarnation_id": incarnation(broker_id),
        "listeners": [Listener(name="PLAINTEXT", host=f"broker-{broker_id}", port=9092)],
        "features": [
            Feature(name=name, min_supported_version=low, max_supported_version=high)
            for name, (low, high) in TOLERATED.items()
        ],
        "rack": None,
        "log_dirs": [directory(broker_id)],
    }
    return BrokerRegistrationRequest(**(fields | changes))


def a_topic(name: str, assignments: Sequence[Sequence[int]] = (), **configs: str) -> CreatableTopic:
    return CreatableTopic(
        name=name,
        num_partitions=-1,
        replication_factor=-1,
        assignments=[
            CreatableReplicaAssignment(partition_index=index, broker_ids=list(brokers))
            for index, brokers in enumerate(assignments)
        ],
        configs=[
            CreatableTopicConfig(name=name.replace("_", "."), value=value) for name, value in configs.items()
        ],
    )


def incarnation(broker_id: int, number: int = 0) -> Uuid:
    return Uuid(bytes([7, number]) + bytes(12) + broker_id.to_bytes(2, "big"))


def directory(broker_id: int, number: int = 0) -> Uuid:
    return Uuid(bytes([9, number]) + bytes(12) + broker_id.to_bytes(2, "big"))


def _through_bytes(record: MetadataRecord) -> MetadataRecord:
    message, version = decode_metadata_record(encode_metadata_record(*record))
    return MetadataRecord(message, version)
