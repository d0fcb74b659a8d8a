"""What a replica must remember about elections over a restart, and the file `quorum-state` that holds it."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from ottla.model.uuid import ZERO, parse_uuid, uuid_text
from ottla.raft.voters import ReplicaKey

QUORUM_STATE_FILE = "quorum-state"
_NOBODY = -1
_VERSIONS = (0, 1)


class QuorumStateError(Exception):
    """The file `quorum-state` is damaged, or of a version we don't know. The node must not start.

    It could vote twice.
    """


class ElectionState(NamedTuple):
    """The epoch, its leader if known, and whom this replica voted for in it."""

    epoch: int
    leader_id: int | None = None
    voted_key: ReplicaKey | None = None

    def voted_for(self, replica: ReplicaKey) -> bool:
        """A vote stored by kraft.version 0 names no directory, then the node alone counts."""
        voted = self.voted_key
        if voted is None or voted.node_id != replica.node_id:
            return False
        return voted.directory_id in (ZERO, replica.directory_id)


def encode_quorum_state(election: ElectionState, kraft_version: int, voter_ids: Sequence[int]) -> bytes:
    """The content of `quorum-state`, byte for byte as Kafka writes it: version 0 or 1, as kraft.version is.

    `voter_ids` goes into version 0 alone, where readers require the field and nobody uses it.
    """
    voted = election.voted_key or ReplicaKey(_NOBODY)
    leader_id = election.leader_id if election.leader_id is not None else _NOBODY
    fields: dict[str, Any] = {"leaderId": leader_id, "leaderEpoch": election.epoch, "votedId": voted.node_id}
    if kraft_version == 0:
        voters = [{"voterId": voter_id} for voter_id in voter_ids]
        fields = {"clusterId": "", **fields, "appliedOffset": 0, "currentVoters": voters}
    else:
        fields["votedDirectoryId"] = uuid_text(voted.directory_id)
    fields["data_version"] = 0 if kraft_version == 0 else 1
    return json.dumps(fields, separators=(",", ":")).encode()


def decode_quorum_state(content: bytes) -> ElectionState:
    """The state that `content` holds, of either version. Raises `QuorumStateError`."""
    fields = _read_object(content)
    version = _field(fields, "data_version", int)
    if version not in _VERSIONS:
        raise QuorumStateError(
            f"data_version ({version}) is not within the min ({_VERSIONS[0]}) and max ({_VERSIONS[-1]}) "
            "supported version"
        )
    if version == 0:
        _field(fields, "clusterId", str)
        _field(fields, "appliedOffset", int)
        _field(fields, "currentVoters", list)
    leader_id, voted_id = _field(fields, "leaderId", int), _field(fields, "votedId", int)
    directory = parse_uuid(_field(fields, "votedDirectoryId", str)) if version == 1 else ZERO
    return ElectionState(
        epoch=_field(fields, "leaderEpoch", int),
        leader_id=leader_id if leader_id != _NOBODY else None,
        voted_key=ReplicaKey(voted_id, directory) if voted_id != _NOBODY else None,
    )


def _read_object(content: bytes) -> dict[str, Any]:
    line = content.split(b"\n", 1)[0]
    if not line:
        raise QuorumStateError("File ended prematurely.")
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise QuorumStateError(f"{QUORUM_STATE_FILE} is no JSON: {error}") from error
    if not isinstance(fields, dict):
        raise QuorumStateError(f"Deserialized node {fields} is not an object node")
    return fields


def _field(fields: dict[str, Any], name: str, kind: type) -> Any:
    if name not in fields:
        raise QuorumStateError(f"Deserialized node {json.dumps(fields)} does not have {name} field")
    value = fields[name]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise QuorumStateError(f"{name} of {QUORUM_STATE_FILE} is {value!r}")
    return value
