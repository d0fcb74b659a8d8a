"""What administrators and idempotent producers ask beside topics."""

from collections.abc import Sequence

from ottla.wire.messages.describe_log_dirs_request import DescribableLogDirTopic, DescribeLogDirsRequest
from ottla.wire.messages.describe_producers_request import DescribeProducersRequest, TopicRequest
from ottla.wire.messages.describe_quorum_request import DescribeQuorumRequest, PartitionData, TopicData
from ottla.wire.messages.elect_leaders_request import ElectLeadersRequest, TopicPartitions
from ottla.wire.messages.init_producer_id_request import InitProducerIdRequest
from ottla.wire.messages.list_partition_reassignments_request import (
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsTopics,
)
from ottla.wire.messages.unregister_broker_request import UnregisterBrokerRequest
from ottla.wire.messages.update_features_request import FeatureUpdateKey, UpdateFeaturesRequest
from tests.differential.batches import batch, sequenced
from tests.differential.chapters.requests import put
from tests.differential.talk import Talk, eventually


def init_producer_id(talk: Talk) -> None:
    talk.hide("producer_id")
    first = InitProducerIdRequest(transactional_id=None, transaction_timeout_ms=1_000)
    eventually(lambda: talk.ask_quietly("init_producer_id", 4, first).error_code == 0)
    for version in range(6):
        v = f"v{version}"

        def ask(label: str, version: int = version, v: str = v, **fields: object) -> None:
            request = InitProducerIdRequest(transaction_timeout_ms=1_000, **fields)  # type: ignore[arg-type]
            talk.ask(f"{v} {label}", "init_producer_id", version, request)

        ask("idempotent", transactional_id=None)
        ask("with an empty id", transactional_id="")
        if version >= 3:
            ask("an epoch without an id", transactional_id=None, producer_epoch=3)
            ask("an id without an epoch", transactional_id=None, producer_id=3)
            ask("an id and an epoch", transactional_id=None, producer_id=3, producer_epoch=1)
    talk.ask(
        "v4 in a transaction",
        "init_producer_id",
        4,
        InitProducerIdRequest(transactional_id="t", transaction_timeout_ms=1_000),
    )


def producers(talk: Talk) -> None:
    talk.create("dp", 2)
    put(talk, "dp", sequenced(0, "a", "b", producer=41), sequenced(3, "c", producer=40, epoch=2), batch("d"))
    asked = [
        TopicRequest(name="dp", partition_indexes=[0, 1, 7]),
        TopicRequest(name="absent", partition_indexes=[0]),
        TopicRequest(name="a/b", partition_indexes=[0]),
    ]
    talk.ask("v0", "describe_producers", 0, DescribeProducersRequest(topics=asked))
    talk.ask("v0 of nothing", "describe_producers", 0, DescribeProducersRequest())


def log_dirs(talk: Talk) -> None:
    """Sizes of disks and where directories lie are the machine's."""
    talk.hide("log_dir", "total_bytes", "usable_bytes")
    talk.create("ld", 2)
    put(talk, "ld", batch("a"))
    for version in range(1, 6):
        v = f"v{version}"

        def ask(label: str, *topics: tuple[str, Sequence[int]], version: int = version, v: str = v) -> None:
            asked = [DescribableLogDirTopic(topic=name, partitions=list(each)) for name, each in topics]
            talk.ask(f"{v} {label}", "describe_log_dirs", version, DescribeLogDirsRequest(topics=asked))

        ask("two", ("ld", [0, 1]))
        ask("one and none", ("ld", [0, 9]))
        ask("no topic", ("absent", [0]))
        ask("nothing")


def quorum(talk: Talk) -> None:
    """Positions and times are those of the moment."""
    talk.hide(
        "high_watermark", "log_end_offset", "last_fetch_timestamp", "last_caught_up_timestamp", "leader_epoch"
    )
    talk.hide("replica_directory_id", "port")
    for version in range(3):
        for topic, index in (("__cluster_metadata", 0), ("__cluster_metadata", 1), ("m", 0)):
            request = DescribeQuorumRequest(
                topics=[TopicData(topic_name=topic, partitions=[PartitionData(partition_index=index)])]
            )
            talk.ask(f"v{version} of {topic}-{index}", "describe_quorum", version, request)
        talk.ask(f"v{version} of nothing", "describe_quorum", version, DescribeQuorumRequest())


def features(talk: Talk) -> None:
    updates = {
        "the same": ("metadata.version", 25, 1),
        "lower": ("metadata.version", 24, 1),
        "lower and safe": ("metadata.version", 24, 2),
        "lower and unsafe": ("metadata.version", 24, 3),
        "too low": ("metadata.version", 3, 3),
        "too high": ("metadata.version", 999, 1),
        "unknown": ("no.such.feature", 1, 1),
        "of no type": ("metadata.version", 25, 0),
        "of another type": ("metadata.version", 25, 9),
        "removed": ("metadata.version", 0, 2),
        "kraft": ("kraft.version", 1, 1),
        "kraft lower": ("kraft.version", 0, 2),
        "without a name": ("", 1, 1),
    }
    for version in (1, 2):
        for name, (feature, level, kind) in updates.items():
            update = FeatureUpdateKey(feature=feature, max_version_level=level, upgrade_type=kind)
            request = UpdateFeaturesRequest(timeout_ms=5_000, feature_updates=[update], validate_only=True)
            talk.ask(f"v{version} {name}", "update_features", version, request)
        twice = [FeatureUpdateKey(feature="metadata.version", max_version_level=25, upgrade_type=1)] * 2
        request = UpdateFeaturesRequest(timeout_ms=5_000, feature_updates=twice, validate_only=True)
        talk.ask(f"v{version} twice", "update_features", version, request)
        nothing = UpdateFeaturesRequest(timeout_ms=5_000, validate_only=True)
        talk.ask(f"v{version} nothing", "update_features", version, nothing)


def feature_names(talk: Talk) -> None:
    """Features of Kafka 4.3 that we do not serve, and version 0 with its older flag."""
    for feature in ("group.version", "transaction.version", "share.version", "streams.version"):
        for level in (0, 1, 7):
            update = FeatureUpdateKey(feature=feature, max_version_level=level, upgrade_type=1)
            request = UpdateFeaturesRequest(timeout_ms=5_000, feature_updates=[update], validate_only=True)
            talk.ask(f"{feature} to {level}", "update_features", 1, request)
    for downgrade in (False, True):
        update = FeatureUpdateKey(
            feature="no.such.feature", max_version_level=1, allow_downgrade=downgrade, upgrade_type=1
        )
        request = UpdateFeaturesRequest(timeout_ms=5_000, feature_updates=[update])
        talk.ask(f"v0 unknown with downgrade: {downgrade}", "update_features", 0, request)


def unregistering(talk: Talk) -> None:
    for broker_id in (7, -1):
        request = UnregisterBrokerRequest(broker_id=broker_id)
        talk.ask(f"broker {broker_id}", "unregister_broker", 0, request)


def elections(talk: Talk) -> None:
    talk.create("el", 2)
    for version in range(3):
        v = f"v{version}"

        def ask(
            label: str,
            *topics: tuple[str, Sequence[int]],
            kind: int = 0,
            version: int = version,
            v: str = v,
        ) -> None:
            asked = [TopicPartitions(topic=name, partitions=list(each)) for name, each in topics]
            request = ElectLeadersRequest(timeout_ms=5_000, topic_partitions=asked)
            if version >= 1:
                request.election_type = kind
            talk.ask(f"{v} {label}", "elect_leaders", version, request)

        ask("preferred", ("el", [0, 1]))
        ask("nothing")
        ask("no topic", ("absent", [0]), ("el", [9]))
        if version >= 1:
            ask("unclean", ("el", [0]), kind=1)
            ask("of no type", ("el", [0]), kind=7)
        everything = ElectLeadersRequest(timeout_ms=5_000, topic_partitions=None)
        talk.ask(f"{v} all", "elect_leaders", version, everything)


def reassignments(talk: Talk) -> None:
    talk.create("ra")
    for topics in (None, [("ra", [0, 5])], [("absent", [0])], []):
        asked = (
            None
            if topics is None
            else [
                ListPartitionReassignmentsTopics(name=name, partition_indexes=list(each))
                for name, each in topics
            ]
        )
        request = ListPartitionReassignmentsRequest(timeout_ms=5_000, topics=asked)
        talk.ask(f"v0 of {topics}", "list_partition_reassignments", 0, request)
