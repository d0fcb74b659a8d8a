"""The few log lines that Kafka's tools let a user see: warnings and errors, on stderr, in Kafka's pattern."""

import sys
import time


def log(level: str, message: str, logger: str) -> None:
    """`[2026-01-31 12:00:00,123] WARN message (logger)`, in local time."""
    nanoseconds = time.time_ns()
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(nanoseconds // 1_000_000_000))
    sys.stderr.write(f"[{at},{nanoseconds // 1_000_000 % 1000:03}] {level} {message} ({logger})\n")


def log_error(error: Exception, logger: str, message: str = "") -> None:
    """An error with the head of its stack trace."""
    from ottla.cli.tools.ending import stack_trace

    lines = f"{message}\n{stack_trace(error)}" if message else stack_trace(error)
    log("ERROR", lines, logger)
