"""The control records of the metadata log (KIP-595, 630, 853).

Who leads, who votes, where a snapshot begins and ends. The key of each is a version and its type; the value
is a message whose first field repeats its version, 0 for all.
"""

from collections.abc import Iterable, Sequence
from struct import Struct

from ottla.model.uuid import Uuid
from ottla.raft.batches import (
    BatchView,
    InvalidBatch,
    PreparedBatch,
    control_batch,
    read_batches,
    read_records,
)
from ottla.raft.positions import EpochAndOffset
from ottla.raft.voter_history import VoterHistory
from ottla.raft.voters import Address, ReplicaKey, VersionRange, Voter, VoterSet
from ottla.records.control import ControlType, control_key
from ottla.wire.catalogue import control_record_class
from ottla.wire.message import Message
from ottla.wire.messages import leader_change_message as leader_change
from ottla.wire.messages import voters_record
from ottla.wire.messages.kraft_version_record import KRaftVersionRecord
from ottla.wire.messages.snapshot_footer_record import SnapshotFooterRecord
from ottla.wire.messages.snapshot_header_record import SnapshotHeaderRecord
from ottla.wire.primitives import Reader

_KEY = Struct(">hh")
_VERSION = 0
_TYPES: dict[type[Message], ControlType] = {
    leader_change.LeaderChangeMessage: ControlType.LEADER_CHANGE,
    SnapshotHeaderRecord: ControlType.SNAPSHOT_HEADER,
    SnapshotFooterRecord: ControlType.SNAPSHOT_FOOTER,
    KRaftVersionRecord: ControlType.KRAFT_VERSION,
    voters_record.VotersRecord: ControlType.KRAFT_VOTERS,
}


def control_records_batch(records: Sequence[Message], timestamp_ms: int) -> PreparedBatch:
    """One control batch with `records`, in order."""
    return control_batch([_encode(record) for record in records], timestamp_ms)


def read_control_records(batch: BatchView) -> list[Message]:
    """The records of a control batch.

    Raises `InvalidBatch`, and `UnsupportedVersion` for a type that Kafka lacks.
    """
    assert batch.is_control, "data batches hold metadata records"
    return [_decode(key, value) for key, value in read_records(batch)]


def leader_change_record(leader_id: int, voter_ids: Sequence[int], granting: Sequence[int]) -> Message:
    """The first record of an epoch."""
    return leader_change.LeaderChangeMessage(
        version=_VERSION,
        leader_id=leader_id,
        voters=[leader_change.Voter(voter_id=node_id) for node_id in voter_ids],
        granting_voters=[leader_change.Voter(voter_id=node_id) for node_id in granting],
    )


def kraft_version_record(level: int) -> Message:
    return KRaftVersionRecord(version=_VERSION, kraft_version=level)


def voter_set_record(voters: VoterSet) -> Message:
    return voters_record.VotersRecord(
        version=_VERSION, voters=[_voter_field(voter) for voter in voters.voters()]
    )


def voter_set_of(record: voters_record.VotersRecord) -> VoterSet:
    return VoterSet.of(*(_voter_of(field) for field in record.voters))


def note_control_records(history: VoterHistory, batch: BatchView, at_offset: int | None = None) -> None:
    """Take over voters and kraft.version from a control batch.

    `at_offset` stands for the offsets of all records of a snapshot: the one before the snapshot's end.
    """
    for delta, record in enumerate(read_control_records(batch)):
        offset = batch.base_offset + delta if at_offset is None else at_offset
        if isinstance(record, voters_record.VotersRecord):
            history.voter_sets.add(offset, voter_set_of(record))
        elif isinstance(record, KRaftVersionRecord):
            history.kraft_versions.add(offset, record.kraft_version)


def recover_voters(
    static_voters: VoterSet, snapshot: EpochAndOffset | None, first_batch: bytes, batches: Iterable[BatchView]
) -> VoterHistory:
    """Who votes, as a starting node finds it.

    From its latest snapshot's first batch, and the log behind that.
    """
    history = VoterHistory(static_voters)
    if snapshot is not None:
        for batch in read_batches(first_batch):
            note_control_records(history, batch, at_offset=snapshot.offset - 1)
    for batch in batches:
        if batch.is_control and (snapshot is None or batch.base_offset >= snapshot.offset):
            note_control_records(history, batch)
    return history


def _encode(record: Message) -> tuple[bytes, bytes]:
    value = bytearray()
    record.write(value, _VERSION)
    return control_key(_TYPES[type(record)]), bytes(value)


def _decode(key: bytes | None, value: bytes) -> Message:
    if key is None or len(key) < _KEY.size:
        raise InvalidBatch("A control record has no key that names its type")
    return control_record_class(_KEY.unpack_from(key)[1]).read(Reader(value), _VERSION)


def _voter_field(voter: Voter) -> voters_record.Voter:
    return voters_record.Voter(
        voter_id=voter.key.node_id,
        voter_directory_id=voter.key.directory_id,
        endpoints=[
            voters_record.Endpoint(name=name, host=address.host, port=address.port)
            for name, address in voter.endpoints.items()
        ],
        kraft_version_feature=voters_record.KRaftVersionFeature(
            min_supported_version=voter.kraft_versions.lowest,
            max_supported_version=voter.kraft_versions.highest,
        ),
    )


def _voter_of(field: voters_record.Voter) -> Voter:
    feature = field.kraft_version_feature
    return Voter(
        ReplicaKey(field.voter_id, Uuid(field.voter_directory_id)),
        {endpoint.name.upper(): Address(endpoint.host, endpoint.port) for endpoint in field.endpoints},
        VersionRange(feature.min_supported_version, feature.max_supported_version),
    )
