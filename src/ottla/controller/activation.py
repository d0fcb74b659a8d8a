"""What the controller does first when it becomes the active one (`ActivationRecordsGenerator`)."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from ottla.controller.heartbeats import session_timer
from ottla.controller.periodic import periodic_timers
from ottla.controller.sessions import BrokerSession, Soft
from ottla.controller.topic_configs import MIN_INSYNC_REPLICAS
from ottla.controller.turn import Outcome, Turn
from ottla.machine.decision import Timer
from ottla.metadata import metadata_version
from ottla.metadata.configs import ALL_BROKERS
from ottla.metadata.features import ELR_VERSION
from ottla.metadata.record import MetadataRecord
from ottla.wire.messages.abort_transaction_record import AbortTransactionRecord
from ottla.wire.messages.begin_transaction_record import BeginTransactionRecord
from ottla.wire.messages.config_record import ConfigRecord
from ottla.wire.messages.end_transaction_record import EndTransactionRecord
from ottla.wire.messages.feature_level_record import FeatureLevelRecord


class Activate(NamedTuple):
    """This node leads the quorum, and has replayed everything before its own epoch."""

    bootstrap: Sequence[MetadataRecord]
    """What an empty log begins with: the records of bootstrap.checkpoint, metadata.version first."""

    def decide(self, turn: Turn) -> Outcome:
        """Every broker that is not fenced has a whole session ahead: the one before may have ended unseen."""
        transaction = turn.state.transaction
        lasting = turn.image if transaction is None else transaction.before.image
        records = self._empty_log(turn) if lasting.features.metadata_version is None else _abort(turn)
        sessions = Soft()
        timers: dict[Hashable, Timer | None] = dict(periodic_timers(turn))
        for broker in lasting.brokers.alive():
            sessions = sessions.with_session(broker.id, BrokerSession(broker.epoch, turn.now.mono_ms))
            timers |= session_timer(turn, broker)
        return turn.write(records, sessions, timers)

    def _empty_log(self, turn: Turn) -> list[MetadataRecord]:
        levels = {
            record.name: record.feature_level
            for record, _ in self.bootstrap
            if isinstance(record, FeatureLevelRecord)
        }
        assert metadata_version.FEATURE in levels, "a bootstrap says its metadata.version"
        records = list(self.bootstrap)
        if levels.get(ELR_VERSION, 0) > 0:
            records.append(_min_insync_replicas(turn))
        if levels[metadata_version.FEATURE] < metadata_version.TRANSACTIONS:
            assert turn.state.transaction is None, "this metadata.version has no transactions"
            return records
        begin = MetadataRecord(BeginTransactionRecord(name="Bootstrap records"), 0)
        return [*_abort(turn), begin, *records, MetadataRecord(EndTransactionRecord(), 0)]


def _abort(turn: Turn) -> list[MetadataRecord]:
    """A transaction that the active controller before did not finish takes no effect."""
    if turn.state.transaction is None:
        return []
    return [MetadataRecord(AbortTransactionRecord(reason="Controller failover"), 0)]


def _min_insync_replicas(turn: Turn) -> MetadataRecord:
    """With ELR all must agree on what is committed, so the value moves from each node's file to the log."""
    record = ConfigRecord(
        resource_type=ALL_BROKERS.type,
        resource_name=ALL_BROKERS.name,
        name=MIN_INSYNC_REPLICAS,
        value=str(turn.config.min_insync_replicas),
    )
    return MetadataRecord(record, 0)
