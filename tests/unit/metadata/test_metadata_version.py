"""metadata.version: names, levels, and what each level writes."""

import pytest

from ottla.metadata import metadata_version as mv
from ottla.wire.messages.broker_registration_change_record import BrokerRegistrationChangeRecord


@pytest.mark.parametrize(
    ("text", "level"),
    [("3.3-IV3", 7), ("3.9", 21), ("4.0", 25), ("4.0.1", 25), ("4.0-IV0", 22), ("4.2", 29), ("4.3-IV0", 30)],
)
def test_a_release_or_an_internal_version_names_a_level(text: str, level: int) -> None:
    assert mv.level_of(text) == level


@pytest.mark.parametrize("text", ["3.2", "4.4-IV0", "four", ""])
def test_a_level_that_no_software_of_this_release_has_is_refused_with_the_list_of_those_it_has(
    text: str,
) -> None:
    with pytest.raises(ValueError, match=f"Unknown metadata.version '{text}'.*3.3-IV3, .*, 4.3-IV0"):
        mv.level_of(text)


@pytest.mark.parametrize(("level", "version"), [(7, 1), (8, 2), (16, 2), (17, 3), (29, 3), (30, 4)])
def test_the_level_chooses_the_version_of_a_broker_registration(level: int, version: int) -> None:
    assert mv.register_broker_version(level) == version


@pytest.mark.parametrize(("level", "version"), [(7, 0), (16, 0), (17, 1), (22, 1), (23, 2), (30, 2)])
def test_the_level_chooses_the_version_of_partition_records(level: int, version: int) -> None:
    assert mv.partition_version(level) == version


def test_a_registration_change_is_written_in_the_lowest_version_that_carries_it() -> None:
    changes = [
        BrokerRegistrationChangeRecord(fenced=1),
        BrokerRegistrationChangeRecord(in_controlled_shutdown=1),
        BrokerRegistrationChangeRecord(log_dirs=[bytes(16)]),
        BrokerRegistrationChangeRecord(cordoned_log_dirs=[]),
    ]
    assert [mv.registration_change_version(change) for change in changes] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("one", "other", "changed"),
    [(25, 25, False), (25, 24, False), (23, 25, False), (22, 25, True), (30, 29, True)],
)
def test_metadata_changed_if_a_level_on_the_way_changed_it(one: int, other: int, changed: bool) -> None:
    assert mv.did_metadata_change(one, other) is changed
    assert mv.did_metadata_change(other, one) is changed
