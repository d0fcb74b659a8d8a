"""When a disk fails: its directory goes offline with all partitions in it; the last one takes the node along.

As Kafka does it (`LogDirFailureChannel`, `ReplicaManager.handleLogDirFailure`). Whatever failed once is not
tried again: after a failed fsync the kernel may have dropped the pages, and a second one would lie.
"""

import logging
from collections.abc import Callable

from ottla.model.now import Now
from ottla.runtime.partitions.log_directories import LogDirectories
from ottla.runtime.partitions.partition import Partition
from ottla.runtime.partitions.partitions import Partitions

_log = logging.getLogger("kafka.server.ReplicaManager")


class StorageFailures:
    """Told of the first failure of each directory."""

    def __init__(
        self,
        partitions: Partitions,
        directories: LogDirectories,
        metadata_directory: str,
        halt: Callable[[str], None],
        now: Callable[[], Now],
    ) -> None:
        self._partitions, self._directories = partitions, directories
        self._metadata_directory, self._halt, self._now = metadata_directory, halt, now
        self.offline_ids: list[bytes] = []
        """The ids of failed directories, for the controller."""

    def failed(self, partition: Partition, error: OSError) -> None:
        """An operation on the partition's files failed."""
        directory = self._directories.directory_of(partition.name)
        if directory is None or directory.offline:
            return
        directory.offline = True
        self.offline_ids.append(directory.directory_id)
        _log.error("Error while handling partition %s in dir %s: %s", partition.name, directory.path, error)
        _log.warning("Stopping serving logs in dir %s", directory.path)
        for each in list(self._partitions):
            if each.name in directory:
                each.take_offline(self._now())
        if directory.path == self._metadata_directory:
            self._halt(f"Shutdown broker because the metadata log dir {directory.path} has failed")
        elif all(each.offline for each in self._directories.all()):
            paths = ", ".join(each.path for each in self._directories.all())
            self._halt(f"Shutdown broker because all log dirs in {paths} have failed")
