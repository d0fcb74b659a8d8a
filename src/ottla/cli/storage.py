"""`ottla storage`: format log directories and look into them, as kafka-storage does."""

import sys

from ottla.cli.storage_tool.command_line import (
    PROGRAM,
    CommandLineError,
    Given,
    command_of,
    help_of,
    parse,
    usage_of,
)
from ottla.model.config.config_exception import ConfigException
from ottla.model.uuid import uuid_text
from ottla.node.config import NodeConfig, node_config
from ottla.node.config_files import file_properties
from ottla.node.storage.formatter import FormatOptions, NodeToFormat, format_storage
from ottla.node.storage.log_directories import StorageError
from ottla.node.storage.storage_info import storage_info
from ottla.runtime.disk.local_disk import LocalDisk
from ottla.runtime.disk.system_entropy import SystemEntropy
from ottla.runtime.loop.clock import Clock


def run(arguments: list[str]) -> int:
    """Kafka's exit codes: 0, or 1 when something is wrong."""
    try:
        given = parse(arguments)
    except CommandLineError as error:
        sys.stderr.write(f"{usage_of(command_of(arguments))}{PROGRAM}: error: {error}\n")
        return 1
    if given.help:
        sys.stdout.write(help_of(given.command))
        return 0
    try:
        return _run(given)
    except StorageError as error:
        sys.stderr.write(f"{error}\n")
    except ConfigException as error:
        sys.stderr.write(f"{error.sentence}\n")
    except OSError as error:
        sys.stderr.write(f"{error.strerror}: {error.filename}\n")
    return 1


def _run(given: Given) -> int:
    match given.command:
        case "random-uuid":
            _say(uuid_text(SystemEntropy().uuid()))
        case "version-mapping":
            from ottla.cli.storage_tool.feature_tables import version_mapping

            for line in version_mapping(given.text("release-version")):
                _say(line)
        case "feature-dependencies":
            from ottla.cli.storage_tool.feature_tables import dependencies

            for argument in given.values["feature"]:
                for line in dependencies(argument):
                    _say(line)
        case "info":
            config = _config(given)
            directories = (*config.log_dirs, config.metadata_log_dir)
            return storage_info(directories, _disk(), _say, has_process_roles=bool(config.roles))
        case _:
            _format(given, _config(given))
    return 0


def _format(given: Given, config: NodeConfig) -> None:
    controllers = [each for each in config.advertised if each.kind == "controller"]
    node = NodeToFormat(
        node_id=config.node_id,
        process_roles=config.roles,
        log_dirs=config.log_dirs,
        metadata_log_dir=config.metadata_log_dir,
        controller_listener=config.controller_listener_name,
        advertised_controller=(controllers[0].host, controllers[0].port) if controllers else None,
        has_static_voters=bool(config.voters),
    )
    options = FormatOptions(
        cluster_id=given.text("cluster-id") or "",
        standalone=given.has("standalone"),
        initial_controllers=given.text("initial-controllers"),
        no_initial_controllers=given.has("no-initial-controllers"),
        ignore_formatted=given.has("ignore-formatted"),
        release_version=given.text("release-version"),
        features=given.values.get("feature", ()),
        add_scram=given.values.get("add-scram", ()),
    )
    format_storage(node, options, _disk(), SystemEntropy(), Clock().now().wall_ms, _say)


def _config(given: Given) -> NodeConfig:
    path = given.text("config")
    assert path is not None, "the command line requires it"
    return node_config(file_properties(path))


def _disk() -> LocalDisk:
    def failed(path: str, error: OSError) -> None:
        sys.stderr.write(f"Can't remove {path}: {error}\n")

    return LocalDisk(failed)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
