"""UpdateFeatures: nothing is finalized that some node lacks, and nothing is lost by going back."""

from typing import Any

import pytest
from tests.unit.controller.cluster import TICKET, Cluster, incarnation

from ottla.controller.controllers import RegisterController
from ottla.controller.update_features import UpdateFeatures
from ottla.metadata.features import TOLERATED
from ottla.model.errors import ErrorCode
from ottla.wire.messages.broker_registration_request import Feature
from ottla.wire.messages.controller_registration_request import ControllerRegistrationRequest
from ottla.wire.messages.controller_registration_request import Feature as ControllerFeature
from ottla.wire.messages.update_features_request import FeatureUpdateKey, UpdateFeaturesRequest
from ottla.wire.messages.update_features_response import UpdateFeaturesResponse

UPGRADE, SAFE, UNSAFE = 1, 2, 3
PREFIX = "The update failed for all features since the following feature had an error: "


def update(
    cluster: Cluster, *levels: tuple[str, int], type_: int = UPGRADE, **how: Any
) -> UpdateFeaturesResponse:
    version = how.pop("version", 2)
    updates = [
        FeatureUpdateKey(feature=name, max_version_level=level, upgrade_type=type_) for name, level in levels
    ]
    answer = cluster.run(
        UpdateFeatures(TICKET, UpdateFeaturesRequest(feature_updates=updates, **how), version)
    )
    assert isinstance(answer, UpdateFeaturesResponse)
    return answer


def refusal(cluster: Cluster, *levels: tuple[str, int], type_: int = UPGRADE) -> str:
    before = cluster.image.features
    answer = update(cluster, *levels, type_=type_)
    assert answer.error_code == ErrorCode.INVALID_UPDATE_VERSION
    assert answer.error_message is not None
    assert answer.error_message.startswith(PREFIX)
    assert cluster.image.features == before
    return answer.error_message.removeprefix(PREFIX)


def test_the_metadata_version_rises_when_all_nodes_support_it() -> None:
    cluster = Cluster(25).start_brokers(1)
    answer = update(cluster, ("metadata.version", 30))
    assert (answer.error_code, answer.error_message, answer.results) == (0, None, [])
    assert cluster.image.metadata_version == 30


def test_old_requests_get_a_result_for_each_feature() -> None:
    answer = update(Cluster(25), ("metadata.version", 30), version=1)
    assert [(each.feature, each.error_code) for each in answer.results] == [("metadata.version", 0)]


def test_validating_only_changes_nothing() -> None:
    cluster = Cluster(25)
    assert update(cluster, ("metadata.version", 30), validate_only=True).error_code == 0
    assert cluster.image.metadata_version == 25


def test_a_downgrade_that_loses_no_metadata_is_allowed_when_asked_for() -> None:
    cluster = Cluster(25)
    assert update(cluster, ("metadata.version", 24), type_=SAFE).error_code == 0
    assert cluster.image.metadata_version == 24


@pytest.mark.parametrize(
    ("level", "type_", "message"),
    [
        (
            24,
            UPGRADE,
            "Invalid update version 24 for feature metadata.version. Can't downgrade the version of this "
            "feature without setting the upgrade type to either safe or unsafe downgrade.",
        ),
        (
            26,
            SAFE,
            "Invalid update version 26 for feature metadata.version. Can't downgrade to a newer version.",
        ),
        (
            22,
            SAFE,
            "Unsupported metadata.version downgrade from 25 to 22. Refusing to perform the requested "
            "downgrade because it might delete metadata information.",
        ),
        (
            22,
            UNSAFE,
            "Unsupported metadata.version downgrade from 25 to 22. Unsafe metadata downgrade is not "
            "supported in this version.",
        ),
        (
            31,
            UPGRADE,
            "Invalid update version 31 for feature metadata.version. Local controller 3000 only supports "
            "versions 7-30",
        ),
        (
            26,
            7,
            "Invalid update version 26 for feature metadata.version. The controller does not support the "
            "given upgrade type.",
        ),
        (
            -1,
            UPGRADE,
            "Invalid update version -1 for feature metadata.version. A feature version cannot be less than "
            "0.",
        ),
    ],
)
def test_other_moves_of_the_metadata_version_are_refused(level: int, type_: int, message: str) -> None:
    assert refusal(Cluster(25), ("metadata.version", level), type_=type_) == message


def test_a_broker_that_lacks_the_level_stops_the_update_though_it_is_fenced() -> None:
    cluster = Cluster(25)
    cluster.register(
        4, features=[Feature(name="metadata.version", min_supported_version=7, max_supported_version=27)]
    )
    assert refusal(cluster, ("metadata.version", 30)) == (
        "Invalid update version 30 for feature metadata.version. Broker 4 only supports versions 7-27"
    )


def test_every_voter_must_have_registered_and_support_the_level() -> None:
    cluster = Cluster(25, voter_ids=(3000, 3001))
    message = "Invalid update version 30 for feature metadata.version. "
    assert refusal(cluster, ("metadata.version", 30)) == (
        f"{message}controller 3001 has not registered, and may not support this feature"
    )
    for high, reason in ((27, "Controller 3001 only supports versions 7-27"), (30, None)):
        feature = ControllerFeature(
            name="metadata.version", min_supported_version=7, max_supported_version=high
        )
        request = ControllerRegistrationRequest(
            controller_id=3001, incarnation_id=incarnation(3001), features=[feature]
        )
        assert cluster.run(RegisterController(TICKET, request)).error_code == 0
        if reason is not None:
            assert refusal(cluster, ("metadata.version", 30)) == message + reason
    assert update(cluster, ("metadata.version", 30)).error_code == 0


def test_a_feature_that_is_not_served_is_not_finalized() -> None:
    assert refusal(Cluster(25), ("group.version", 1)) == (
        "Invalid update version 1 for feature group.version. Local controller 3000 does not support this "
        "feature."
    )


def test_a_feature_that_nobody_knows_is_not_found() -> None:
    assert refusal(Cluster(25), ("new.version", 0)) == (
        "Invalid update version 0 for feature new.version. Feature new.version not found."
    )


def test_a_served_feature_is_finalized_with_what_it_depends_on() -> None:
    feature = "eligible.leader.replicas.version"
    cluster = Cluster(21, served_features=TOLERATED)
    assert refusal(cluster, (feature, 1)) == (
        f"Invalid update version 1 for feature {feature}. {feature} could not be set to 1 because it depends "
        "on metadata.version level 23"
    )
    assert update(cluster, (feature, 1), ("metadata.version", 25)).error_code == 0
    assert cluster.image.features.finalized() == {"metadata.version": 25, feature: 1}


def test_one_refused_feature_stops_all() -> None:
    cluster = Cluster(25)
    refusal(cluster, ("metadata.version", 30), ("group.version", 1))
    assert cluster.image.metadata_version == 25


@pytest.mark.parametrize(("present", "level"), [(0, 1), (1, 0)])
def test_the_kraft_version_stays_as_the_quorum_was_formatted(present: int, level: int) -> None:
    cluster = Cluster(25, kraft_version=present)
    type_ = UPGRADE if level > present else SAFE
    assert "kraft.version" in refusal(cluster, ("kraft.version", level), type_=type_)
    assert update(cluster, ("kraft.version", present)).error_code == 0
