"""`ottla delete-records`: let logs begin later (kafka-delete-records.sh)."""

import sys

from ottla.cli.options import Options, Usage
from ottla.cli.tools.client_properties import read_properties
from ottla.cli.tools.ending import Ended, Failure, complain, execution_failure, message_of
from ottla.cli.tools.java_order import hash_order, partition_hash
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.model.config.config_exception import ConfigException
from ottla.model.errors import ApiError, ErrorCode
from ottla.model.ids import TopicPartition
from ottla.wire.primitives import UnsupportedVersion


def run(arguments: list[str]) -> int:
    try:
        usage = Usage("delete_records")
        options = usage.parse(arguments)
        about = "This tool helps to delete records of the given partitions down to the specified offset."
        usage.help_or_version(options, arguments, about)
        usage.require(options, "bootstrap-server", "offset-json-file")
        return _delete(options)
    except Ended as ended:
        return ended.code
    except (ApiError, CallTimedOut, ConfigException, Failure, UnsupportedVersion) as error:
        complain(error)
        return 1


def _delete(options: Options) -> int:
    from ottla.cli.delete_record.offsets_file import read_offsets
    from ottla.cli.tools.session import with_admin

    config, path = options.text("command-config"), options.text("offset-json-file")
    assert path is not None, "required above"
    properties = {} if config is None else read_properties(config)

    async def talk(cluster: Cluster) -> int:
        await _report(cluster, read_offsets(path))
        return 0

    return with_admin(options.text("bootstrap-server") or "", properties, talk)


async def _report(cluster: Cluster, offsets: dict[TopicPartition, int]) -> None:
    from ottla.cli.tools.refusals import log_refusals
    from ottla.dial.offsets import delete_before

    sys.stdout.write("Executing records delete operation\n")
    deleted, late = await delete_before(cluster, offsets)
    log_refusals("DeleteRecords", cluster.settings.client_id, deleted)
    sys.stdout.write("Records delete operation completed:\n")
    for name in hash_order(offsets, partition_hash):
        answer = deleted.get(name)
        if answer is not None and answer.error is ErrorCode.NONE:
            sys.stdout.write(f"partition: {name}\tlow_watermark: {answer.low_watermark}\n")
            continue
        error = late if answer is None else ApiError(answer.error)
        assert error is not None, "time was up when there is no answer"
        reason = message_of(execution_failure(error))
        sys.stdout.write(f"partition: {name}\terror: {reason}\n")
