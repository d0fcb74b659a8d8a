"""How a tool ends before its time, and the failures that it shows by their Java names."""

import sys
from typing import ClassVar


class Ended(Exception):
    """The tool has said what there is to say; `code` is its exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Failure(Exception):
    """What Kafka's tool would throw. `java_class` is what stands before the text in a stack trace."""

    java_class: ClassVar[str] = "java.lang.RuntimeException"

    def __init__(self, message: str | None, java_class: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.thrown = java_class or self.java_class


class IllegalArgument(Failure):
    """The user asks for what can't be."""

    java_class = "java.lang.IllegalArgumentException"


def execution_failure(error: Exception) -> Failure:
    """As Kafka's clients wrap what a future fails with."""
    return _wrapped(error, "java.util.concurrent.ExecutionException")


def runtime_failure(error: Exception) -> Failure:
    """As Java code wraps what it does not want to declare."""
    return _wrapped(error, "java.lang.RuntimeException")


def _wrapped(error: Exception, java_class: str) -> Failure:
    text = f"{thrown_class(error)}: {message_of(error)}" if error.args else thrown_class(error)
    wrapped = Failure(text, java_class)
    wrapped.__cause__ = error
    return wrapped


def stack_trace(error: BaseException) -> str:
    """A Java stack trace without its frames, of no use to anybody here: class and text of each cause."""
    has_text = error.args and error.args[0] is not None
    text = thrown_class(error) + (f": {error}\n" if has_text else "\n")
    return text if error.__cause__ is None else f"{text}Caused by: {stack_trace(error.__cause__)}"


def message_of(error: BaseException) -> str:
    return str(error) if error.args and error.args[0] is not None else "null"


def thrown_class(error: BaseException) -> str:
    """The name of the Java class that stands for `error`."""
    if isinstance(error, Failure):
        return error.thrown
    from ottla.cli.tools.java_names import exception_class

    return exception_class(error)


def complain(error: Exception) -> None:
    """The text and the trace on stderr, as tools do that let everything through."""
    sys.stderr.write(f"{message_of(error)}\n{stack_trace(error)}\n")
