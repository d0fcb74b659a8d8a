"""How far a group has come in each partition."""

from collections.abc import Iterable
from dataclasses import dataclass

from ottla.cli.tools.ending import runtime_failure
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.dial.offsets import find_offsets
from ottla.link.admin.committed_offsets import CommittedOffset, fetch_offsets
from ottla.link.admin.groups import DescribedGroup
from ottla.link.admin.offsets import LATEST
from ottla.link.cluster_view import NO_LEADER
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition

_MISSING = "-"
_WIDTH_MIN = 15


@dataclass(frozen=True, slots=True)
class _Row:
    partition: TopicPartition
    committed: CommittedOffset | None
    end: int | None
    consumer: str
    host: str
    client: str

    def cells(self, group: str, *, verbose: bool) -> tuple[str, ...]:
        offset = None if self.committed is None else self.committed.offset
        lag = None if offset is None or self.end is None else self.end - offset
        epoch = None if self.committed is None else self.committed.leader_epoch
        return (
            group,
            self.partition.topic,
            str(self.partition.partition),
            *([_shown(None if epoch == -1 else epoch)] if verbose else []),
            _shown(offset),
            _shown(self.end),
            _shown(lag),
            self.consumer,
            self.host,
            self.client,
        )


async def offsets_report(
    cluster: Cluster, group: DescribedGroup, timeout_ms: int, *, verbose: bool
) -> tuple[int, str]:
    """The number of rows, and the report."""
    try:
        committed = await cluster.call(fetch_offsets(group.id, None), timeout_ms)
        rows = await _rows(cluster, group, committed, timeout_ms)
    except (ApiError, CallTimedOut) as error:
        raise runtime_failure(error) from error
    titles = ["GROUP", "TOPIC", "PARTITION", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG"]
    titles += ["CONSUMER-ID", "HOST", "CLIENT-ID"]
    if verbose:
        titles.insert(3, "LEADER-EPOCH")
    table = [tuple(titles), *(row.cells(group.id, verbose=verbose) for row in rows)]
    widths = [_width(cells[column] for cells in table[1:]) for column in range(len(titles))]
    widths[2] = 10
    lines = ["\n" + " ".join(_padded(cells, widths)) for cells in table]
    return len(rows), "".join(lines) + "\n"


async def _rows(
    cluster: Cluster,
    group: DescribedGroup,
    committed: dict[TopicPartition, CommittedOffset],
    timeout_ms: int,
) -> list[_Row]:
    assigned = {name for member in group.members for name in member.assignment}
    ends = await _log_ends(cluster, {*assigned, *committed}, timeout_ms)
    rows = []
    for member in sorted(group.members, key=lambda each: -len(each.assignment)):
        for name in sorted(set(member.assignment)):
            holder = (member.id, member.host, member.client_id)
            rows.append(_Row(name, committed.get(name), ends.get(name), *holder))
    unassigned = sorted(set(committed) - assigned)
    return rows + [
        _Row(name, committed[name], ends.get(name), _MISSING, _MISSING, _MISSING) for name in unassigned
    ]


async def _log_ends(
    cluster: Cluster, partitions: set[TopicPartition], timeout_ms: int
) -> dict[TopicPartition, int]:
    """Where their logs end, for those that have a leader. Raises ApiError for a topic that is gone."""
    if not partitions:
        return {}
    topics = {name.topic for name in partitions}
    view = await cluster.refresh(topics)
    for topic in topics:
        if topic in view.topics and view.topics[topic].error:
            raise ApiError(ErrorCode(view.topics[topic].error))
    led = {name: LATEST for name in partitions if view.leader(name) != NO_LEADER}
    found, late = await find_offsets(cluster, led, timeout_ms=timeout_ms)
    if late is not None:
        raise late
    for answer in found.values():
        if answer.error is not ErrorCode.NONE:
            raise ApiError(answer.error)
    return {name: answer.offset for name, answer in found.items()}


def _width(cells: Iterable[str]) -> int:
    return max(_WIDTH_MIN, *(len(cell) for cell in cells), 0)


def _padded(cells: tuple[str, ...], widths: list[int]) -> list[str]:
    """The last column runs free."""
    return [f"{cell:{width}}" for cell, width in zip(cells[:-1], widths, strict=False)] + [cells[-1]]


def _shown(value: int | None) -> str:
    return _MISSING if value is None else str(value)
