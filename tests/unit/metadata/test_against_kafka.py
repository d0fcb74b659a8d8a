"""Kafka's own image replays our logs to the same state, and ours replays Kafka's snapshot of it."""

from collections.abc import Sequence

import pytest
from tests.unit.metadata.conftest import Snapshot
from tests.unit.metadata.histories import history, image_of

from ottla.metadata.image import MetadataImage
from ottla.metadata.snapshot import records_of
from ottla.wire.index import METADATA_RECORDS
from ottla.wire.message import Message
from ottla.wire.metadata_records import decode_metadata_record, encode_metadata_record

pytestmark = pytest.mark.needs("kafka")


def encoded(records: Sequence[Message]) -> list[bytes]:
    return [encode_metadata_record(record, METADATA_RECORDS[record.KEY].versions[1]) for record in records]


def decoded(records: Sequence[bytes]) -> MetadataImage:
    return image_of([decode_metadata_record(record)[0] for record in records])


@pytest.mark.parametrize("seed", range(40))
def test_kafka_replays_a_log_to_the_same_image(seed: int, kafka_snapshot: Snapshot) -> None:
    image = image_of(history(seed, 150))
    theirs = kafka_snapshot(encoded(history(seed, 150)))
    ours = [encode_metadata_record(*record) for record in records_of(image)]
    assert decoded(theirs) == decoded(ours)
    assert len(theirs) == len(ours)


@pytest.mark.parametrize("seed", range(10))
def test_kafka_reads_our_snapshots(seed: int, kafka_snapshot: Snapshot) -> None:
    ours = [encode_metadata_record(*record) for record in records_of(image_of(history(seed, 150)))]
    assert decoded(kafka_snapshot(ours)) == decoded(ours)
