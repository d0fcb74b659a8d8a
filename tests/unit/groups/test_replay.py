"""Offsets as a reference model keeps them: plain, in transactions, deleted, and after compaction."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ottla.groups.apply import apply, apply_marker
from ottla.groups.committed_offset import CommittedOffset
from ottla.groups.group_metadata import GroupMetadata
from ottla.groups.records import (
    GroupRecord,
    decode_record,
    encode_record,
    group_metadata,
    group_tombstone,
    offset_commit,
    offset_tombstone,
)
from ottla.groups.state import GroupState
from ottla.model.ids import TopicPartition

Place = tuple[str, int]
PLACES: list[Place] = [(group, partition) for group in "gh" for partition in range(2)]
PRODUCERS = (7, 8)

commits = st.tuples(st.just("commit"), st.sampled_from(PLACES), st.integers(0, 99))
pending = st.tuples(
    st.just("pending"), st.sampled_from(PLACES), st.integers(0, 99), st.sampled_from(PRODUCERS)
)
tombstones = st.tuples(st.just("tombstone"), st.sampled_from(PLACES))
markers = st.tuples(st.just("marker"), st.sampled_from(PRODUCERS), st.booleans())


@dataclass
class Reference:
    """By place: offset, and where its record stands."""

    committed: dict[Place, tuple[int, int]] = field(default_factory=dict)
    pending: dict[int, dict[Place, tuple[int, int]]] = field(default_factory=dict)

    def tell(self, event: tuple[Any, ...], at: int) -> None:
        match event:
            case ("commit", place, offset):
                self.committed[place] = (offset, at)
            case ("pending", place, offset, producer):
                self.pending.setdefault(producer, {})[place] = (offset, at)
            case ("tombstone", place):
                for offsets in (self.committed, *self.pending.values()):
                    offsets.pop(place, None)
            case ("marker", producer, commits):
                for place, ended in self.pending.pop(producer, {}).items():
                    if commits and ended[1] > self.committed.get(place, (0, -1))[1]:
                        self.committed[place] = ended


def happen(state: GroupState, event: tuple[Any, ...]) -> GroupState:
    match event:
        case ("commit", (group, partition), offset):
            return apply(state, a_commit(group, partition, offset))
        case ("pending", (group, partition), offset, producer):
            return apply(state, a_commit(group, partition, offset), producer_id=producer)
        case ("tombstone", (group, partition)):
            return apply(state, offset_tombstone(group, TopicPartition("t", partition)))
        case ("marker", producer, commits):
            return apply_marker(state, producer, commits)
    raise AssertionError(event)


def a_commit(group: str, partition: int, offset: int) -> GroupRecord:
    committed = CommittedOffset(offset, -1, "", 0, -1, bytes(16), -1)
    return offset_commit(group, TopicPartition("t", partition), committed)


@given(st.lists(commits | pending | tombstones | markers, max_size=40))
def test_offsets_are_what_the_reference_says(events: list[tuple[Any, ...]]) -> None:
    state, reference = GroupState(), Reference()
    for at, event in enumerate(events):
        state = happen(state, event)
        reference.tell(event, at)
        for group, partition in PLACES:
            found = state.offsets_of(group).get(TopicPartition("t", partition))
            expected = reference.committed.get((group, partition))
            assert (None if found is None else (found.offset, found.record_offset)) == expected
            open_now = {p for p, places in reference.pending.items() if (group, partition) in places}
            told = state.transactions_of(group).get(TopicPartition("t", partition), frozenset())
            assert told == open_now


records = st.one_of(
    st.builds(a_commit, st.sampled_from("gh"), st.integers(0, 2), st.integers(0, 99)),
    st.builds(
        lambda group, partition: offset_tombstone(group, TopicPartition("t", partition)),
        st.sampled_from("gh"),
        st.integers(0, 2),
    ),
    st.builds(
        lambda group, generation: group_metadata(group, GroupMetadata("consumer", None, generation)),
        st.sampled_from("gh"),
        st.integers(1, 9),
    ),
    st.builds(group_tombstone, st.sampled_from("gh")),
)


@given(st.lists(records, max_size=30), st.booleans())
def test_compaction_takes_nothing_that_counts(written: list[GroupRecord], drops_tombstones: bool) -> None:
    log = [encode_record(record) for record in written]
    last = {key: at for at, (key, _) in enumerate(log)}
    compacted = [
        (at, key, value)
        for at, (key, value) in enumerate(log)
        if last[key] == at and not (drops_tombstones and value is None)
    ]
    whole, thinned = GroupState(), GroupState()
    for key, value in log:
        whole = apply(whole, decode_record(key, value))
    for at, key, value in compacted:
        thinned = apply(thinned, decode_record(key, value), at)
    assert thinned.offsets == whole.offsets
    assert generations(thinned) == generations(whole)


def generations(state: GroupState) -> list[tuple[str, object]]:
    """Groups with a record of their own."""
    return [(name, group) for name, group in state.groups.sorted_items() if group != GroupMetadata()]
