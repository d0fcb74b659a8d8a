"""Which levels of features belong to a release, and what they depend on (KIP-1022)."""

from collections.abc import Iterator
from typing import Final

from ottla.metadata import metadata_version
from ottla.metadata.features import (
    ELR_VERSION,
    GROUP_VERSION,
    KRAFT_VERSION,
    SHARE_VERSION,
    STREAMS_VERSION,
    TOLERATED,
    TRANSACTION_VERSION,
)
from ottla.node.storage.log_directories import StorageError

_BEGINS: Final = {
    KRAFT_VERSION: (1, 21),
    TRANSACTION_VERSION: (2, 24),
    GROUP_VERSION: (1, 22),
    ELR_VERSION: (1, 26),
    SHARE_VERSION: (1, 28),
    STREAMS_VERSION: (1, 29),
}
"""The default level of a feature, and the level of metadata.version from which on it is that; 0 before."""


def version_mapping(release: str | None) -> Iterator[str]:
    """The lines of `version-mapping`. Raises StorageError."""
    name = metadata_version.NAMES[metadata_version.LATEST_PRODUCTION] if release is None else release
    try:
        level = metadata_version.level_of(name)
    except ValueError as error:
        raise StorageError(str(error)) from None
    yield f"{metadata_version.FEATURE}={level} ({name})"
    for feature, (default, begins) in _BEGINS.items():
        yield f"{feature}={default if level >= begins else 0}"


def dependencies(argument: str) -> Iterator[str]:
    """The lines of `feature-dependencies` for one `feature=level`. Raises StorageError."""
    feature, level = _feature_and_level(argument)
    if feature == metadata_version.FEATURE:
        if level not in metadata_version.NAMES:
            raise StorageError(f"Unknown metadata.version {level}")
        yield f"{feature}={level} ({metadata_version.NAMES[level]}) has no dependencies."
        return
    if feature not in _BEGINS:
        raise StorageError(f"Unknown feature: {feature}")
    if level not in TOLERATED[feature]:
        raise StorageError(f"Feature level {level} is not supported for feature {feature}")
    if (feature, level) != (ELR_VERSION, 1):
        yield f"{feature}={level} has no dependencies."
        return
    needed = metadata_version.ELR
    yield f"{feature}={level} requires:"
    yield f"    {metadata_version.FEATURE}={needed} ({metadata_version.NAMES[needed]})"


def _feature_and_level(argument: str) -> tuple[str, int]:
    feature, equals, level = argument.partition("=")
    if not equals:
        raise StorageError(
            f"Invalid feature format: {argument}. Expected format: 'feature=version' (e.g. 'group.version=1')"
        )
    try:
        return feature.strip(), int(level.strip())
    except ValueError:
        raise StorageError(f"Invalid version format: {level.strip()} for feature {feature.strip()}") from None
