"""The first voters of a dynamic quorum, as `--initial-controllers` names them (KIP-853)."""

from typing import NamedTuple

from ottla.model.uuid import Uuid, parse_uuid, uuid_text
from ottla.raft.voters import SUPPORTED_KRAFT_VERSIONS, Address, ReplicaKey, Voter, VoterSet

_PORT_MAX = 65_535


class InvalidController(ValueError):
    """The text names no controller. Texts are Kafka's (`DynamicVoter`)."""


class InitialController(NamedTuple):
    """`id@host:port:directory`."""

    node_id: int
    host: str
    port: int
    directory_id: Uuid

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.node_id}@{host}:{self.port}:{uuid_text(self.directory_id)}"


def parse_initial_controllers(text: str) -> dict[int, InitialController]:
    """By node id, in order. Raises `InvalidController`."""
    found: dict[int, InitialController] = {}
    for part in text.strip().split(","):
        if part:
            controller = _parse(part.strip())
            if controller.node_id in found:
                raise InvalidController(f"Node id {controller.node_id} was specified more than once.")
            found[controller.node_id] = controller
    if not found:
        raise InvalidController("No voters given.")
    return dict(sorted(found.items()))


def initial_voters(controllers: dict[int, InitialController], listener: str) -> VoterSet:
    """The voter set that the 0-0 snapshot of each of them holds."""
    return VoterSet.of(
        *(
            Voter(
                ReplicaKey(controller.node_id, controller.directory_id),
                {listener.upper(): Address(controller.host, controller.port)},
                SUPPORTED_KRAFT_VERSIONS,
            )
            for controller in controllers.values()
        )
    )


def _parse(text: str) -> InitialController:
    id_text, at, rest = text.partition("@")
    if not at:
        raise InvalidController("No @ found in dynamic voter string.")
    if not id_text:
        raise InvalidController("Invalid @ at beginning of dynamic voter string.")
    node_id = _number(id_text, "node id")
    if node_id < 0:
        raise InvalidController(f"Invalid negative node id {node_id} in dynamic voter string.")
    if not rest:
        raise InvalidController("No hostname found after node id.")
    host, rest = _split_host(rest)
    if not rest.startswith(":"):
        raise InvalidController("Port section must start with a colon.")
    port_text, colon, directory_text = rest[1:].partition(":")
    if not colon:
        raise InvalidController("No colon following port could be found.")
    port = _number(port_text, "port")
    if not 0 <= port <= _PORT_MAX:
        raise InvalidController(f"Invalid port {port} in dynamic voter string.")
    return InitialController(node_id, host, port, _directory_id(directory_text))


def _split_host(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket:
            raise InvalidController("Hostname began with left bracket, but no right bracket was found.")
        return host, rest
    host, colon, rest = text.partition(":")
    if not colon:
        raise InvalidController("No colon following hostname could be found.")
    return host, colon + rest


def _number(text: str, what: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InvalidController(f"Failed to parse {what} in dynamic voter string.") from None


def _directory_id(text: str) -> Uuid:
    try:
        return parse_uuid(text)
    except ValueError:
        raise InvalidController("Failed to parse directory ID in dynamic voter string.") from None
