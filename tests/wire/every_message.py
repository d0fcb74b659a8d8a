"""The classes that the tests of this folder go through, and how Kafka calls them."""

import re
import sys
from importlib import import_module
from pkgutil import iter_modules

import ottla.wire.messages
from ottla.wire.catalogue import message_class, metadata_record_class
from ottla.wire.index import COORDINATOR_RECORDS, METADATA_RECORDS
from ottla.wire.message import Message

METADATA_CLASSES = {metadata_record_class(type_) for type_ in METADATA_RECORDS}
COORDINATOR_CLASSES = {
    family: {message_class(place) for record in records.values() for place in (record.key, record.value)}
    for family, records in COORDINATOR_RECORDS.items()
}
_OTHERS = {
    "QuorumStateData": "org.apache.kafka.raft.generated",
    "ProducerSnapshot": "org.apache.kafka.server.log.remote.metadata.storage.generated",
}


def every_message() -> list[type[Message]]:
    """All whole messages; the structs inside them are not listed."""
    return [_message(module.name) for module in iter_modules(ottla.wire.messages.__path__)]


def _message(module: str) -> type[Message]:
    found = vars(import_module(f"ottla.wire.messages.{module}"))
    classes = [value for value in found.values() if isinstance(value, type) and issubclass(value, Message)]
    return next(one for one in classes if "VERSIONS" in vars(one) and one is not Message)


def versions(message: type[Message]) -> range:
    low, high = message.VERSIONS
    return range(low, high + 1)


def flexible_versions(message: type[Message]) -> range:
    """The versions that end with tagged fields, as the first line of the message's module says."""
    headline = sys.modules[message.__module__].__doc__ or ""
    flexible = re.search(r"flexible from (\d+)", headline)
    return range(int(flexible[1]), message.VERSIONS[1] + 1) if flexible else range(0)


def written(message: Message, version: int) -> bytes:
    out = bytearray()
    message.write(out, version)
    return bytes(out)


def kafka_class(message: type[Message]) -> str:
    """The Java class of a message."""
    name = message.__name__
    if name.endswith(("Request", "Response", "Header")):
        return f"org.apache.kafka.common.message.{name}Data"
    return f"{_package(message)}.{name}"


def _package(message: type[Message]) -> str:
    name = message.__name__
    if message in METADATA_CLASSES:
        return "org.apache.kafka.common.metadata"
    for family, classes in COORDINATOR_CLASSES.items():
        if message in classes:
            return f"org.apache.kafka.coordinator.{family}.generated"
    return _OTHERS.get(name, "org.apache.kafka.common.message")
