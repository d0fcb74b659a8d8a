"""Why a log took no records."""

from collections.abc import Sequence

from ottla.model.errors import ErrorCode


class AppendRefused(Exception):
    """Nothing was written. `error` goes to the client.

    `record_errors` are pairs of record index and text (KIP-467). Kafka tells a client the text only
    along with them; the other texts are for the log: `client_message` keeps to that.
    """

    def __init__(self, error: ErrorCode, message: str, record_errors: Sequence[tuple[int, str]] = ()) -> None:
        super().__init__(message)
        self.error, self.message, self.record_errors = error, message, record_errors

    @property
    def client_message(self) -> str | None:
        return self.message if self.record_errors else None
