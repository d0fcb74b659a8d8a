"""AssignReplicasToDirs (73): a broker tells in which log directory its replicas lie (KIP-858)."""

from typing import NamedTuple

from ottla.controller.heartbeats import registered
from ottla.controller.leadership import change_of, leader_and_isr_updates
from ottla.controller.partition_index import PartitionKey
from ottla.controller.turn import Outcome, Turn
from ottla.metadata import metadata_version
from ottla.metadata.record import MetadataRecord
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.model.uuid import Uuid
from ottla.wire.messages import assign_replicas_to_dirs_response as answers
from ottla.wire.messages.assign_replicas_to_dirs_request import AssignReplicasToDirsRequest


class AssignReplicasToDirs(NamedTuple):
    """Note the directories of replicas. The answer names all that was asked: a broker repeats the rest."""

    ticket: Ticket
    request: AssignReplicasToDirsRequest

    def decide(self, turn: Turn) -> Outcome:
        if turn.level < metadata_version.DIRECTORY_ASSIGNMENT:
            raise ApiError(ErrorCode.UNSUPPORTED_VERSION, "Directory assignment is not supported yet.")
        broker = registered(turn, self.request.broker_id, self.request.broker_epoch)
        records: list[MetadataRecord] = []
        offline: dict[PartitionKey, None] = {}
        directories = []
        for wanted in self.request.directories:
            placed = answers.DirectoryData(id=wanted.id)
            for topic in wanted.topics:
                results = []
                for partition in topic.partitions:
                    key = PartitionKey(Uuid(topic.topic_id), partition.partition_index)
                    code = self._assign(turn, key, Uuid(wanted.id), records)
                    if code is ErrorCode.NONE and not broker.has_online_directory(wanted.id):
                        offline[key] = None
                    results.append(answers.PartitionData(partition_index=key.partition_id, error_code=code))
                placed.topics.append(answers.TopicData(topic_id=topic.topic_id, partitions=results))
            directories.append(placed)
        records += leader_and_isr_updates(turn, offline, remove=broker.id)
        return turn.answer(
            self.ticket, answers.AssignReplicasToDirsResponse(directories=directories), records
        )

    def refused(self, error: ApiError) -> answers.AssignReplicasToDirsResponse:
        return answers.AssignReplicasToDirsResponse(error_code=error.code)

    def _assign(
        self, turn: Turn, key: PartitionKey, directory: Uuid, records: list[MetadataRecord]
    ) -> ErrorCode:
        topic = turn.image.topics.by_id(key.topic_id)
        if topic is None:
            return ErrorCode.UNKNOWN_TOPIC_ID
        partition = topic.partitions.get(key.partition_id)
        if partition is None:
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        if self.request.broker_id not in partition.replicas:
            return ErrorCode.NOT_LEADER_OR_FOLLOWER
        change = change_of(turn, topic, key.partition_id)
        change.directories[self.request.broker_id] = directory
        record = change.build()
        if record is not None:
            records.append(record)
        return ErrorCode.NONE
