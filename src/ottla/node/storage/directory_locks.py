"""One process at a time in a log directory: the file `.lock`, locked as Kafka locks it."""

import fcntl
import os
from collections.abc import Iterable
from types import TracebackType

from ottla.node.storage.log_directories import StorageError

LOCK_FILE = ".lock"


class DirectoryLocks:
    """Holds the locks of a node's directories until closed, or until the process ends in whatever way."""

    def __init__(self, directories: Iterable[str]) -> None:
        """Lock each directory that is there. Raises StorageError."""
        self._files: list[int] = []
        for directory in sorted(set(directories)):
            if os.path.isdir(directory):  # noqa: PTH112  # pathlib costs the start 4 ms
                self._lock(directory)

    def __enter__(self) -> "DirectoryLocks":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        while self._files:
            os.close(self._files.pop())

    def _lock(self, directory: str) -> None:
        path = f"{directory}/{LOCK_FILE}"
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            self.close()
            raise StorageError(f"Can't write to the log directory {directory}: {error.strerror}") from error
        self._files.append(file)
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.close()
            raise StorageError(
                f"Failed to acquire lock on file {LOCK_FILE} in {directory}. A Kafka instance in another "
                "process or thread is using this directory."
            ) from None
