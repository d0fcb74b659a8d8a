"""Kafka's 16-byte ids: topics, directories, incarnations, clusters.

On the wire they are 16 raw bytes and that is how we hold them; in text they are base64url without
padding, 22 characters (`org.apache.kafka.common.Uuid`).
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NewType

Uuid = NewType("Uuid", bytes)

ZERO = Uuid(bytes(16))
"""No id. As a directory: «migrating», not assigned yet by an old node."""
METADATA_TOPIC_ID = Uuid(bytes(15) + b"\x01")
UNASSIGNED_DIRECTORY = METADATA_TOPIC_ID
LOST_DIRECTORY = Uuid(bytes(15) + b"\x02")


def uuid_text(uuid: bytes) -> str:
    """The 22 characters that tools and files show."""
    assert len(uuid) == 16, "an id has 16 bytes"
    return urlsafe_b64encode(uuid)[:22].decode()


def parse_uuid(text: str) -> Uuid:
    """The id that `text` names. Raises ValueError when it names none."""
    if len(text) > 24:
        raise ValueError(f"Input string with prefix `{text[:24]}` is too long to be decoded as a base64 UUID")
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(raw) != 16:
        raise ValueError(
            f"Input string `{text}` decoded as {len(raw)} bytes, which is not equal to the expected 16 bytes "
            "of a base64-encoded UUID"
        )
    return Uuid(raw)


def is_reserved(uuid: bytes) -> bool:
    """The first hundred ids have fixed meanings and are never generated."""
    return uuid[:8] == bytes(8) and int.from_bytes(uuid[8:], "big") < 100
