"""Committed records become images: batches go in, deltas come out (`MetadataBatchLoader`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ottla.metadata.delta import MetadataDelta, between
from ottla.metadata.image import EMPTY, MetadataImage, Provenance
from ottla.metadata.replay import apply
from ottla.metadata.touched import touched_by
from ottla.metadata.transactions import OpenTransaction, begin, close

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.wire.message import Message

_Touched = dict[str, set[Any]]


class MetadataLoader:
    """The committed metadata of one node. An open transaction is not published before its end."""

    __slots__ = ("_published", "_replayed", "_touched", "_transaction")

    def __init__(self, image: MetadataImage = EMPTY) -> None:
        self._published = image
        self._replayed = image
        self._touched: _Touched = {}
        """Since the image was published, or in an open transaction since its begin."""
        self._transaction: OpenTransaction[tuple[MetadataImage, _Touched]] | None = None

    @property
    def image(self) -> MetadataImage:
        """The image that was given out last."""
        return self._published

    def load_batch(self, records: Iterable[Message], base_offset: int, epoch: int, timestamp_ms: int) -> None:
        """Replay one committed batch. A ReplayError leaves the loader useless: the node must stop."""
        offset = base_offset
        for offset, record in enumerate(records, base_offset):
            self._load(record, Provenance(offset - 1, epoch, timestamp_ms))
        self._replayed = self._replayed._replace(provenance=Provenance(offset, epoch, timestamp_ms))

    def load_snapshot(self, records: Iterable[Message], provenance: Provenance) -> MetadataDelta:
        """Begin anew from a snapshot. `provenance` is that of the last record in it."""
        image = EMPTY
        for record in records:
            image = apply(image, record)
        self._replayed = image._replace(provenance=provenance)
        delta = between(self._published, self._replayed)
        self._published, self._touched, self._transaction = self._replayed, {}, None
        return delta

    def take_delta(self) -> MetadataDelta | None:
        """What was committed since the last time; None when that is nothing."""
        image, touched = self._replayed, self._touched
        if self._transaction is not None:
            image, touched = self._transaction.before
        if image.provenance == self._published.provenance:
            return None
        delta = MetadataDelta(self._published, image, touched)
        self._published = image
        if self._transaction is None:
            self._touched = {}
        return delta

    def _load(self, record: Message, previous: Provenance) -> None:
        match type(record).__name__:
            case "BeginTransactionRecord":
                before = self._replayed
                if previous.offset > before.provenance.offset:
                    before = before._replace(provenance=previous)
                self._transaction = begin(
                    self._transaction, record, previous.offset + 1, (before, self._touched)
                )
                self._touched = {}
            case "EndTransactionRecord":
                _, touched_before = close(self._transaction, record).before
                for subject, keys in touched_before.items():
                    self._touched.setdefault(subject, set()).update(keys)
                self._transaction = None
            case "AbortTransactionRecord":
                self._replayed, self._touched = close(self._transaction, record).before
                self._transaction = None
            case _:
                for subject, key in touched_by(self._replayed, record):
                    self._touched.setdefault(subject, set()).add(key)
                self._replayed = apply(self._replayed, record)
