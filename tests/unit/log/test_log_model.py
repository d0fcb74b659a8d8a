"""A log beside a plain list: whatever is done to it, it holds what the list holds."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.unit.log.a_log import START_MS, a_log, at, contents, headers, opened, put, run
from tests.unit.log.memory_disk import MemoryDisk

from ottla.log.cleanable import cleanable
from ottla.log.cleaner import clean
from ottla.log.offset_map import OffsetMap
from ottla.log.partition_log import OffsetOutOfRange
from ottla.model.ids import Offset
from ottla.records.compression import Codec
from ottla.records.records import Record, build_batch

PRODUCER = 7
DAY_MS = 24 * 60 * 60 * 1000


class LogBesideAList(RuleBasedStateMachine):
    """`records` is the list; `log` must read the same."""

    @initialize(
        segment_bytes=st.sampled_from([300, 900, 1 << 30]),
        interval=st.sampled_from([1, 150, 4096]),
        policy=st.sampled_from([{"delete"}, {"compact"}]),
    )
    def begin(self, segment_bytes: int, interval: int, policy: set[str]) -> None:
        self.disk = MemoryDisk()
        self.config: dict[str, Any] = {
            "segment_bytes": segment_bytes,
            "index_interval_bytes": interval,
            "cleanup_policy": frozenset(policy),
            "delete_retention_ms": DAY_MS,
            "retention_ms": -1,
        }
        self.log = a_log(self.disk, **self.config)
        self.records: list[Record] = []
        self.epoch, self.sequence, self.cleaned, self.ms = 0, 0, 0, 0

    @rule(
        pairs=st.lists(
            st.tuples(st.sampled_from("abc"), st.none() | st.binary(max_size=60)), min_size=1, max_size=3
        ),
        codec=st.sampled_from([Codec.NONE, Codec.LZ4]),
        idempotent=st.booleans(),
        new_epoch=st.booleans(),
    )
    def append(
        self, pairs: list[tuple[str, bytes | None]], codec: Codec, idempotent: bool, new_epoch: bool
    ) -> None:
        self.epoch += new_epoch
        self.ms += 1
        content = [Record(i, START_MS + self.ms, k.encode(), v) for i, (k, v) in enumerate(pairs)]
        producer: dict[str, Any] = {
            "producer_id": PRODUCER,
            "producer_epoch": 0,
            "base_sequence": self.sequence,
        }
        batch = build_batch(content, compression=codec, **(producer if idempotent else {}))
        end = self.log.log_end_offset
        appended = put(self.log, batch, at(self.ms), epoch=self.epoch)
        assert appended.first_offset == end
        self.sequence += len(pairs) if idempotent else 0
        self.records += [record._replace(offset=end + record.offset) for record in content]

    @rule()
    def roll(self) -> None:
        self.log.roll(at(self.ms))

    @rule(back=st.integers(1, 4))
    def truncate(self, back: int) -> None:
        bases = [header.base_offset for header in headers(self.log)]
        if not bases or self.log.log_end_offset == self.log.log_start_offset:
            return
        # What is compacted is committed, and what is committed is not cut off.
        cut = max(bases[-back:][0], self.log.log_start_offset, self.cleaned)
        self.log.truncate_to(Offset(cut), at(self.ms))
        self.records = [record for record in self.records if record.offset < cut]
        (self.sequence,) = [p.last_sequence + 1 for p in self.log.producers()] or [0]

    @rule(share=st.floats(0, 1))
    def delete_records(self, share: float) -> None:
        log = self.log
        start = Offset(log.log_start_offset + int(share * (log.log_end_offset - log.log_start_offset)))
        log.advance_log_start(start)
        log.delete_expired(at(self.ms), log.log_end_offset)
        assert log.log_start_offset >= start
        self.records = [record for record in self.records if record.offset >= log.log_start_offset]

    @precondition(lambda self: self.log.config.compacts)
    @rule()
    def compact(self) -> None:
        since = max(self.cleaned, self.log.log_start_offset)
        found = cleanable(self.log, since, self.log.log_end_offset, at(self.ms))
        if not found.cleanable_bytes:
            return
        result, _ = run(clean(found, OffsetMap(), at(self.ms)))
        self.cleaned = result.end_offset
        last = {record.key: record.offset for record in self.records if record.offset < self.cleaned}
        self.records = [r for r in self.records if r.offset >= self.cleaned or last[r.key] == r.offset]

    @rule(clean_stop=st.booleans())
    def restart(self, clean_stop: bool) -> None:
        if clean_stop:
            self.log.close(at(self.ms))
        self.disk.run_later()
        before = (self.log.log_start_offset, self.log.log_end_offset, self.epochs())
        self.log, _ = opened(
            self.disk,
            clean=clean_stop,
            log_start=self.log.log_start_offset,
            recovery_point=self.log.recovery_point,
            now=at(self.ms),
            **self.config,
        )
        assert (self.log.log_start_offset, self.log.log_end_offset, self.epochs()) == before
        assert [p.last_sequence + 1 for p in self.log.producers()] in ([self.sequence], [])

    def epochs(self) -> list[tuple[int, int]]:
        """Of an empty log nobody asks: records before its start may or may not tell."""
        is_empty = self.log.log_start_offset == self.log.log_end_offset
        return [] if is_empty else list(self.log.epochs.entries())

    @rule(share=st.floats(0, 1), max_bytes=st.integers(1, 500))
    def read(self, share: float, max_bytes: int) -> None:
        start = int(share * self.log.log_end_offset)
        if start < self.log.log_start_offset:
            try:
                self.log.read(Offset(start), 1, end_offset=self.log.log_end_offset, min_one_message=True)
            except OffsetOutOfRange:
                return
            raise AssertionError("records before the log's start are not to be read")
        expected = [record for record in self.records if record.offset >= start]
        assert contents(self.log, start, max_bytes) == expected

    @invariant()
    def the_log_is_the_list(self) -> None:
        if hasattr(self, "log"):
            assert contents(self.log) == self.records

    @invariant()
    def epochs_ascend_within_the_log(self) -> None:
        if hasattr(self, "log"):
            entries = self.log.epochs.entries()
            assert entries == sorted(entries)
            assert [e.start_offset for e in entries] == sorted({e.start_offset for e in entries})

    @invariant()
    def times_lead_to_their_records(self) -> None:
        if hasattr(self, "log") and self.records:
            wanted = self.records[len(self.records) // 2]
            found = self.log.offset_for_timestamp(wanted.timestamp)
            assert found is not None
            assert found.offset == next(r.offset for r in self.records if r.timestamp >= wanted.timestamp)


TestLogBesideAList = LogBesideAList.TestCase
TestLogBesideAList.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
