"""Partitions: how records describe and change them."""

import pytest

from ottla.metadata.partitions import (
    MIGRATING,
    LeaderRecoveryState,
    Partition,
    merged,
    partition_of,
    record_of,
    without_elr,
)
from ottla.metadata.record import ReplayError
from ottla.model.uuid import Uuid
from ottla.wire.messages.partition_change_record import PartitionChangeRecord
from ottla.wire.messages.partition_record import PartitionRecord

DIRS: list[bytes] = [bytes([9]) * 15 + bytes([n]) for n in range(4)]


def uuids(directories: list[bytes]) -> tuple[Uuid, ...]:
    return tuple(map(Uuid, directories))


def a_partition(**changes: object) -> Partition:
    partition = Partition(
        replicas=(1, 2, 3),
        directories=uuids(DIRS[:3]),
        isr=(1, 2),
        removing_replicas=(),
        adding_replicas=(),
        leader=1,
        leader_recovery_state=LeaderRecoveryState.RECOVERED,
        leader_epoch=4,
        partition_epoch=7,
    )
    return partition._replace(**changes)  # type: ignore[arg-type]


def test_a_change_leaves_what_it_does_not_name_and_raises_the_partition_epoch() -> None:
    assert merged(a_partition(), PartitionChangeRecord(isr=[1])) == a_partition(isr=(1,), partition_epoch=8)


def test_naming_a_leader_raises_the_leader_epoch_even_if_it_is_the_same() -> None:
    changed = merged(a_partition(), PartitionChangeRecord(leader=1))
    assert changed == a_partition(leader_epoch=5, partition_epoch=8)


def test_a_change_of_directories_alone_leaves_the_leader_epoch() -> None:
    changed = merged(a_partition(), PartitionChangeRecord(directories=DIRS[1:]))
    assert changed == a_partition(directories=uuids(DIRS[1:]), partition_epoch=8)


def test_every_field_can_change_at_once() -> None:
    change = PartitionChangeRecord(
        isr=[4],
        leader=4,
        replicas=[4, 1],
        directories=DIRS[:2],
        removing_replicas=[1],
        adding_replicas=[4],
        leader_recovery_state=1,
        eligible_leader_replicas=[1],
        last_known_elr=[2],
    )
    assert merged(a_partition(), change) == Partition(
        replicas=(4, 1),
        directories=uuids(DIRS[:2]),
        isr=(4,),
        removing_replicas=(1,),
        adding_replicas=(4,),
        leader=4,
        leader_recovery_state=LeaderRecoveryState.RECOVERING,
        leader_epoch=5,
        partition_epoch=8,
        elr=(1,),
        last_known_elr=(2,),
    )


def test_replicas_of_old_nodes_have_directories_still_to_migrate() -> None:
    for directories in list[list[bytes]]([[], [MIGRATING, MIGRATING]]):
        record = PartitionRecord(replicas=[1, 2], directories=directories)
        assert partition_of(record).directories == (MIGRATING, MIGRATING)


def test_migrating_directories_follow_the_number_of_replicas() -> None:
    partition = a_partition(directories=(MIGRATING,) * 3)
    assert merged(partition, PartitionChangeRecord(replicas=[1])).directories == (MIGRATING,)


def test_as_many_directories_as_replicas_or_replay_stops() -> None:
    with pytest.raises(ReplayError, match="PartitionRecord: 2 replicas but 1 directories"):
        partition_of(PartitionRecord(replicas=[1, 2], directories=DIRS[:1]))
    with pytest.raises(ReplayError, match="PartitionChangeRecord: 1 replicas but 3 directories"):
        merged(a_partition(), PartitionChangeRecord(replicas=[1]))


def test_an_unknown_recovery_state_stops_replay() -> None:
    with pytest.raises(ReplayError, match="Value 7 is not a valid leader recovery state"):
        partition_of(PartitionRecord(leader_recovery_state=7))


def test_clearing_eligible_replicas_is_a_change_only_where_there_are_some() -> None:
    plain = a_partition()
    assert without_elr(plain) is plain
    assert without_elr(a_partition(elr=(3,), last_known_elr=(2,))) == a_partition(partition_epoch=8)


@pytest.mark.parametrize("level", [25, 30])
def test_a_partition_survives_its_record(level: int) -> None:
    partition = a_partition(elr=(3,), last_known_elr=(1,))
    message, version = record_of(partition, Uuid(DIRS[0]), 2, level, elr_enabled=True)
    assert isinstance(message, PartitionRecord)
    assert (version, partition_of(message)) == (2, partition)


def test_eligible_replicas_are_written_only_where_the_feature_is_on() -> None:
    message, _ = record_of(a_partition(elr=(3,)), Uuid(DIRS[0]), 0, 25, elr_enabled=False)
    assert isinstance(message, PartitionRecord)
    assert message.eligible_leader_replicas is None


def test_a_replica_knows_its_directory() -> None:
    assert a_partition().directory(2) == DIRS[1]
    assert a_partition().directory(9) is None
