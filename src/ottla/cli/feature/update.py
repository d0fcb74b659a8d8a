"""`kafka-features upgrade`, `downgrade` and `disable`."""

import sys
from collections.abc import Mapping

from ottla.cli.feature.tables import default_levels, name_and_level
from ottla.cli.tools.ending import Failure, message_of
from ottla.cli.tools.java_order import hash_order
from ottla.cli.tools.subcommands.grammar import Given
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.link.admin.features import Direction, update_features
from ottla.metadata import metadata_version
from ottla.model.errors import ApiError
from ottla.wire.primitives import UnsupportedVersion

Outcome = Mapping[str, ApiError | CallTimedOut | UnsupportedVersion | None]


async def update(cluster: Cluster, given: Given) -> None:
    """Raises Failure for levels that can't be meant or can't be had."""
    levels = _levels(given)
    if not levels:
        raise Failure(f"You must specify at least one feature to {given.command}")
    outcome = await _outcome(cluster, given, levels)
    for feature in sorted(levels):
        sys.stdout.write(_told(given, feature, levels[feature], outcome[feature]))
    failed = sum(error is not None for error in outcome.values())
    if failed:
        raise Failure(f"{failed} out of {len(levels)} operation(s) failed.")


async def _outcome(cluster: Cluster, given: Given, levels: dict[str, int]) -> Outcome:
    ordered = {feature: levels[feature] for feature in hash_order(levels)}
    call = update_features(ordered, _direction(given), validate_only=given.has("dry-run"))
    try:
        outcome = await cluster.call(call)
    except (CallTimedOut, UnsupportedVersion) as error:
        return dict.fromkeys(levels, error)
    return dict(outcome)


def _direction(given: Given) -> Direction:
    if given.command == "upgrade":
        return Direction.UPGRADE
    return Direction.UNSAFE_DOWNGRADE if given.has("unsafe") else Direction.SAFE_DOWNGRADE


def _levels(given: Given) -> dict[str, int]:
    features = given.texts("feature")
    if given.command == "disable":
        return _distinct([(feature, 0) for feature in features])
    release, metadata = given.text("release-version"), given.text("metadata")
    if release is not None:
        if metadata is not None or features:
            raise Failure("Can not specify `release-version` with other feature flags.")
        levels = default_levels(release)
        return levels if given.command != "upgrade" else {each: at for each, at in levels.items() if at}
    first = []
    if metadata is not None:
        sys.stdout.write(" `metadata` flag is deprecated and may be removed in a future release.\n")
        first.append((metadata_version.FEATURE, default_levels(metadata)[metadata_version.FEATURE]))
    return _distinct(first + [name_and_level(feature) for feature in features])


def _distinct(pairs: list[tuple[str, int]]) -> dict[str, int]:
    levels: dict[str, int] = {}
    for feature, level in pairs:
        if feature in levels:
            raise Failure(f"Feature {feature} was specified more than once.")
        levels[feature] = level
    return levels


def _told(given: Given, feature: str, level: int, error: Exception | None) -> str:
    dry, verb = given.has("dry-run"), given.command
    if error is None:
        done = "disabled" if verb == "disable" else f"{verb}d to {level}"
        return f"{feature} {'can be' if dry else 'was'} {done}.\n"
    wanted = f"disable {feature}" if verb == "disable" else f"{verb} {feature} to {level}"
    return f"{'Can' if dry else 'Could'} not {wanted}. {message_of(error)}\n"
