"""Incremental fetch sessions (KIP-227): a consumer names its partitions once, then only what changes.

The broker keeps the list, and answers only partitions that have news. Sessions are a bounded cache:
one that is in use is never thrown out for another of the same kind, followers' never for consumers'.
"""

from dataclasses import dataclass, field

from ottla.model.errors import ApiError, ErrorCode

INVALID_SESSION = 0
INITIAL_EPOCH = 0
FINAL_EPOCH = -1
_MAX_EPOCH = 2**31 - 1
_EVICTION_MS = 120_000


@dataclass(slots=True)
class FetchedPartition:
    """One partition of a session, with what the peer was told last."""

    topic: str
    topic_id: bytes
    partition: int
    max_bytes: int
    fetch_offset: int
    current_leader_epoch: int
    log_start_offset: int
    last_fetched_epoch: int
    told_high_watermark: int = -1
    told_log_start: int = -1
    told_error: bool = False


Key = tuple[str, bytes, int]


@dataclass(slots=True)
class FetchSession:
    """What one consumer or follower watches."""

    session_id: int
    privileged: bool
    uses_topic_ids: bool
    created_ms: int
    used_ms: int
    epoch: int = 1
    partitions: dict[Key, FetchedPartition] = field(default_factory=dict)

    def begin(self, changed: list[FetchedPartition], forgotten: list[Key]) -> None:
        """Take the peer's changes over: new and changed partitions go to the end of the list."""
        for key in forgotten:
            self.partitions.pop(key, None)
        for new in changed:
            known = self.partitions.get((new.topic, new.topic_id, new.partition))
            if known is None:
                self.partitions[new.topic, new.topic_id, new.partition] = new
                continue
            known.max_bytes, known.fetch_offset = new.max_bytes, new.fetch_offset
            known.current_leader_epoch = new.current_leader_epoch
            known.log_start_offset, known.last_fetched_epoch = new.log_start_offset, new.last_fetched_epoch

    def move_to_end(self, key: Key) -> None:
        """Whoever got records waits behind the others next time, so that none starves."""
        self.partitions[key] = self.partitions.pop(key)


class FetchSessions:
    """All sessions of a broker, at most `slots` (`max.incremental.fetch.session.cache.slots`)."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._sessions: dict[int, FetchSession] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def find(self, session_id: int, epoch: int, *, uses_topic_ids: bool, now_ms: int) -> FetchSession:
        """The session an incremental request names. Raises ApiError when it is another one, or gone."""
        session = self._sessions.get(session_id)
        if session is None:
            raise ApiError(ErrorCode.FETCH_SESSION_ID_NOT_FOUND)
        if session.uses_topic_ids != uses_topic_ids:
            raise ApiError(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR)
        if session.epoch != epoch:
            raise ApiError(ErrorCode.INVALID_FETCH_SESSION_EPOCH)
        session.epoch = 1 if epoch == _MAX_EPOCH else epoch + 1
        session.used_ms = now_ms
        return session

    def close(self, session_id: int) -> None:
        self._sessions.pop(session_id, None)

    def open(
        self, session_id: int, size: int, *, privileged: bool, uses_topic_ids: bool, now_ms: int
    ) -> FetchSession | None:
        """A new session with an id that the caller drew, or None when there is no room for it."""
        if session_id == INVALID_SESSION or session_id in self._sessions:
            return None
        if len(self._sessions) >= self._slots and not self._evict(size, privileged, now_ms):
            return None
        session = FetchSession(session_id, privileged, uses_topic_ids, now_ms, now_ms)
        self._sessions[session_id] = session
        return session

    def _evict(self, size: int, privileged: bool, now_ms: int) -> bool:
        """Make room by the rules of KIP-227: the idle first, then the unprivileged and smaller."""
        stalest = min(self._sessions.values(), key=lambda session: session.used_ms, default=None)
        if stalest is None:
            return False
        if now_ms - stalest.used_ms > _EVICTION_MS:
            self.close(stalest.session_id)
            return True
        weakest = min(self._sessions.values(), key=lambda s: (s.privileged, len(s.partitions), s.session_id))
        settled = now_ms - weakest.created_ms > _EVICTION_MS
        if (privileged and not weakest.privileged) or (
            privileged == weakest.privileged and size > len(weakest.partitions) and settled
        ):
            self.close(weakest.session_id)
            return True
        return False
