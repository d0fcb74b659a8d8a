"""Kafka's text checkpoints: `0`, the number of entries, and one line for each."""

from collections.abc import Iterator, Sequence

_VERSION = 0


class CheckpointDamaged(Exception):
    """The file is no checkpoint that we can read: a person must look."""

    def __init__(self, path: str, line: str) -> None:
        super().__init__(f"Malformed line in checkpoint file [{path}]: {line}")


def checkpoint_text(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in (str(_VERSION), str(len(lines)), *lines)).encode()


def checkpoint_lines(path: str, data: bytes, fields: int) -> Iterator[list[str]]:
    """The words of each entry. A file without lines has no entries. Raises CheckpointDamaged."""
    lines = data.decode().splitlines()
    if not lines:
        return
    if lines[0] != str(_VERSION):
        raise CheckpointDamaged(path, f"Unrecognised version:{lines[0]}, expected version: {_VERSION}")
    entries = lines[2:]
    if len(lines) > 1 and lines[1] != str(len(entries)):
        raise CheckpointDamaged(path, f"Expected [{lines[1]}] entries, but found only [{len(entries)}]")
    for line in entries:
        words = line.split()
        if len(words) != fields:
            raise CheckpointDamaged(path, line)
        yield words
