"""SCRAM credentials given to `kafka-storage format --add-scram` (KIP-900).

`SCRAM-SHA-256=[name=alice,password=secret]`, also with `salt` and `iterations`, or with `saltedpassword` in
place of the password. Kafka's `ScramParser`; the keys are computed as RFC 5802 §3 says.
"""

import hashlib
import hmac
from base64 import b64decode
from binascii import Error as Base64Error
from typing import NamedTuple

from ottla.metadata.scram import ScramMechanism
from ottla.model.ports import Entropy
from ottla.node.storage.log_directories import StorageError
from ottla.wire.messages.user_scram_credential_record import UserScramCredentialRecord

_ITERATIONS_DEFAULT, _ITERATIONS_MAX = 4096, 16384


class _Algorithm(NamedTuple):
    mechanism: ScramMechanism
    hash_name: str
    iterations_min: int


_ALGORITHMS = {
    "SCRAM-SHA-256": _Algorithm(ScramMechanism.SCRAM_SHA_256, "sha256", 4096),
    "SCRAM-SHA-512": _Algorithm(ScramMechanism.SCRAM_SHA_512, "sha512", 4096),
}


def scram_record(argument: str, entropy: Entropy) -> UserScramCredentialRecord:
    """The record that `argument` asks for. Raises `StorageError`."""
    name, algorithm, components = _parse(argument.strip())
    user = components.pop("name", None)
    if user is None:
        raise StorageError("You must supply 'name' to add-scram")
    salt = _decoded(components.pop("salt", None), "salt")
    iterations = _iterations(components.pop("iterations", None), name, algorithm)
    password, salted_text = components.pop("password", None), components.pop("saltedpassword", None)
    if components:
        raise StorageError(f"Unknown SCRAM configurations: {', '.join(sorted(components))}")
    if password is None and salted_text is None:
        raise StorageError("You must supply one of 'password' or 'saltedpassword' to add-scram")
    if password is None and salt is None:
        raise StorageError("You must supply 'salt' with 'saltedpassword' to add-scram")
    salt = salt if salt is not None else _new_salt(entropy)
    if password is not None:
        salted = hashlib.pbkdf2_hmac(algorithm.hash_name, password.encode(), salt, iterations)
    else:
        salted = _decoded(salted_text, "saltedPassword") or b""
    client_key = hmac.digest(salted, b"Client Key", algorithm.hash_name)
    return UserScramCredentialRecord(
        name=user,
        mechanism=algorithm.mechanism,
        salt=salt,
        stored_key=hashlib.new(algorithm.hash_name, client_key).digest(),
        server_key=hmac.digest(salted, b"Server Key", algorithm.hash_name),
        iterations=iterations,
    )


def _parse(argument: str) -> tuple[str, _Algorithm, dict[str, str]]:
    name, equals, config = argument.partition("=")
    if not equals:
        raise StorageError(f"Failed to find equals sign in SCRAM argument '{argument}'")
    algorithm = _ALGORITHMS.get(name)
    if algorithm is None:
        raise StorageError(f"The add-scram mechanism {name} is not supported.")
    if not config.startswith("["):
        raise StorageError("Expected configuration string to start with [")
    if not config.endswith("]"):
        raise StorageError("Expected configuration string to end with ]")
    return name, algorithm, dict(_component(part) for part in config[1:-1].split(","))


def _component(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise StorageError(f"No equals sign found in SCRAM component: {text}")
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return key, value


def _decoded(text: str | None, what: str) -> bytes | None:
    try:
        return b64decode(text, validate=True) if text is not None else None
    except Base64Error as error:
        raise StorageError(f"Failed to decode given {what}: {text}") from error


def _iterations(text: str | None, name: str, algorithm: _Algorithm) -> int:
    try:
        iterations = int(text) if text is not None else _ITERATIONS_DEFAULT
    except ValueError as error:
        raise StorageError(f"Failed to parse iterations count: {text}") from error
    if iterations < algorithm.iterations_min:
        raise StorageError(
            f"The 'iterations' value must be >= {algorithm.iterations_min} for add-scram using "
            f"{_enum_name(name)}"
        )
    if iterations > _ITERATIONS_MAX:
        raise StorageError(
            f"The 'iterations' value must be <= {_ITERATIONS_MAX} for add-scram using {_enum_name(name)}"
        )
    return iterations


def _enum_name(name: str) -> str:
    return name.replace("-", "_")


def _new_salt(entropy: Entropy) -> bytes:
    """Text, as Kafka's own salts are, with more than 128 random bits."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return "".join(digits[entropy.below(len(digits))] for _ in range(26)).encode()
