"""kio, an independent codec with the same schemas, reads what ours write and writes the same bytes."""

import io
from pkgutil import resolve_name

import pytest
from kio.schema.index import PayloadEntityType, api_key_map, schema_name_map
from kio.serial import entity_reader, entity_writer
from kio.static.constants import EntityType

from ottla.wire.catalogue import request_class, response_class
from ottla.wire.index import REQUESTS
from ottla.wire.message import Message
from tests.wire.every_message import versions, written
from tests.wire.inventing_reader import InventingReader

each_api = pytest.mark.parametrize("name", REQUESTS)


class TameReader(InventingReader):
    """kio turns numbers into error codes, durations and dates, so they must be some."""

    def number(self, code: str) -> int:
        return self._random.choice((0, 1, 2, 3, 5, 10, 100))


@each_api
def test_kio_writes_the_same_request(name: str) -> None:
    _compare(request_class(REQUESTS[name].key), EntityType.request)


@each_api
def test_kio_writes_the_same_response(name: str) -> None:
    _compare(response_class(REQUESTS[name].key), EntityType.response)


def _compare(message: type[Message], kind: PayloadEntityType) -> None:
    for version in versions(message):
        entity = resolve_name(schema_name_map[api_key_map[message.KEY]][version][kind])
        read, write = entity_reader(entity), entity_writer(entity)
        for seed in range(4):
            data = written(message.read(TameReader(f"{message.__name__} {version} {seed}"), version), version)
            parsed, size = read(data, 0)
            copy = io.BytesIO()
            write(copy, parsed)
            assert size == len(data)
            assert copy.getvalue() == data
