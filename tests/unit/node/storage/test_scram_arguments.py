"""--add-scram computes what RFC 5802 says, or tells what is wrong with the argument."""

from base64 import b64encode

import pytest
from tests.unit.node.storage.a_node import CountingEntropy

from ottla.node.storage.log_directories import StorageError
from ottla.node.storage.scram_arguments import scram_record


def test_the_keys_are_those_that_apache_kafka_computes() -> None:
    record = scram_record('SCRAM-SHA-256=[name=alice,salt="c2FsdA==",password=pw]', CountingEntropy())
    assert (record.name, record.mechanism, record.salt, record.iterations) == ("alice", 1, b"salt", 4096)
    assert record.stored_key.hex() == "33a804b3beca68a23f44a53cf922d65297a7a658526973600159e39573fc4417"
    assert record.server_key.hex() == "d83650a95cb6be7a2703190f51865e77e0ba757998e98a6ab32e9006aa38643d"


def test_a_salted_password_is_taken_as_it_is() -> None:
    salted = b64encode(b"x" * 64).decode()
    record = scram_record(
        f"SCRAM-SHA-512=[name=a,salt=c2FsdA==,iterations=8192,saltedpassword={salted}]", CountingEntropy()
    )
    assert (record.mechanism, record.iterations, len(record.stored_key)) == (2, 8192, 64)


def test_a_salt_is_chosen_where_none_is_given() -> None:
    assert len(scram_record("SCRAM-SHA-256=[name=a,password=b]", CountingEntropy()).salt) >= 25


@pytest.mark.parametrize(
    ("argument", "wrong"),
    [
        ("SCRAM-SHA-256", "Failed to find equals sign in SCRAM argument 'SCRAM-SHA-256'"),
        ("SCRAM-SHA-1=[name=a]", "The add-scram mechanism SCRAM-SHA-1 is not supported."),
        ("SCRAM-SHA-256=name=a]", "Expected configuration string to start with ["),
        ("SCRAM-SHA-256=[name=a", "Expected configuration string to end with ]"),
        ("SCRAM-SHA-256=[name]", "No equals sign found in SCRAM component: name"),
        ("SCRAM-SHA-256=[password=b]", "You must supply 'name' to add-scram"),
        ("SCRAM-SHA-256=[name=a]", "You must supply one of 'password' or 'saltedpassword' to add-scram"),
        (
            "SCRAM-SHA-256=[name=a,saltedpassword=eA==]",
            "You must supply 'salt' with 'saltedpassword' to add-scram",
        ),
        ("SCRAM-SHA-256=[name=a,password=b,salt=%]", "Failed to decode given salt: %"),
        ("SCRAM-SHA-256=[name=a,salt=eA==,saltedpassword=%]", "Failed to decode given saltedPassword: %"),
        ("SCRAM-SHA-256=[name=a,password=b,iterations=x]", "Failed to parse iterations count: x"),
        (
            "SCRAM-SHA-256=[name=a,password=b,iterations=4095]",
            "The 'iterations' value must be >= 4096 for add-scram using SCRAM_SHA_256",
        ),
        (
            "SCRAM-SHA-512=[name=a,password=b,iterations=16385]",
            "The 'iterations' value must be <= 16384 for add-scram using SCRAM_SHA_512",
        ),
        ("SCRAM-SHA-256=[name=a,password=b,x=y]", "Unknown SCRAM configurations: x"),
    ],
)
def test_a_wrong_argument_is_refused(argument: str, wrong: str) -> None:
    with pytest.raises(StorageError) as refused:
        scram_record(argument, CountingEntropy())
    assert str(refused.value) == wrong
