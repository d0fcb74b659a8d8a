"""CRC-32C, the checksum of record batches and producer snapshots.

The package's own `__init__` imports a command line and its metadata and costs 23 ms; the extension
module inside it is all we need and costs one. This is the only place that knows.
"""

from collections.abc import Callable
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import Any

Checksum = Callable[[Any], int]


def _load() -> Checksum:
    package = PathFinder.find_spec("crc32c")
    places = package.submodule_search_locations if package is not None else None
    extension = PathFinder.find_spec("crc32c._crc32c", places) if places is not None else None
    if extension is None or extension.loader is None:
        from crc32c import crc32c as checksum

        return checksum
    module = module_from_spec(extension)
    extension.loader.exec_module(module)
    return module.crc32c  # type: ignore[no-any-return]


crc32c = _load()
"""The checksum of any buffer, as an unsigned 32-bit number."""
