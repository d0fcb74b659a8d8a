"""Which levels belong to a release, and what a level depends on, in the words of `kafka-features`."""

from collections.abc import Iterator

from ottla.cli.storage_tool.feature_tables import dependencies, version_mapping
from ottla.cli.tools.ending import Failure
from ottla.cli.tools.java_number import is_number
from ottla.metadata import metadata_version
from ottla.metadata.features import TOLERATED
from ottla.node.storage.log_directories import StorageError

_SHORT = 16
_METADATA = metadata_version.FEATURE


def mapping_lines(release: str | None) -> list[str]:
    """Raises Failure."""
    try:
        return list(version_mapping(release))
    except StorageError as error:
        raise Failure(str(error)) from None


def default_levels(release: str) -> dict[str, int]:
    """Of every feature. Raises Failure."""
    pairs = (line.partition("=") for line in mapping_lines(release))
    return {feature: int(level.split()[0]) for feature, _, level in pairs}


def dependency_lines(argument: str) -> Iterator[str]:
    """Raises Failure."""
    feature, level = name_and_level(argument)
    if feature != _METADATA and feature in TOLERATED and level not in TOLERATED[feature]:
        raise Failure(f"No feature:{feature} with feature level {level}")
    try:
        yield from dependencies(f"{feature}={level}")
    except StorageError as error:
        raise Failure(str(error)) from None


def shown_level(feature: str, level: int) -> str:
    if feature != _METADATA:
        return str(level)
    return metadata_version.NAMES.get(level, f"UNKNOWN {level}")


def name_and_level(argument: str) -> tuple[str, int]:
    """`feature=level`. Raises Failure."""
    name, equals, level = argument.partition("=")
    if not equals:
        raise Failure(f"Can't parse feature=level string {argument}: equals sign not found.")
    if not is_number(level.strip(), _SHORT):
        raise Failure(
            f"Can't parse feature=level string {argument}: unable to parse {level.strip()} as a short."
        )
    return name.strip(), int(level)
