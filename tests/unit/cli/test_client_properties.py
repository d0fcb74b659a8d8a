"""Client properties, from files and command lines."""

from pathlib import Path

import pytest

from ottla.cli.tools.client_properties import ClientProperties, key_values, read_properties
from ottla.cli.tools.ending import Failure
from ottla.model.config.config_exception import ConfigException


def test_defaults_are_those_of_kafkas_clients() -> None:
    settings = ClientProperties({}).settings("me")
    assert (settings.client_id, settings.request_timeout_ms, settings.api_timeout_ms) == (
        "me",
        30_000,
        60_000,
    )


def test_what_is_given_outranks_the_defaults() -> None:
    settings = ClientProperties({"client.id": "you", "retry.backoff.ms": " 7 "}).settings("me")
    assert (settings.client_id, settings.retry_backoff_ms) == ("you", 7)


@pytest.mark.parametrize("text", ["soon", "-1", "1.5", "2147483648"])
def test_what_fits_no_type_is_refused(text: str) -> None:
    with pytest.raises(ConfigException, match=r"request\.timeout\.ms"):
        ClientProperties({"request.timeout.ms": text})


def test_keys_that_change_nothing_here_are_passed_over() -> None:
    assert ClientProperties({"made.up": "x"}).settings("me").client_id == "me"


def test_connections_that_are_not_plain_are_refused() -> None:
    ClientProperties({"security.protocol": "plaintext"})
    with pytest.raises(ConfigException, match=r"security\.protocol SSL is not supported"):
        ClientProperties({"security.protocol": "SSL"})


def test_a_file_is_read_as_java_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "client.properties"
    file.write_text("# words\na = 1\nb: two \\\n  words\n")
    assert read_properties(str(file)) == {"a": "1", "b": "two words"}


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(Failure) as raised:
        read_properties("/absent/file")
    assert (str(raised.value), raised.value.thrown) == (
        "/absent/file",
        "java.nio.file.NoSuchFileException",
    )


def test_words_of_the_command_line_are_pairs() -> None:
    assert key_values(["a=1", "b=2=3", "c"]) == {"a": "1", "b": "2=3", "c": ""}
