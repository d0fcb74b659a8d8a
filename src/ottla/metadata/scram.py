"""SCRAM credentials of users (KIP-900). What is kept cannot log in: it only checks who does (RFC 5802 §3)."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from ottla.machine.maps import PersistentMap
from ottla.metadata.record import ReplayError

if TYPE_CHECKING:
    from ottla.wire.messages.remove_user_scram_credential_record import RemoveUserScramCredentialRecord
    from ottla.wire.messages.user_scram_credential_record import UserScramCredentialRecord


class ScramMechanism(IntEnum):
    """As numbered in records and requests."""

    SCRAM_SHA_256 = 1
    SCRAM_SHA_512 = 2


class ScramKey(NamedTuple):
    """Whose credential, and for which mechanism."""

    mechanism: ScramMechanism
    user: str


class ScramCredential(NamedTuple):
    """What a server keeps of a password. Its text shows none of it."""

    salt: bytes
    stored_key: bytes
    server_key: bytes
    iterations: int

    def __repr__(self) -> str:
        return f"ScramCredential(salt=[hidden], stored_key=[hidden], server_key=[hidden], {self.iterations=})"


ScramImage = PersistentMap[ScramKey, ScramCredential]


def set_credential(image: ScramImage, record: UserScramCredentialRecord) -> ScramImage:
    credential = ScramCredential(record.salt, record.stored_key, record.server_key, record.iterations)
    return image.set(key_of(record), credential)


def remove_credential(image: ScramImage, record: RemoveUserScramCredentialRecord) -> ScramImage:
    key = key_of(record)
    if key not in image:
        raise ReplayError(record, f"user {key.user} has no credential for {key.mechanism.name}")
    return image.remove(key)


def key_of(record: UserScramCredentialRecord | RemoveUserScramCredentialRecord) -> ScramKey:
    try:
        return ScramKey(ScramMechanism(record.mechanism), record.name)
    except ValueError:
        raise ReplayError(record, f"{record.mechanism} is no SCRAM mechanism") from None
