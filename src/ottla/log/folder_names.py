"""Names of the folders in a log directory: `<topic>-<partition>`, with a suffix for those on their way out.

`<topic>-<partition>.<unique>-delete` waits for its removal, `-stray` belongs to no topic any more, and
`-future` is the copy that will replace a partition moved between directories (`LocalLog`).
"""

import re
from typing import NamedTuple

from ottla.model.ids import TopicPartition

DELETE, STRAY, FUTURE = "-delete", "-stray", "-future"
_MARKED = re.compile(r"(\S+-\S+)\.(\S+)(-delete|-stray|-future)")
_PARTITION_MAX = 0x7FFFFFFF
_NAME_MAX = 255


class FolderName(NamedTuple):
    """What a folder's name says; `suffix` is empty for a partition in use."""

    partition: TopicPartition
    suffix: str


def marked_folder_name(partition: TopicPartition, unique: str, suffix: str) -> str:
    """For a folder on its way out; a long topic name is cut to fit."""
    ending = f"-{partition.partition}.{unique}{suffix}"
    return partition.topic[: _NAME_MAX - len(ending)] + ending


def parse_folder_name(name: str) -> FolderName | None:
    """None when the folder holds no partition."""
    suffix = ""
    if name.endswith((DELETE, STRAY, FUTURE)):
        marked = _MARKED.fullmatch(name)
        if marked is None:
            return None
        name, suffix = marked[1], marked[3]
    topic, _, partition = name.rpartition("-")
    if not topic or not partition.isascii() or not partition.isdecimal() or int(partition) > _PARTITION_MAX:
        return None
    return FolderName(TopicPartition(topic, int(partition)), suffix)
