"""`ottla dump-log`: show what segments, indexes and snapshots hold (kafka-dump-log.sh)."""

import sys
from pathlib import PurePath

from ottla.cli.dump.index_dump import IndexDump
from ottla.cli.dump.log_dump import BYTES_MAX, LogDump
from ottla.cli.dump.parsers import Parser, coordinator_records, decoders, metadata_records
from ottla.cli.dump.producer_dump import dump_producers, dump_transactions
from ottla.cli.options import Options, Usage
from ottla.cli.tools.ending import Ended, Failure, stack_trace

_STRING_DECODER = "org.apache.kafka.tools.api.StringDecoder"
_MESSAGE_SIZE = 5_242_880
_SHOWS_DATA = (
    "print-data-log",
    "offsets-decoder",
    "transaction-log-decoder",
    "cluster-metadata-decoder",
    "remote-log-metadata-decoder",
    "value-decoder-class",
    "key-decoder-class",
    "share-group-state-decoder",
)


def run(arguments: list[str]) -> int:
    usage = Usage("dump_log")
    try:
        options = usage.parse(arguments)
        usage.help_or_version(
            options,
            arguments,
            "This tool helps to parse a log file and dump its contents to the console, useful for debugging "
            "a seemingly corrupt log segment.",
        )
        usage.require(options, "files")
        _dump(options)
    except Ended as ended:
        return ended.code
    except Failure as failure:
        sys.stdout.flush()
        sys.stderr.write(f'Exception in thread "main" {stack_trace(failure)}')
        return 1
    return 0


def _dump(options: Options) -> None:
    size = options.number("max-message-size")
    indexes = IndexDump(
        options.has("index-sanity-check"),
        options.has("verify-index-only"),
        _MESSAGE_SIZE if size is None else size,
    )
    gaps: dict[str, dict[int, int]] = {}
    for path in (options.text("files") or "").rstrip(",").split(","):
        sys.stdout.write(f"Dumping {path}\n")
        suffix = PurePath(path).suffix
        if suffix in (".log", ".checkpoint"):
            _log_dump(options, gaps).dump(path)
        elif suffix == ".index":
            indexes.dump_offsets(path)
        elif suffix == ".timeindex":
            indexes.dump_times(path)
        elif suffix == ".snapshot":
            dump_producers(path)
        elif suffix == ".txnindex":
            dump_transactions(path)
        else:
            sys.stderr.write(f"Ignoring unknown file {path}\n")
    sys.stdout.flush()
    indexes.tell_errors()
    for path, pairs in gaps.items():
        sys.stderr.write(f"Non-consecutive offsets in {PurePath(path)}\n")
        for last, offset in sorted(pairs.items()):
            sys.stderr.write(f"  {last} is followed by {offset}\n")


def _log_dump(options: Options, gaps: dict[str, dict[int, int]]) -> LogDump:
    prints = any(options.has(name) for name in _SHOWS_DATA)
    parser = _parser(options)
    max_bytes = options.number("max-bytes")
    return LogDump(
        deep=prints or options.has("deep-iteration"),
        print_data=prints,
        skip_metadata=options.has("skip-record-metadata"),
        max_bytes=BYTES_MAX if max_bytes is None else max_bytes,
        parser=parser,
        gaps=gaps,
    )


def _parser(options: Options) -> Parser:
    if options.has("offsets-decoder"):
        return coordinator_records("group")
    if options.has("transaction-log-decoder"):
        return coordinator_records("transaction")
    if options.has("cluster-metadata-decoder"):
        return metadata_records
    if options.has("remote-log-metadata-decoder"):
        raise Failure(
            "Records of tiered storage can't be decoded: Ottla has none",
            "java.lang.UnsupportedOperationException",
        )
    if options.has("share-group-state-decoder"):
        return coordinator_records("share")
    return decoders(
        options.text("key-decoder-class") or _STRING_DECODER,
        options.text("value-decoder-class") or _STRING_DECODER,
    )
