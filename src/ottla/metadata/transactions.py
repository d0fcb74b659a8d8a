"""Metadata transactions: records between Begin and End take effect together, or not at all (KIP-868).

Persistent images make it simple: while a transaction is open, the state before it is kept beside the state
with its records.
"""

from typing import Generic, NamedTuple, TypeVar

from ottla.metadata.record import ReplayError
from ottla.wire.message import Message

State = TypeVar("State")


class OpenTransaction(NamedTuple, Generic[State]):
    """A transaction that has begun: where, and what its end may bring back."""

    offset: int
    before: State


def begin(
    transaction: OpenTransaction[State] | None, record: Message, offset: int, state: State
) -> OpenTransaction[State]:
    """Transactions do not nest."""
    if transaction is not None:
        raise ReplayError(record, f"the transaction at {transaction.offset} was never closed")
    return OpenTransaction(offset, state)


def close(transaction: OpenTransaction[State] | None, record: Message) -> OpenTransaction[State]:
    """The transaction that `record` ends or aborts."""
    if transaction is None:
        raise ReplayError(record, "there is no open transaction")
    return transaction
