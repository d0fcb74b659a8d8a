"""AlterConfigs and IncrementalAlterConfigs: what changes, what does not, and who may not."""

from typing import Any

import pytest
from tests.unit.controller.cluster import TICKET, Cluster

from ottla.controller.configs import AlterConfigs, IncrementalAlterConfigs
from ottla.metadata.configs import ConfigResource, ResourceType
from ottla.model.errors import ErrorCode
from ottla.wire.messages import alter_configs_request as legacy
from ottla.wire.messages import incremental_alter_configs_request as incremental
from ottla.wire.messages.clear_elr_record import ClearElrRecord

SET, DELETE, APPEND, SUBTRACT = range(4)
TOPIC, BROKER, LOGGER, METRICS, GROUP = 2, 4, 8, 16, 32
Op = tuple[str, int, str | None]
Outcome = tuple[ErrorCode, str | None]


def alter(cluster: Cluster, type_: int, name: str, *ops: Op, **how: Any) -> Outcome:
    resource = incremental.AlterConfigsResource(
        resource_type=type_,
        resource_name=name,
        configs=[
            incremental.AlterableConfig(name=key, config_operation=op, value=value) for key, op, value in ops
        ],
    )
    forwarded = how.pop("forwarded", True)
    request = incremental.IncrementalAlterConfigsRequest(resources=[resource], **how)
    (result,) = cluster.run(IncrementalAlterConfigs(TICKET, request, forwarded)).responses
    assert (result.resource_type, result.resource_name) == (type_, name)
    return ErrorCode(result.error_code), result.error_message


def replace(cluster: Cluster, type_: int, name: str, **configs: str) -> Outcome:
    resource = legacy.AlterConfigsResource(
        resource_type=type_,
        resource_name=name,
        configs=[
            legacy.AlterableConfig(name=key.replace("_", "."), value=value) for key, value in configs.items()
        ],
    )
    request = legacy.AlterConfigsRequest(resources=[resource])
    (result,) = cluster.run(AlterConfigs(TICKET, request)).responses
    return ErrorCode(result.error_code), result.error_message


def overrides(
    cluster: Cluster, name: str = "foo", type_: ResourceType = ResourceType.TOPIC
) -> dict[str, str]:
    return dict(cluster.image.configs.get(ConfigResource(type_, name)).sorted_items())


OK: Outcome = (ErrorCode.NONE, None)


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster().start_brokers(1)
    cluster.create_topic("foo", [[1]], retention_ms="1")
    return cluster


def test_set_and_delete_change_one_override(cluster: Cluster) -> None:
    assert alter(cluster, TOPIC, "foo", ("min.insync.replicas", SET, "2")) == OK
    assert overrides(cluster) == {"min.insync.replicas": "2", "retention.ms": "1"}
    assert alter(cluster, TOPIC, "foo", ("retention.ms", DELETE, None)) == OK
    assert overrides(cluster) == {"min.insync.replicas": "2"}


def test_append_and_subtract_change_a_list_beginning_at_its_default(cluster: Cluster) -> None:
    assert alter(cluster, TOPIC, "foo", ("cleanup.policy", APPEND, "compact")) == OK
    assert overrides(cluster)["cleanup.policy"] == "delete,compact"
    assert alter(cluster, TOPIC, "foo", ("cleanup.policy", APPEND, "compact,delete")) == OK
    assert overrides(cluster)["cleanup.policy"] == "delete,compact"
    assert alter(cluster, TOPIC, "foo", ("cleanup.policy", SUBTRACT, "delete,none")) == OK
    assert overrides(cluster)["cleanup.policy"] == "compact"


@pytest.mark.parametrize(("op", "name"), [(APPEND, "APPEND"), (SUBTRACT, "SUBTRACT")])
def test_what_is_no_list_takes_no_append(cluster: Cluster, op: int, name: str) -> None:
    assert alter(cluster, TOPIC, "foo", ("retention.ms", op, "1")) == (
        ErrorCode.INVALID_CONFIG,
        f"Can't {name} to key retention.ms because its type is not LIST.",
    )


def test_an_unknown_operation_is_refused(cluster: Cluster) -> None:
    assert alter(cluster, TOPIC, "foo", ("retention.ms", 9, "1"))[0] == ErrorCode.INVALID_REQUEST


def test_the_old_api_keeps_only_what_it_names(cluster: Cluster) -> None:
    assert replace(cluster, TOPIC, "foo", min_insync_replicas="2") == OK
    assert overrides(cluster) == {"min.insync.replicas": "2"}
    assert replace(cluster, TOPIC, "foo") == OK
    assert overrides(cluster) == {}


def test_setting_what_is_set_writes_nothing_but_for_brokers(cluster: Cluster) -> None:
    """Of a broker it is written again, so that files with secrets are read anew."""
    alter(cluster, BROKER, "1", ("a", SET, "1"))
    records = len(cluster.log)
    alter(cluster, TOPIC, "foo", ("retention.ms", SET, "1"))
    assert len(cluster.log) == records
    alter(cluster, BROKER, "1", ("a", SET, "1"))
    assert len(cluster.log) == records + 1


def test_validating_only_changes_nothing(cluster: Cluster) -> None:
    assert alter(cluster, TOPIC, "foo", ("retention.ms", SET, "9"), validate_only=True) == OK
    assert overrides(cluster) == {"retention.ms": "1"}


@pytest.mark.parametrize(
    ("type_", "name"),
    [(BROKER, ""), (BROKER, "1"), (BROKER, "3000"), (GROUP, "group"), (METRICS, "subscription")],
)
def test_every_kind_of_resource_can_be_configured(cluster: Cluster, type_: int, name: str) -> None:
    assert alter(cluster, type_, name, ("a", SET, "1")) == OK
    assert overrides(cluster, name, ResourceType(type_)) == {"a": "1"}


@pytest.mark.parametrize(
    ("type_", "name", "code", "message"),
    [
        (TOPIC, "bar", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "The topic 'bar' does not exist."),
        (TOPIC, "", ErrorCode.INVALID_REQUEST, "Default topic resources are not allowed."),
        (
            TOPIC,
            "..",
            ErrorCode.INVALID_TOPIC_EXCEPTION,
            "Topic name is invalid: '..' is not allowed",
        ),
        (BROKER, "7", ErrorCode.BROKER_ID_NOT_REGISTERED, "No node with id 7 found."),
        (BROKER, "one", ErrorCode.INVALID_REQUEST, "Unable to parse broker name as a base 10 number."),
        (BROKER, "-1", ErrorCode.INVALID_REQUEST, "Invalid negative broker ID."),
        (GROUP, "", ErrorCode.INVALID_REQUEST, "Default group resources are not allowed."),
        (LOGGER, "1", ErrorCode.INVALID_REQUEST, "Unexpected resource type BROKER_LOGGER."),
        (3, "x", ErrorCode.UNSUPPORTED_VERSION, "Unknown resource type 3."),
        (0, "x", ErrorCode.UNSUPPORTED_VERSION, "Unknown resource type 0."),
    ],
)
def test_resources_that_cannot_be_are_refused(
    cluster: Cluster, type_: int, name: str, code: ErrorCode, message: str
) -> None:
    assert alter(cluster, type_, name, ("retention.ms", SET, "1")) == (code, message)
    assert replace(cluster, type_, name, retention_ms="1") == (code, message)


def test_a_value_that_the_rules_refuse_changes_nothing_of_the_resource(cluster: Cluster) -> None:
    assert alter(cluster, TOPIC, "foo", ("retention.ms", SET, "2"), ("wrong", SET, "1")) == (
        ErrorCode.INVALID_CONFIG,
        "Unknown topic config name: wrong",
    )
    assert overrides(cluster) == {"retention.ms": "1"}


def test_a_value_has_a_longest_length(cluster: Cluster) -> None:
    assert alter(cluster, TOPIC, "foo", ("cleanup.policy", SET, "x" * 32_767)) == OK
    assert alter(cluster, TOPIC, "foo", ("cleanup.policy", APPEND, "y")) == (
        ErrorCode.INVALID_CONFIG,
        "The configuration value cannot be added because it exceeds the maximum value size of 32767 bytes.",
    )


def test_each_resource_of_a_request_is_altered_for_itself(cluster: Cluster) -> None:
    def wanted(name: str) -> incremental.AlterConfigsResource:
        config = incremental.AlterableConfig(name="retention.ms", config_operation=SET, value="5")
        return incremental.AlterConfigsResource(resource_type=TOPIC, resource_name=name, configs=[config])

    resources = [wanted("foo"), wanted("bar"), wanted("twice"), wanted("twice")]
    request = incremental.IncrementalAlterConfigsRequest(resources=resources)
    answer = cluster.run(IncrementalAlterConfigs(TICKET, request))
    assert [(each.resource_name, each.error_message) for each in answer.responses] == [
        ("foo", None),
        ("bar", "The topic 'bar' does not exist."),
        ("twice", "Duplicate resource."),
    ]
    assert overrides(cluster) == {"retention.ms": "5"}


class TestEligibleLeaderReplicas:
    """With ELR on, min.insync.replicas decides who is eligible, so it is guarded."""

    def start(self) -> Cluster:
        cluster = Cluster(elr=True).start_brokers(1)
        cluster.create_topic("foo", [[1]])
        return cluster

    def test_another_value_clears_the_eligible_replicas(self) -> None:
        cluster = self.start()
        alter(cluster, TOPIC, "foo", ("min.insync.replicas", SET, "2"))
        assert cluster.log[-1].message == ClearElrRecord(topic_name="foo")
        alter(cluster, BROKER, "", ("min.insync.replicas", SET, "2"))
        assert cluster.log[-1].message == ClearElrRecord(topic_name="")

    def test_a_single_broker_has_no_value_of_its_own(self) -> None:
        assert alter(self.start(), BROKER, "1", ("min.insync.replicas", SET, "2")) == (
            ErrorCode.INVALID_CONFIG,
            "Broker-level min.insync.replicas cannot be altered while ELR is enabled.",
        )

    def test_the_value_for_all_brokers_stays(self) -> None:
        assert alter(self.start(), BROKER, "", ("min.insync.replicas", DELETE, None)) == (
            ErrorCode.INVALID_CONFIG,
            "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.",
        )


class TestCordonedLogDirs:
    NAME = "cordoned.log.dirs"

    def test_it_needs_metadata_version_30(self) -> None:
        assert alter(Cluster(29).start_brokers(1), BROKER, "1", (self.NAME, SET, "/a")) == (
            ErrorCode.INVALID_CONFIG,
            "The cordoned.log.dirs configuration value cannot be set because it requires metadata.version >= "
            "4.3-IV0",
        )

    def test_a_request_that_came_through_the_broker_is_trusted(self) -> None:
        assert alter(Cluster(30).start_brokers(1), BROKER, "1", (self.NAME, SET, "/a")) == OK

    def test_a_request_straight_to_the_controller_can_only_free_directories(self) -> None:
        cluster = Cluster(30).start_brokers(1)
        assert alter(cluster, BROKER, "1", (self.NAME, SET, "/a, /b")) == OK
        refused = alter(cluster, BROKER, "1", (self.NAME, SET, "/a,/c"), forwarded=False)
        assert refused == (
            ErrorCode.INVALID_CONFIG,
            "When updating cordoned.log.dirs via controllers,  the new value must be a subset of the current "
            "configuration value.",
        )
        assert alter(cluster, BROKER, "1", (self.NAME, SET, "/b"), forwarded=False) == OK
        assert alter(cluster, BROKER, "1", (self.NAME, SET, ""), forwarded=False) == OK
