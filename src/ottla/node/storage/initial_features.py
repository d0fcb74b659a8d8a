"""Which feature levels a new cluster finalizes, from what `kafka-storage format` was told (KIP-1022)."""

from collections.abc import Mapping, Sequence

from ottla.metadata import metadata_version
from ottla.metadata.features import DISABLED, KRAFT_VERSION, SERVED, TOLERATED, missing_dependency
from ottla.node.storage.log_directories import StorageError


def parse_feature(text: str) -> tuple[str, int]:
    """`feature=level`. Raises `StorageError`."""
    name, equals, level = text.partition("=")
    if not equals:
        raise StorageError(f"Can't parse feature=level string {text}: equals sign not found.")
    try:
        return name.strip(), int(level.strip())
    except ValueError:
        raise StorageError(
            f"Can't parse feature=level string {text}: unable to parse {level.strip()} as a short."
        ) from None


def initial_metadata_version(release_version: str | None, features: Mapping[str, int]) -> int:
    """The level of metadata.version, never above what we serve. Raises `StorageError`."""
    served = SERVED[metadata_version.FEATURE]
    if metadata_version.FEATURE in features:
        if release_version is not None:
            raise StorageError(
                f"Use --release-version instead of --feature {metadata_version.FEATURE}=X to avoid ambiguity."
            )
        level = features[metadata_version.FEATURE]
        if level not in served:
            raise StorageError(
                f"No MetadataVersion with feature level {level}. "
                f"Valid feature levels are from {served.low} to {served.high}."
            )
        return level
    if release_version is None:
        return metadata_version.BOOTSTRAP
    try:
        level = metadata_version.level_of(release_version)
    except ValueError:
        level = 0
    if level not in served:
        names = ", ".join(metadata_version.NAMES[known] for known in range(served.low, served.high + 1))
        raise StorageError(
            f"Unknown metadata.version '{release_version}'. Supported metadata.version are: {names}"
        )
    return level


def initial_features(level: int, features: Mapping[str, int], *, has_dynamic_quorum: bool) -> dict[str, int]:
    """All levels, metadata.version and kraft.version among them. Raises `StorageError`."""
    known = sorted(set(TOLERATED) - {metadata_version.FEATURE})
    for name in features:
        if name not in known and name != metadata_version.FEATURE:
            raise StorageError(f"Unsupported feature: {name}. Supported features are: {', '.join(known)}")
    levels = dict.fromkeys(known, 0) | dict(features) | {metadata_version.FEATURE: level}
    levels[KRAFT_VERSION] = _kraft_version(features.get(KRAFT_VERSION), has_dynamic_quorum)
    for name in known:
        if levels[name] not in SERVED.get(name, DISABLED):
            raise StorageError(f"No feature:{name} with feature level {levels[name]}")
        missing = missing_dependency(name, levels[name], levels)
        if missing is not None:
            raise StorageError(missing)
    return levels


def _kraft_version(asked: int | None, has_dynamic_quorum: bool) -> int:
    if asked == 0 and has_dynamic_quorum:
        raise StorageError(
            "Cannot set kraft.version to 0 if controller.quorum.voters is empty and one of the flags "
            "--standalone, --initial-controllers, or --no-initial-controllers is used. For dynamic "
            "controllers support, try removing the --feature flag for kraft.version."
        )
    if asked and not has_dynamic_quorum:
        raise StorageError(
            f"Cannot set kraft.version to {asked} unless controller.quorum.voters is empty and one of the "
            "flags --standalone, --initial-controllers, or --no-initial-controllers is used. For dynamic "
            "controllers support, try using one of --standalone, --initial-controllers, or "
            "--no-initial-controllers and removing controller.quorum.voters."
        )
    return asked if asked is not None else int(has_dynamic_quorum)


def parse_features(features: Sequence[str]) -> dict[str, int]:
    """All `--feature` flags together; of a feature that comes twice the last level counts."""
    return dict(parse_feature(text) for text in features)
