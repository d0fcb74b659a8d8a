"""The folder listing is the registry: a file in `apis/` is an API that we serve.

Nothing is imported until its first request, so the number of APIs costs no start-up time.
"""

import pkgutil
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from types import ModuleType
from typing import Any

from ottla.wire.catalogue import request_class, response_class
from ottla.wire.entry import Api as Entry
from ottla.wire.index import REQUESTS


class Api:
    """One API that we serve, at every version Apache Kafka serves."""

    def __init__(self, name: str, module: str, entry: Entry) -> None:
        self.name, self.module, self.entry = name, module, entry

    @cached_property
    def handle(self) -> Callable[[Any, Any], Any]:
        """The function that bears the file's name."""
        handler: Callable[[Any, Any], Any] = getattr(import_module(self.module), self.name)
        return handler

    @cached_property
    def request(self) -> Any:
        return request_class(self.entry.key)

    @cached_property
    def response(self) -> Any:
        return response_class(self.entry.key)


def served_apis(package: ModuleType, listener: str) -> Mapping[int, Api]:
    """What the files under `package` serve on listeners of kind `listener` (broker, controller), by key."""
    modules = pkgutil.walk_packages(package.__path__, f"{package.__name__}.", onerror=_refuse)
    apis = [_api(info.name) for info in modules if not info.ispkg]
    return {api.entry.key: api for api in apis if listener in api.entry.listeners}


def _refuse(module: str) -> None:
    raise ImportError(f"{module} can't be imported, so its APIs would be missing")


def _api(module: str) -> Api:
    name = module.rpartition(".")[2]
    assert name in REQUESTS, f"{module} bears the name of no API"
    return Api(name, module, REQUESTS[name])
