"""Who is in a group and has what."""

from collections.abc import Callable, Iterable

from ottla.link.admin.groups import DescribedGroup, DescribedMember
from ottla.link.consumer.protocol import by_topic
from ottla.model.ids import TopicPartition

_MISSING = "-"
_Column = tuple[str, int, Callable[[DescribedMember], str]]
"""Title, least width, and what a member has there."""


def members_report(group: DescribedGroup, *, verbose: bool, widen: bool) -> str:
    """The head is printed for a group without members, too; `widen` fits the columns to what is in them."""
    members = group.members if widen else ()
    static = any(member.instance_id for member in members)
    kinds = {member.upgraded for member in members}
    migrating = True in kinds and False in kinds
    columns = _columns(group, static=static, verbose=verbose, migrating=migrating)
    widths = [max([least, *(len(cell(member)) for member in members)]) for _, least, cell in columns]
    rows = [[title for title, _, _ in columns]]
    rows += [[cell(member) for _, _, cell in columns] for member in group.members]
    if verbose and migrating:
        widths[-1] = 0
    lines = [" ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows]
    end = "" if verbose else " "
    return "\n" + "".join(f"{line}{end}\n" for line in lines)


def _columns(group: DescribedGroup, *, static: bool, verbose: bool, migrating: bool) -> list[_Column]:
    columns: list[_Column] = [
        ("GROUP", 15, lambda member: group.id),
        ("CONSUMER-ID", 15, lambda member: member.id),
        ("GROUP-INSTANCE-ID", 17, lambda member: member.instance_id or ""),
        ("HOST", 15, lambda member: member.host),
        ("CLIENT-ID", 15, lambda member: member.client_id),
        ("#PARTITIONS", 15, lambda member: str(len(set(member.assignment)))),
    ]
    if not static:
        del columns[2]
    if verbose:
        columns += [
            ("CURRENT-EPOCH", 15, lambda member: _shown(member.epoch)),
            ("CURRENT-ASSIGNMENT", 20, lambda member: _assignment(member.assignment)),
            ("TARGET-EPOCH", 15, lambda member: _shown(group.target_epoch)),
            ("TARGET-ASSIGNMENT", 20, lambda member: _assignment(member.target or ())),
        ]
        if migrating:
            columns.append(("UPGRADED", 0, lambda member: _flag(member.upgraded)))
    return columns


def _assignment(partitions: Iterable[TopicPartition]) -> str:
    """`t1:0,1;t2:0`."""
    topics = by_topic(sorted(set(partitions)))
    parts = [f"{topic}:{','.join(str(each) for each in indexes)}" for topic, indexes in topics.items()]
    return ";".join(sorted(parts)) or _MISSING


def _shown(value: int | None) -> str:
    return _MISSING if value is None else str(value)


def _flag(value: bool | None) -> str:
    return _MISSING if value is None else str(value).lower()
