"""AlterPartition (56): a leader reports which replicas are in sync (KIP-497, KIP-841, KIP-903)."""

from collections.abc import Sequence
from typing import NamedTuple

from ottla.controller.heartbeats import registered
from ottla.controller.leadership import change_of
from ottla.controller.partition_change import Election
from ottla.controller.topic_configs import unclean_election_enabled
from ottla.controller.turn import Outcome, Turn
from ottla.metadata.partitions import NO_LEADER_CHANGE, LeaderRecoveryState, Partition, merged
from ottla.metadata.record import MetadataRecord
from ottla.metadata.topics import Topic
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import Ticket
from ottla.wire.messages import alter_partition_response as answers
from ottla.wire.messages.alter_partition_request import AlterPartitionRequest, BrokerState, PartitionData
from ottla.wire.messages.partition_change_record import PartitionChangeRecord

_ANY_EPOCH = -1


class AlterPartition(NamedTuple):
    """The leader of some partitions proposes their ISR. `version` is the request's."""

    ticket: Ticket
    request: AlterPartitionRequest
    version: int

    def decide(self, turn: Turn) -> Outcome:
        registered(turn, self.request.broker_id, self.request.broker_epoch)
        records: list[MetadataRecord] = []
        topics = [
            answers.TopicData(
                topic_id=wanted.topic_id,
                partitions=[
                    self._alter(turn, turn.image.topics.by_id(wanted.topic_id), proposal, records)
                    for proposal in wanted.partitions
                ],
            )
            for wanted in self.request.topics
        ]
        return turn.answer(self.ticket, answers.AlterPartitionResponse(topics=topics), records)

    def refused(self, error: ApiError) -> answers.AlterPartitionResponse:
        return answers.AlterPartitionResponse(error_code=error.code)

    def _alter(
        self, turn: Turn, topic: Topic | None, proposal: PartitionData, records: list[MetadataRecord]
    ) -> answers.PartitionData:
        partition_id = proposal.partition_index
        if topic is None:
            return _refused(partition_id, ErrorCode.UNKNOWN_TOPIC_ID)
        isr = self._proposed_isr(proposal)
        refusal = _refusal(turn, self.request.broker_id, topic.partitions.get(partition_id), proposal, isr)
        if refusal is not None:
            return _refused(partition_id, refusal)
        partition = topic.partitions[partition_id]
        record = _change(turn, topic, proposal, isr)
        if record is not None:
            records.append(record)
            change = record.message
            assert isinstance(change, PartitionChangeRecord), "the builder makes nothing else"
            partition = merged(partition, change)
            if change.leader not in (NO_LEADER_CHANGE, self.request.broker_id):
                # The ISR has completed a reassignment, which moved the leadership: the sender must look anew.
                return _refused(partition_id, ErrorCode.NEW_LEADER_ELECTED)
        return answers.PartitionData(
            partition_index=partition_id,
            leader_id=partition.leader,
            leader_epoch=partition.leader_epoch,
            isr=list(partition.isr),
            leader_recovery_state=partition.leader_recovery_state,
            partition_epoch=partition.partition_epoch,
        )

    def _proposed_isr(self, proposal: PartitionData) -> Sequence[BrokerState]:
        if self.version >= 3:
            return proposal.new_isr_with_epochs
        return [BrokerState(broker_id=broker_id, broker_epoch=_ANY_EPOCH) for broker_id in proposal.new_isr]


def _change(
    turn: Turn, topic: Topic, proposal: PartitionData, isr: Sequence[BrokerState]
) -> MetadataRecord | None:
    change = change_of(turn, topic, proposal.partition_index)
    if unclean_election_enabled(turn, topic.name):
        change.election = Election.UNCLEAN
    change.isr = tuple(member.broker_id for member in isr)
    change.recovery_state = LeaderRecoveryState(proposal.leader_recovery_state)
    return change.build()


def _refusal(
    turn: Turn, sender: int, partition: Partition | None, proposal: PartitionData, isr: Sequence[BrokerState]
) -> ErrorCode | None:
    """Why the proposal does not fit, or None."""
    if partition is None:
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    refusal = _stale(sender, partition, proposal)
    if refusal is not None:
        return refusal
    members = [member.broker_id for member in isr]
    recovering = proposal.leader_recovery_state == LeaderRecoveryState.RECOVERING
    if (
        len(set(members)) != len(members)
        or not set(members) <= set(partition.replicas)
        or partition.leader not in members
        or proposal.leader_recovery_state not in tuple(LeaderRecoveryState)
        or (recovering and len(members) > 1)
        or (recovering and partition.leader_recovery_state == LeaderRecoveryState.RECOVERED)
    ):
        return ErrorCode.INVALID_REQUEST
    if not all(_eligible(turn, member) for member in isr):
        return ErrorCode.INELIGIBLE_REPLICA
    return None


def _stale(sender: int, partition: Partition, proposal: PartitionData) -> ErrorCode | None:
    if proposal.leader_epoch > partition.leader_epoch or proposal.partition_epoch > partition.partition_epoch:
        # The leader knows more than this controller: another one must be active.
        return ErrorCode.NOT_CONTROLLER
    if proposal.leader_epoch < partition.leader_epoch:
        return ErrorCode.FENCED_LEADER_EPOCH
    if sender != partition.leader:
        return ErrorCode.INVALID_REQUEST
    if proposal.partition_epoch < partition.partition_epoch:
        return ErrorCode.INVALID_UPDATE_VERSION
    return None


def _eligible(turn: Turn, member: BrokerState) -> bool:
    broker = turn.image.brokers.get(member.broker_id)
    return broker is not None and broker.active and member.broker_epoch in (_ANY_EPOCH, broker.epoch)


def _refused(partition_id: int, code: ErrorCode) -> answers.PartitionData:
    return answers.PartitionData(partition_index=partition_id, error_code=code)
