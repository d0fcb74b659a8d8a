"""Chance from the operating system."""

import os

from ottla.model.uuid import Uuid, is_reserved, uuid_text


class SystemEntropy:
    """The `Entropy` port for real."""

    def uuid(self) -> Uuid:
        while True:
            # Version 4 bits as java.util.UUID sets them: Kafka's tools show nothing else.
            raw = bytearray(os.urandom(16))
            raw[6] = raw[6] & 0x0F | 0x40
            raw[8] = raw[8] & 0x3F | 0x80
            uuid = Uuid(bytes(raw))
            if not is_reserved(uuid) and not uuid_text(uuid).startswith("-"):
                return uuid

    def below(self, bound: int) -> int:
        # 64 bits more than the bound needs: the bias is far below what anything here could notice.
        return int.from_bytes(os.urandom(16), "big") % bound
