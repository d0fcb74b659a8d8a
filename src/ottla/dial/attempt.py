"""How far a call has come, and what Kafka's clients say of it when its time is over."""


class CallTimedOut(Exception):
    """The call had no answer within its time; the text is that of Kafka's clients."""


class Attempt:
    """One call, with its repetitions. Times in seconds of the running loop."""

    def __init__(self, deadline_s: float) -> None:
        self.deadline_s = deadline_s
        self.tries = 0
        self.failed = 0
        self.last: Exception | None = None

    def timed_out(self, name: str) -> CallTimedOut:
        if not self.tries:
            return CallTimedOut(f"Timed out waiting for a node assignment. Call: {name}")
        deadline_ms = int(self.deadline_s * 1000)
        return CallTimedOut(
            f"Call(callName={name}, deadlineMs={deadline_ms}, tries={self.tries}, nextAllowedTryMs=0) "
            f"timed out at {deadline_ms} after {self.tries} attempt(s)"
        )
