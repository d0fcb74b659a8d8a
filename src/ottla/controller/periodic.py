"""What the active controller does by itself, again and again."""

from collections.abc import Hashable
from typing import Final, NamedTuple

from ottla.controller.leadership import change_of
from ottla.controller.partition_change import Election
from ottla.controller.partition_index import LEADERLESS, NOT_PREFERRED
from ottla.controller.topic_configs import unclean_election_enabled
from ottla.controller.turn import Command, Outcome, Turn
from ottla.machine.decision import Timer
from ottla.metadata.record import MetadataRecord
from ottla.wire.messages.no_op_record import NoOpRecord

ELECTIONS_MAX: Final = 1_000
"""In one pass (`MAX_ELECTIONS_PER_IMBALANCE`)."""
_NEXT_PASS_MS: Final = 10


class WriteNoOp(NamedTuple):
    """Let the log move on, so that brokers and standby controllers can tell silence from loss."""

    def decide(self, turn: Turn) -> Outcome:
        return turn.write(
            [MetadataRecord(NoOpRecord(), 0)], timers=_again(turn, self, turn.config.max_idle_interval_ms)
        )


class BalanceLeaders(NamedTuple):
    """Give partitions back to their preferred leaders (auto.leader.rebalance.enable)."""

    def decide(self, turn: Turn) -> Outcome:
        records: list[MetadataRecord] = []
        for key in turn.state.partitions.sorted(NOT_PREFERRED):
            if len(records) == ELECTIONS_MAX:
                break
            topic = turn.image.topics.by_id(key.topic_id)
            assert topic is not None, "the index follows the image"
            change = change_of(turn, topic, key.partition_id)
            change.election = Election.PREFERRED
            record = change.build()
            if record is not None:
                records.append(record)
        return turn.write(
            records, timers=_after_pass(turn, self, records, turn.config.leader_imbalance_check_interval_ms)
        )


class ElectUncleanLeaders(NamedTuple):
    """Give a leader to partitions that have none, where their topic allows to lose records for it."""

    def decide(self, turn: Turn) -> Outcome:
        records: list[MetadataRecord] = []
        for key in turn.state.partitions.sorted(LEADERLESS):
            topic = turn.image.topics.by_id(key.topic_id)
            assert topic is not None, "the index follows the image"
            if len(records) == ELECTIONS_MAX:
                break
            if unclean_election_enabled(turn, topic.name):
                change = change_of(turn, topic, key.partition_id)
                change.election = Election.UNCLEAN
                record = change.build()
                if record is not None:
                    records.append(record)
        return turn.write(
            records, timers=_after_pass(turn, self, records, turn.config.unclean_leader_election_interval_ms)
        )


def periodic_timers(turn: Turn) -> dict[Hashable, Timer | None]:
    """The first runs, to be set when this controller becomes active."""
    config = turn.config
    timers = _again(turn, ElectUncleanLeaders(), config.unclean_leader_election_interval_ms)
    if config.max_idle_interval_ms > 0:
        timers |= _again(turn, WriteNoOp(), config.max_idle_interval_ms)
    if config.auto_leader_rebalance_enable:
        timers |= _again(turn, BalanceLeaders(), config.leader_imbalance_check_interval_ms)
    return timers


def _after_pass(
    turn: Turn, command: Command, records: list[MetadataRecord], interval_ms: int
) -> dict[Hashable, Timer | None]:
    """A pass that was cut short goes on almost at once."""
    return _again(turn, command, _NEXT_PASS_MS if len(records) == ELECTIONS_MAX else interval_ms)


def _again(turn: Turn, command: Command, delay_ms: int) -> dict[Hashable, Timer | None]:
    return {type(command).__name__: Timer(turn.now.mono_ms + delay_ms, command)}
