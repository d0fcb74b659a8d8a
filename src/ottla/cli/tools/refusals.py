"""What Kafka's admin client logs of partitions whose leaders refuse."""

from collections.abc import Mapping

from ottla.cli.tools.java_order import hash_order, partition_hash
from ottla.cli.tools.log_line import log
from ottla.dial.leaders import OfPartition
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition


def log_refusals(api: str, client_id: str, said: Mapping[TopicPartition, OfPartition]) -> None:
    """`api` as the wire calls it."""
    for name in hash_order(said, partition_hash):
        error = said[name].error
        if error is not ErrorCode.NONE:
            log(
                "ERROR",
                f"[AdminClient clientId={client_id}] {api} request for topic partition {name} failed due to "
                f"an unexpected error {error.name}",
                f"org.apache.kafka.clients.admin.internals.{api}Handler",
            )
