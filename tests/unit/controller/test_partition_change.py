"""The builder of partition changes: elections, eligible replicas, epochs; Kafka's own builder beside it."""

from random import Random
from typing import Any

import pytest
from tests.unit.controller.conftest import Ask

from ottla.controller.partition_change import Election, PartitionChange
from ottla.metadata.partitions import LeaderRecoveryState, Partition, merged
from ottla.model.uuid import ZERO, Uuid
from ottla.wire.messages.partition_change_record import PartitionChangeRecord
from ottla.wire.metadata_records import encode_metadata_record

TOPIC = Uuid((1).to_bytes(8, "big") + (2).to_bytes(8, "big"))


def numbered(high: int, low: int) -> Uuid:
    return Uuid(high.to_bytes(8, "big") + low.to_bytes(8, "big"))


def a_partition(**changes: Any) -> Partition:
    """Three replicas in sync, led by 1."""
    replicas = changes.get("replicas", (1, 2, 3))
    partition = Partition(
        replicas=replicas,
        directories=tuple(numbered(0, 100 + broker_id) for broker_id in replicas),
        isr=(1, 2, 3),
        removing_replicas=(),
        adding_replicas=(),
        leader=1,
        leader_recovery_state=LeaderRecoveryState.RECOVERED,
        leader_epoch=5,
        partition_epoch=9,
    )
    return partition._replace(**changes)


def change_of(partition: Partition, *, level: int = 25, elr: bool = False, **targets: Any) -> PartitionChange:
    alive = targets.pop("alive", {1, 2, 3, 4})
    change = PartitionChange(
        partition,
        TOPIC,
        3,
        acceptable=lambda broker_id: broker_id in alive,
        level=level,
        min_isr=targets.pop("min_isr", 2),
        elr_enabled=elr,
        default_directory=lambda broker_id: numbered(5, broker_id),
    )
    for name, value in targets.items():
        setattr(change, name, value)
    return change


def changed(partition: Partition, **how: Any) -> dict[str, Any]:
    """The fields that the built record sets."""
    record = change_of(partition, **how).build()
    if record is None:
        return {}
    plain = PartitionChangeRecord(topic_id=TOPIC, partition_id=3)
    fields = {name: getattr(record.message, name) for name in PartitionChangeRecord.__slots__}
    return {name: value for name, value in fields.items() if value != getattr(plain, name)}


def test_nothing_changes_where_all_is_well() -> None:
    assert changed(a_partition()) == {}


def test_the_first_replica_in_sync_that_lives_succeeds_a_leader_that_left() -> None:
    assert changed(a_partition(), isr=(2, 3), alive={2, 3}) == {"leader": 2, "isr": [2, 3]}


def test_the_present_leader_stays_though_another_is_preferred() -> None:
    assert changed(a_partition(leader=2)) == {}


def test_the_preferred_replica_leads_when_asked_for_and_in_sync() -> None:
    assert changed(a_partition(leader=2), election=Election.PREFERRED) == {"leader": 1}
    assert changed(a_partition(leader=2, isr=(2, 3)), election=Election.PREFERRED) == {}


def test_the_last_in_sync_keeps_its_place_when_it_dies() -> None:
    assert changed(a_partition(isr=(1,)), isr=(), alive={2, 3}) == {"leader": -1}


def test_an_unclean_election_takes_any_living_replica_and_forgets_the_rest() -> None:
    partition = a_partition(isr=(1,))
    assert changed(partition, isr=(), alive={3}, election=Election.UNCLEAN) == {
        "leader": 3,
        "isr": [3],
        "leader_recovery_state": LeaderRecoveryState.RECOVERING,
    }


def test_an_unclean_election_takes_a_replica_in_sync_first() -> None:
    partition = a_partition()
    assert changed(partition, isr=(3,), alive={2, 3}, election=Election.UNCLEAN) == {"leader": 3, "isr": [3]}


def test_shrinking_the_isr_leaves_the_leader_epoch_from_metadata_version_12_on() -> None:
    assert changed(a_partition(), isr=(1, 2)) == {"isr": [1, 2]}
    assert changed(a_partition(), isr=(1, 2), level=12) == {"isr": [1, 2]}
    assert changed(a_partition(), isr=(1, 2), level=11) == {"isr": [1, 2], "leader": 1}


def test_growing_the_isr_never_bumps_the_leader_epoch() -> None:
    assert changed(a_partition(isr=(1, 2)), isr=(1, 2, 3), level=7) == {"isr": [1, 2, 3]}


def test_taking_a_replica_away_bumps_the_leader_epoch() -> None:
    fields = changed(a_partition(), replicas=(1, 2), isr=(1, 2))
    assert (fields["leader"], fields["replicas"]) == (1, [1, 2])


def test_directories_are_written_with_replicas_and_only_from_metadata_version_17_on() -> None:
    assert changed(a_partition(), replicas=(1, 2, 3, 4))["directories"] == [
        numbered(0, 101),
        numbered(0, 102),
        numbered(0, 103),
        numbered(5, 4),
    ]
    assert "directories" not in changed(a_partition(), replicas=(1, 2, 3, 4), level=16)


def test_a_reassignment_completes_when_all_new_replicas_are_in_sync() -> None:
    moving = a_partition(replicas=(4, 2, 1, 3), adding_replicas=(4,), removing_replicas=(1, 3), isr=(1, 2, 3))
    assert "replicas" not in changed(moving, isr=(1, 2, 3))
    done = changed(moving, isr=(1, 2, 3, 4))
    assert (done["replicas"], done["isr"], done["leader"]) == ([4, 2], [2, 4], 4)
    assert done["removing_replicas"] == done["adding_replicas"] == []


class TestEligibleLeaderReplicas:
    """KIP-966: below min.insync.replicas, whoever leaves the ISR stays eligible."""

    def test_who_leaves_below_min_isr_stays_eligible(self) -> None:
        fields = changed(a_partition(isr=(1, 2)), isr=(1,), elr=True)
        assert fields == {"isr": [1], "eligible_leader_replicas": [2]}

    def test_who_leaves_above_min_isr_does_not(self) -> None:
        assert changed(a_partition(), isr=(1, 2), elr=True) == {"isr": [1, 2]}

    def test_the_last_in_sync_becomes_eligible_and_is_remembered_as_leader(self) -> None:
        fields = changed(a_partition(isr=(1,)), isr=(), elr=True, alive={2, 3})
        assert fields == {"isr": [], "eligible_leader_replicas": [1], "leader": -1, "last_known_elr": [1]}

    def test_an_eligible_replica_leads_cleanly_when_nobody_is_in_sync(self) -> None:
        partition = a_partition(isr=(), leader=-1, last_known_elr=(1,))
        partition = partition._replace(elr=(1, 2))
        assert changed(partition, elr=True, alive={2}) == {
            "leader": 2,
            "isr": [2],
            "eligible_leader_replicas": [1],
            "last_known_elr": [],
        }

    def test_the_last_known_leader_alone_may_lead_uncleanly_where_nobody_is_eligible(self) -> None:
        partition = a_partition(isr=(), leader=-1, last_known_elr=(3,))
        assert changed(partition, elr=True, alive={1, 2}) == {}
        assert changed(partition, elr=True, alive={1, 3}) == {
            "leader": 3,
            "isr": [3],
            "leader_recovery_state": LeaderRecoveryState.RECOVERING,
            "last_known_elr": [],
        }

    def test_a_replica_that_stopped_uncleanly_is_not_eligible(self) -> None:
        partition = a_partition(isr=(1, 2))._replace(elr=(3,))
        fields = changed(partition, isr=(1,), elr=True, unclean_shutdown=(3,))
        assert fields == {"isr": [1], "eligible_leader_replicas": [2]}

    def test_enough_replicas_in_sync_make_eligible_ones_void(self) -> None:
        partition = a_partition(isr=(1,))._replace(elr=(2,))
        assert changed(partition, isr=(1, 2), elr=True) == {"isr": [1, 2], "eligible_leader_replicas": []}


def random_question(random: Random) -> tuple[Partition, dict[str, Any]]:
    """A partition in any state, and any change to it."""

    def some(pool: range | tuple[int, ...], least: int = 0) -> tuple[int, ...]:
        return tuple(random.sample(tuple(pool), random.randint(least, len(tuple(pool)))))

    replicas = some(range(6), 1)
    isr = some(replicas)
    outside = tuple(each for each in replicas if each not in isr)
    partition = a_partition(
        replicas=replicas,
        isr=isr,
        leader=random.choice([-1, *replicas]),
        removing_replicas=random.choice([(), some(replicas)]),
        adding_replicas=random.choice([(), some(replicas)]),
        leader_recovery_state=LeaderRecoveryState(random.randint(0, 1)),
        last_known_elr=random.choice([(), some(replicas), replicas[:1]]),
    )._replace(elr=random.choice([(), some(outside)]))
    how: dict[str, Any] = {
        "alive": set(some(range(6))),
        "level": random.choice([7, 11, 12, 17, 23, 25, 30]),
        "min_isr": random.randint(1, 3),
        "election": random.choice(list(Election)),
    }
    how["elr"] = how["level"] >= 23 and random.random() < 0.7
    if how["level"] < 23:
        partition = partition._replace(elr=(), last_known_elr=())
    if how["level"] < 17:
        partition = partition._replace(directories=(ZERO,) * len(replicas))
    targets = {
        "isr": random.choice([(), some(replicas), tuple(each for each in isr if each != partition.leader)]),
        "replicas": (*replicas, *(each for each in some(range(6)) if each not in replicas)),
        "removing": some(replicas),
        "adding": some(replicas),
        "recovery_state": LeaderRecoveryState(random.randint(0, 1)),
        "unclean_shutdown": some(replicas),
    }
    return partition, how | {name: value for name, value in targets.items() if random.random() < 0.4}


def as_question(partition: Partition, how: dict[str, Any]) -> dict[str, Any]:
    state = partition._asdict() | {
        "directories": [int.from_bytes(each, "big") for each in partition.directories]
    }
    return how | {
        "partition": state,
        "acceptable": sorted(how["alive"]),
        "election": how["election"].name,
        "alive": None,
    }


@pytest.mark.needs("kafka")
def test_kafka_builds_the_same_changes(kafka: Ask) -> None:
    random = Random(11)
    for _ in range(3000):
        partition, how = random_question(random)
        record = change_of(partition, **how).build()
        ours = "nothing" if record is None else encode_metadata_record(*record).hex()
        assert ours == kafka(as_question(partition, how)), (partition, how)


def test_a_built_change_can_always_be_replayed() -> None:
    random = Random(12)
    for _ in range(2000):
        partition, how = random_question(random)
        record = change_of(partition, **how).build()
        if record is not None:
            assert isinstance(record.message, PartitionChangeRecord)
            after = merged(partition, record.message)
            assert after.partition_epoch == partition.partition_epoch + 1
