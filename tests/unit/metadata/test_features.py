"""Features: what a stock node supports, what is finalized, and what a level depends on."""

import pytest

from ottla.metadata import features
from ottla.metadata.features import TOLERATED, FeaturesImage, VersionRange, set_level
from ottla.metadata.record import ReplayError
from ottla.wire.messages.feature_level_record import FeatureLevelRecord


def replayed(*levels: tuple[str, int]) -> FeaturesImage:
    image = FeaturesImage()
    for name, level in levels:
        image = set_level(image, FeatureLevelRecord(name=name, feature_level=level))
    return image


def test_everything_that_a_stock_cluster_finalizes_is_tolerated() -> None:
    stock = {name: supported.high for name, supported in TOLERATED.items() if name != "kraft.version"}
    assert replayed(*stock.items()).finalized() == {
        "metadata.version": 30,
        "eligible.leader.replicas.version": 1,
        "group.version": 1,
        "share.version": 1,
        "streams.version": 1,
        "transaction.version": 2,
    }


def test_level_zero_removes_a_feature() -> None:
    assert replayed(("group.version", 1), ("group.version", 0)) == FeaturesImage()


def test_a_record_of_the_kraft_version_is_passed_over() -> None:
    assert replayed(("kraft.version", 1)) == FeaturesImage()


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("metadata.version", 6),
        ("metadata.version", 31),
        ("metadata.version", 0),
        ("group.version", 2),
        ("new", 1),
    ],
)
def test_a_level_outside_what_this_software_knows_stops_replay(name: str, level: int) -> None:
    with pytest.raises(
        ReplayError, match=f"Unable to replay FeatureLevelRecord: {name} {level} is not supported"
    ):
        replayed((name, level))


def test_eligible_leader_replicas_are_kept_from_level_one_on() -> None:
    assert not replayed(("metadata.version", 30)).elr_enabled
    assert replayed(("eligible.leader.replicas.version", 1)).elr_enabled


def test_eligible_leader_replicas_need_a_metadata_version_with_their_records() -> None:
    missing = features.missing_dependency
    assert missing("eligible.leader.replicas.version", 1, {"metadata.version": 23}) is None
    assert missing("eligible.leader.replicas.version", 1, {"metadata.version": 22}) == (
        "eligible.leader.replicas.version could not be set to 1 because it depends on "
        "metadata.version level 23"
    )
    assert missing("group.version", 1, {}) == (
        "group.version could not be set to 1 because it depends on metadata.version=7 (3.3-IV3)"
    )


def test_a_range_is_shown_as_kafka_shows_it() -> None:
    assert [str(VersionRange(1, 1)), str(VersionRange(7, 30))] == ["1", "7-30"]
