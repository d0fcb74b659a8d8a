"""A bounded cache of open descriptors: ten thousand partitions need more files than a process may open."""

import os
from collections import OrderedDict


class Descriptors:
    """Opens files at need and closes the ones unused for longest."""

    def __init__(self, limit: int = 1_024) -> None:
        self._limit = limit
        self._open: OrderedDict[str, int] = OrderedDict()

    def get(self, path: str) -> int:
        """A descriptor for `path`, which is created if there is none. Valid until the next `get`."""
        fd = self._open.get(path)
        if fd is not None:
            self._open.move_to_end(path)
            return fd
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._open[path] = fd
        if len(self._open) > self._limit:
            os.close(self._open.popitem(last=False)[1])
        return fd

    def close(self, path: str) -> None:
        fd = self._open.pop(path, None)
        if fd is not None:
            os.close(fd)

    def close_below(self, directory: str) -> None:
        """Close all files of a directory that is about to be renamed or removed."""
        prefix = directory.rstrip("/") + "/"
        for path in [path for path in self._open if path.startswith(prefix)]:
            self.close(path)

    def close_all(self) -> None:
        while self._open:
            os.close(self._open.popitem()[1])
