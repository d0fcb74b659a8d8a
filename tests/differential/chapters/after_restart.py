"""What readers are told of leader epochs after the node was stopped and started once."""

from ottla.wire.messages.list_offsets_request import ListOffsetsRequest, ListOffsetsTopic
from ottla.wire.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from tests.differential.batches import START_MS, batch
from tests.differential.chapters.offsets import ask_epoch, at
from tests.differential.chapters.requests import fetch_request, put, wanted
from tests.differential.talk import Talk


def epochs(talk: Talk) -> None:
    """The topic `e` has two records of epoch 0; now there are some of another."""
    talk.await_topic("e", 2)
    found = talk.ask("metadata", "metadata", 12, MetadataRequest(topics=[MetadataRequestTopic(name="e")]))
    latest = found.topics[0].partitions[0].leader_epoch
    put(talk, "e", batch("c", ms=9_000), batch("d", ms=9_001))
    for current in (-1, 0, latest, latest + 1):
        for epoch in range(-1, latest + 3):
            ask_epoch(talk, f"{epoch} as of {current}", 4, "e", current, epoch)
    for version in (9, 12, 18):
        for current in (0, latest, latest + 1):
            request = fetch_request(talk, version, {"e": [wanted(2, current_leader_epoch=current)]})
            talk.ask(f"fetch v{version} as of {current}", "fetch", version, request)
    for epoch in range(latest + 2):
        for offset in (0, 2, 3, 4, 9):
            partition = wanted(offset, current_leader_epoch=latest, last_fetched_epoch=epoch)
            request = fetch_request(talk, 12, {"e": [partition]})
            talk.ask(f"fetch from {offset} after epoch {epoch}", "fetch", 12, request)
    for timestamp in (-1, -2, -3, START_MS, START_MS + 9_001):
        for current in (-1, 0, latest, latest + 1):
            topics = [ListOffsetsTopic(name="e", partitions=[at(timestamp, epoch=current)])]
            request_offsets = ListOffsetsRequest(replica_id=-1, topics=topics)
            talk.ask(f"offsets at {timestamp} as of {current}", "list_offsets", 9, request_offsets)
