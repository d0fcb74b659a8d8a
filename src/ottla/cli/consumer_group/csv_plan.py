"""A reset plan as CSV: `topic,partition,offset`, with the group first where there are several."""

import csv
import io
from collections.abc import Mapping

from ottla.cli.tools.ending import Failure
from ottla.model.ids import TopicPartition

Plan = dict[str, dict[TopicPartition, int]]
"""The new offset of each partition, by group."""


def plan_text(plan: Mapping[str, Mapping[TopicPartition, int]], *, with_group: bool) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for group, offsets in plan.items():
        for name, offset in offsets.items():
            row = (name.topic, name.partition, offset)
            writer.writerow((group, *row) if with_group else row)
    return out.getvalue()


def read_plan(path: str, group: str | None) -> Plan:
    """The plan in a file; `group` is meant by rows that name none. Raises Failure."""
    try:
        with open(path, encoding="utf-8", newline="") as file:  # noqa: PTH123  # as quick as it gets
            rows = [row for row in csv.reader(file) if row]
    except OSError as error:
        raise Failure(path, "java.nio.file.NoSuchFileException") from error
    plan: Plan = {}
    for row in rows:
        owner, fields = (group, row) if group is not None and len(row) == 3 else (row[0], row[1:])
        try:
            topic, partition, offset = fields
            plan.setdefault(owner, {})[TopicPartition(topic, int(partition))] = int(offset)
        except ValueError:
            raise Failure(f"This is no line of a reset plan: {','.join(row)}") from None
    return plan
