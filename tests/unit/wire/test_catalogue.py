"""The index and the classes behind it."""

import subprocess
import sys
from pathlib import Path

import pytest

import ottla.wire.catalogue
from ottla.wire.catalogue import (
    control_record_class,
    coordinator_key_class,
    coordinator_value_class,
    metadata_record_class,
    request_class,
    response_class,
)
from ottla.wire.index import BY_KEY, CONTROL_RECORDS, COORDINATOR_RECORDS, METADATA_RECORDS, REQUESTS
from ottla.wire.primitives import UnsupportedVersion


def test_every_api_has_its_classes() -> None:
    for name, api in REQUESTS.items():
        request, response = request_class(api.key), response_class(api.key)
        assert request.__name__.lower() == name.replace("_", "") + "request"
        assert response.__name__.lower() == name.replace("_", "") + "response"
        assert request.KEY == response.KEY == api.key
        assert BY_KEY[api.key] is api


def test_every_record_type_has_its_class() -> None:
    assert [metadata_record_class(type_).KEY for type_ in METADATA_RECORDS] == list(METADATA_RECORDS)
    assert control_record_class(6).__name__ == "VotersRecord"
    assert all(control_record_class(type_) for type_ in CONTROL_RECORDS)
    for family, records in COORDINATOR_RECORDS.items():
        assert [coordinator_key_class(family, type_).KEY for type_ in records] == list(records)
        assert [coordinator_value_class(family, type_).KEY for type_ in records] == list(records)


def test_an_unstable_version_is_known_but_not_offered() -> None:
    assert REQUESTS["init_producer_id"].versions == (0, 5)
    assert request_class(22).VERSIONS[1] == 6


def test_an_unknown_number_is_named() -> None:
    with pytest.raises(UnsupportedVersion, match="api key 4711"):
        request_class(4711)


def test_the_index_imports_no_message() -> None:
    source = Path(ottla.wire.catalogue.__file__).parents[2]
    program = "import sys, ottla.wire.catalogue; print(*sys.modules)"
    command = [sys.executable, "-c", program]
    shown = subprocess.run(command, cwd=source, capture_output=True, text=True, check=True)
    assert "ottla.wire.index" in shown.stdout
    assert "ottla.wire.messages" not in shown.stdout
