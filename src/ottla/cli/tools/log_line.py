"""The few log lines that Kafka's tools let a user see: warnings and errors, on stderr, in Kafka's pattern."""

import sys
import time


def log(level: str, message: str, logger: str, error: Exception | None = None) -> None:
    """`[2026-01-31 12:00:00,123] WARN message (logger)`, in local time; below it the trace of `error`."""
    nanoseconds = time.time_ns()
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(nanoseconds // 1_000_000_000))
    line = f"[{at},{nanoseconds // 1_000_000 % 1000:03}] {level} {message} ({logger})\n"
    if error is not None:
        from ottla.cli.tools.ending import stack_trace

        line += stack_trace(error)
    sys.stderr.write(line)


def log_trace(error: Exception, logger: str) -> None:
    """The trace as the message itself."""
    from ottla.cli.tools.ending import stack_trace

    log("ERROR", stack_trace(error), logger)
