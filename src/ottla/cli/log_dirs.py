"""`ottla log-dirs`: what the log directories of brokers hold (kafka-log-dirs.sh)."""

import sys

from ottla.cli.options import Options, Usage
from ottla.cli.tools.client_properties import read_properties
from ottla.cli.tools.ending import Ended, Failure, complain, execution_failure
from ottla.cli.tools.java_number import number
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.link.admin.log_dirs import LogDir
from ottla.model.config.config_exception import ConfigException
from ottla.model.errors import ApiError
from ottla.wire.primitives import UnsupportedVersion


def run(arguments: list[str]) -> int:
    try:
        usage = Usage("log_dirs")
        options = usage.parse(arguments)
        about = "This tool helps to query log directory usage on the specified brokers."
        usage.help_or_version(options, arguments, about)
        usage.require(options, "bootstrap-server", "describe")
        return _talk(options)
    except Ended as ended:
        return ended.code
    except (ApiError, CallTimedOut, ConfigException, Failure, UnsupportedVersion) as error:
        complain(error)
        return 1


def _talk(options: Options) -> int:
    from ottla.cli.tools.session import with_admin

    config = options.text("command-config")
    properties = {"client.id": "log-dirs-tool", **({} if config is None else read_properties(config))}

    async def talk(cluster: Cluster) -> int:
        topics, brokers = _words(options, "topic-list"), _words(options, "broker-list")
        try:
            await _describe(cluster, topics, {number(word) for word in brokers})
        except (ApiError, CallTimedOut, UnsupportedVersion) as error:
            raise execution_failure(error) from error
        return 0

    return with_admin(options.text("bootstrap-server") or "", properties, talk)


def _words(options: Options, name: str) -> list[str]:
    return [word for word in (options.text(name) or "").split(",") if word]


async def _describe(cluster: Cluster, topics: list[str], wanted: set[int]) -> None:
    from ottla.link.admin.cluster import describe_cluster
    from ottla.link.admin.log_dirs import describe_log_dirs

    known = {node.id for node in (await cluster.call(describe_cluster())).nodes}
    if not wanted <= known:
        sys.stderr.write(
            f"ERROR: The given brokers do not exist from --broker-list: {_listed(wanted - known)}. "
            f"Current existent brokers: {_listed(known)}\n"
        )
        raise Ended(1)
    sys.stdout.write("Querying brokers for log directories information\n")
    brokers = wanted or known
    found = {broker: await cluster.call(describe_log_dirs(broker)) for broker in sorted(brokers)}
    sys.stdout.write(f"Received log directory information from brokers {_listed(brokers)}\n")
    sys.stdout.write(_json(found, topics) + "\n")


def _listed(brokers: set[int]) -> str:
    return ",".join(str(broker) for broker in sorted(brokers))


def _json(found: dict[int, list[LogDir]], topics: list[str]) -> str:
    """The keys stand in the order of a Java HashMap, as Kafka prints them."""
    import json

    from ottla.cli.tools.java_names import exception_class
    from ottla.cli.tools.java_order import hash_order, partition_hash

    brokers = [
        {
            "broker": broker,
            "logDirs": [
                {
                    "partitions": [
                        {
                            "partition": str(name),
                            "size": each.replicas[name].size,
                            "offsetLag": each.replicas[name].offset_lag,
                            "isFuture": each.replicas[name].is_future,
                        }
                        for name in hash_order(each.replicas, partition_hash)
                        if not topics or name.topic in topics
                    ],
                    "error": None if each.error is None else exception_class(each.error),
                    "logDir": each.path,
                }
                for each in dirs
            ],
        }
        for broker, dirs in found.items()
    ]
    return json.dumps({"brokers": brokers, "version": 1}, separators=(",", ":"), ensure_ascii=False)
