"""Chance from the seed."""

from random import Random

from ottla.model.uuid import Uuid, is_reserved, uuid_text


class SimEntropy:
    """The `Entropy` port: the same seed draws the same ids."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def uuid(self) -> Uuid:
        while True:
            uuid = Uuid(self._random.randbytes(16))
            if not is_reserved(uuid) and not uuid_text(uuid).startswith("-"):
                return uuid

    def below(self, bound: int) -> int:
        return self._random.randrange(bound)
