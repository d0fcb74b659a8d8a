"""Leader: tell the silent voters who leads, and resign when a majority is silent."""

from functools import partial

from ottla.raft.duties.asking import ask_voters, earliest
from ottla.raft.replica import Replica
from ottla.raft.states.leader import Leader
from ottla.raft.transitions import become_resigned


def perform(replica: Replica, state: Leader) -> int | None:
    now_ms = replica.now.mono_ms
    # A quorum of one has nobody to hear from.
    check_quorum_ms = state.check_quorum_deadline_ms if len(state.voters) > 1 else None
    is_silent = check_quorum_ms is not None and check_quorum_ms <= now_ms
    if replica.shutdown is not None or state.resign_requested or is_silent or _is_removed(replica, state):
        become_resigned(replica)
        return None
    if state.begin_quorum_epoch_deadline_ms <= now_ms:
        _tell_silent_voters(replica, state)
        state.begin_quorum_epoch_deadline_ms = now_ms + replica.config.begin_quorum_epoch_timeout_ms
    next_round_ms = state.begin_quorum_epoch_deadline_ms if len(state.voters) > 1 else None
    return earliest(check_quorum_ms, next_round_ms)


def _is_removed(replica: Replica, state: Leader) -> bool:
    """A leader that is no voter leads until the others have committed that (KIP-853)."""
    if replica.is_voter:
        return False
    offset = replica.voters.last_offset
    return offset is not None and offset < (state.high_watermark or 0)


def _tell_silent_voters(replica: Replica, state: Leader) -> None:
    silent = state.silent_voters(replica.now.mono_ms)
    if silent:
        from ottla.raft.rpcs import begin_quorum_epoch  # a quorum of one has nobody to tell

        ask_voters(replica, silent, partial(begin_quorum_epoch.request, replica))
