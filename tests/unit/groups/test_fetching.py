"""OffsetFetch: what is there, what is not, and what is not sure yet."""

from tests.unit.groups.coordinator import Coordinator
from tests.unit.groups.members import TOPIC_ID, commits, fetches
from tests.unit.groups.transactions import abort, commit, pending

from ottla.groups.answers import FetchedOffset
from ottla.model.errors import ErrorCode
from ottla.model.uuid import ZERO

UNSTABLE = ErrorCode.UNSTABLE_OFFSET_COMMIT
OTHER_ID = bytes(15) + b"\x09"


def test_where_nothing_is_committed_the_answer_is_minus_one_without_an_error() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(topic="t"))
    assert coordinator.ask(fetches(("t", 1), ("u", 0))) == (
        FetchedOffset("t", TOPIC_ID, 1),
        FetchedOffset("u", TOPIC_ID, 0),
    )


def test_a_group_that_is_not_there_has_committed_nothing() -> None:
    coordinator = Coordinator()
    assert coordinator.ask(fetches(("t", 0))) == (FetchedOffset("t", TOPIC_ID, 0),)
    assert coordinator.ask(fetches(every=True)) == ()


def test_everything_is_told_by_topic_and_partition() -> None:
    coordinator = Coordinator()
    for topic, partition in (("u", 1), ("t", 10), ("t", 9), ("u", 0)):
        coordinator.ask(commits(partition, topic=topic, partition=partition))
    told = [(each.topic, each.partition, each.offset) for each in coordinator.ask(fetches(every=True))]
    assert told == [("t", 9, 9), ("t", 10, 10), ("u", 0, 0), ("u", 1, 1)]


def test_what_was_committed_for_a_topic_of_the_same_name_is_not_this_one_s() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(7))
    assert coordinator.ask(fetches(("t", 0), topic_id=OTHER_ID))[0].offset == -1
    assert coordinator.ask(fetches(("t", 0), topic_id=ZERO))[0].offset == 7


def test_a_commit_without_a_topic_id_is_anyone_s() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(7, topic_id=ZERO))
    assert coordinator.ask(fetches(("t", 0), topic_id=OTHER_ID))[0].offset == 7


def test_an_offset_pending_in_a_transaction_is_unstable_for_those_who_ask() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(1))
    coordinator.ask(commits(1, partition=1))
    pending(coordinator, producer_id=9, offset=5)
    assert coordinator.ask(fetches())[0].offset == 1
    stable = coordinator.ask(fetches(("t", 0), ("t", 1), stable=True))
    assert [(each.offset, each.error) for each in stable] == [(-1, UNSTABLE), (1, ErrorCode.NONE)]
    everything = coordinator.ask(fetches(every=True, stable=True))
    assert [each.error for each in everything] == [UNSTABLE, ErrorCode.NONE]


def test_when_the_transaction_ends_its_offset_counts_or_is_gone() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(1))
    pending(coordinator, producer_id=9, offset=5)
    pending(coordinator, producer_id=8, offset=6)
    abort(coordinator, producer_id=8)
    assert coordinator.ask(fetches(stable=True))[0].error is UNSTABLE
    commit(coordinator, producer_id=9)
    assert coordinator.ask(fetches(stable=True))[0].offset == 5
    assert len(coordinator.state.pending) == len(coordinator.state.open_transactions) == 0


def test_a_later_commit_outside_stands_against_the_transaction_s() -> None:
    coordinator = Coordinator()
    pending(coordinator, producer_id=9, offset=5)
    coordinator.ask(commits(70))
    commit(coordinator, producer_id=9)
    assert coordinator.ask(fetches())[0].offset == 70


def test_a_group_may_have_nothing_but_what_is_pending() -> None:
    coordinator = Coordinator()
    pending(coordinator, producer_id=9, offset=5)
    assert coordinator.ask(fetches())[0].offset == -1
    assert coordinator.ask(fetches(every=True)) == ()
    assert coordinator.ask(fetches(stable=True))[0].error is UNSTABLE


def test_a_marker_of_a_producer_that_has_nothing_pending_changes_nothing() -> None:
    coordinator = Coordinator()
    coordinator.ask(commits(1))
    commit(coordinator, producer_id=99)
    assert coordinator.ask(fetches(stable=True))[0].offset == 1
