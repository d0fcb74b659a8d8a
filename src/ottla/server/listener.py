"""One listener: where it is bound, how it is called, what clients are told."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that accepts Kafka connections."""

    name: str
    kind: Literal["broker", "controller"]
    host: str
    port: int
