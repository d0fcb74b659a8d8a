"""What compaction knows of transactions while it walks through a log (`CleanedTransactionMetadata`).

Records of aborted transactions go at once. A marker stays as long as a batch of its transaction does,
and afterwards until its delete horizon, so that a reader on its way still meets it.
"""

from collections.abc import Iterable
from heapq import heappop, heappush

from ottla.log.transaction_index import AbortedTransaction, TransactionIndex
from ottla.records.batch import BatchHeader
from ottla.records.control import EndTransaction


class CleanedTransactions:
    """Batches are shown to it in order. `index` is that of the segment being written, if one is."""

    def __init__(self, index: TransactionIndex | None = None) -> None:
        self.index = index
        self._coming: list[tuple[int, AbortedTransaction]] = []
        self._aborted: dict[int, AbortedTransaction] = {}
        self._aborted_seen: set[int] = set()
        self._committed: set[int] = set()

    def expect(self, aborted: Iterable[AbortedTransaction]) -> None:
        """These transactions will be aborted. Telling it twice does no harm."""
        for transaction in aborted:
            heappush(self._coming, (transaction.first_offset, transaction))

    def data_may_go(self, header: BatchHeader) -> bool:
        """Whether a batch of data belongs to an aborted transaction."""
        self._begin_up_to(header.last_offset)
        if not header.is_transactional:
            return False
        if header.producer_id in self._aborted:
            self._aborted_seen.add(header.producer_id)
            return True
        self._committed.add(header.producer_id)
        return False

    def marker_may_go(self, header: BatchHeader, marker: EndTransaction | None) -> bool:
        """Whether no batch of the transaction is left before its marker. None is a marker emptied before."""
        self._begin_up_to(header.last_offset)
        producer_id = header.producer_id
        if marker is None:
            return True
        if marker.committed:
            had_data = producer_id in self._committed
            self._committed.discard(producer_id)
            return not had_data
        aborted = self._aborted.pop(producer_id, None)
        had_data = producer_id in self._aborted_seen
        self._aborted_seen.discard(producer_id)
        if aborted is not None and had_data:
            if self.index is not None:
                self.index.append(aborted)
            return False
        return True

    def _begin_up_to(self, offset: int) -> None:
        while self._coming and self._coming[0][0] <= offset:
            _, transaction = heappop(self._coming)
            self._aborted.setdefault(transaction.producer_id, transaction)
