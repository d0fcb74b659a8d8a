"""The partitions of a topic to be: placed by the controller or by hand."""

from collections.abc import Iterable, Sequence

from ottla.controller.leadership import default_directory
from ottla.controller.placement import place, usable_brokers
from ottla.controller.turn import Turn
from ottla.metadata.partitions import LeaderRecoveryState, Partition
from ottla.model.errors import ApiError, ErrorCode


def placed_partitions(turn: Turn, partitions: int, replication_factor: int) -> list[Partition]:
    """New partitions where the placement puts them."""
    placements = place(usable_brokers(turn.image.brokers), partitions, replication_factor, turn.entropy)
    return [_placed(turn, replicas) for replicas in placements]


def manual_partition(
    turn: Turn, replicas: Sequence[int], partition_id: int, replication_factor: int | None
) -> Partition:
    """A new partition where the request wants it."""
    check_manual_assignment(turn, replicas, replication_factor)
    isr = _active(turn, replicas)
    if not isr:
        raise ApiError(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            "All brokers specified in the manual partition assignment for "
            f"partition {partition_id} are fenced or in controlled shutdown.",
        )
    return _partition(turn, replicas, isr)


def check_manual_assignment(turn: Turn, replicas: Sequence[int], replication_factor: int | None) -> None:
    """Brokers that exist, each once, and as many as in the partitions before."""
    if not replicas:
        raise _refusal("includes an empty replica list.")
    previous = None
    for broker_id in sorted(replicas):
        if turn.image.brokers.get(broker_id) is None:
            raise _refusal(f"includes broker {broker_id}, but no such broker is registered.")
        if broker_id == previous:
            raise _refusal(f"includes the broker {broker_id} more than once.")
        previous = broker_id
    if replication_factor is not None and len(replicas) != replication_factor:
        raise _refusal(
            f"includes a partition with {len(replicas)} replica(s), but this is not consistent with previous "
            f"partitions, which have {replication_factor} replica(s)."
        )


def _placed(turn: Turn, replicas: Sequence[int]) -> Partition:
    isr = _active(turn, replicas)
    if not isr:
        raise ApiError(
            ErrorCode.INVALID_REPLICATION_FACTOR,
            "All brokers are currently fenced or in controlled shutdown.",
        )
    return _partition(turn, replicas, isr)


def _active(turn: Turn, replicas: Iterable[int]) -> tuple[int, ...]:
    return tuple(broker_id for broker_id in replicas if turn.image.brokers.is_active(broker_id))


def _partition(turn: Turn, replicas: Sequence[int], isr: tuple[int, ...]) -> Partition:
    return Partition(
        replicas=tuple(replicas),
        directories=tuple(default_directory(turn, broker_id) for broker_id in replicas),
        isr=isr,
        removing_replicas=(),
        adding_replicas=(),
        leader=isr[0],
        leader_recovery_state=LeaderRecoveryState.RECOVERED,
        leader_epoch=0,
        partition_epoch=0,
    )


def _refusal(what: str) -> ApiError:
    return ApiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, f"The manual partition assignment {what}")
