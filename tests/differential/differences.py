"""Where we answer otherwise than Apache Kafka, and why. docs/compatibility.md tells users of each."""

import re
from typing import NamedTuple


class Difference(NamedTuple):
    """Labels of a chapter whose answers differ on purpose."""

    chapter: str
    labels: str
    """A regular expression for the whole label."""
    reason: str


_NO_TRANSACTIONS = "transactions are not served yet, and UNSUPPORTED_VERSION is final"
DIFFERENCES = [
    Difference("wrong_batches", r"v\d+ of codec 5", "Kafka fails with UNKNOWN_SERVER_ERROR; we know better"),
    Difference("wrong_batches", r"v\d+ of no gzip", "records of plain topics are not decompressed"),
    Difference("transactional", r"v\d+ in a transaction", _NO_TRANSACTIONS),
    Difference("init_producer_id", "v4 in a transaction", _NO_TRANSACTIONS),
    Difference("feature_names", r"(group|transaction|share|streams).version to [17]", "it is not served yet"),
    Difference("topic_partitions", "the empty name", "Kafka fails with UNKNOWN_SERVER_ERROR on all topics"),
    Difference("fetch_limits", r"70 bytes (in all|of one)", "only whole batches are sent"),
    Difference(
        "fetch_limits", r"-1 bytes (in all|of one)", "Kafka fails with UNKNOWN_SERVER_ERROR; we take it for 0"
    ),
    Difference("fetch", r"v\d+ half a batch more", "only whole batches are sent"),
]


def reason(chapter: str, label: str) -> str | None:
    for each in DIFFERENCES:
        if each.chapter == chapter and re.fullmatch(each.labels, label):
            return each.reason
    return None
