"""meta.properties: version 1 is written, 0 and 1 are read, anything else is refused in Kafka's words."""

import pytest

from ottla.model.uuid import parse_uuid
from ottla.node.storage.meta_properties import InvalidMetaProperties, MetaProperties, parse_meta_properties

DIRECTORY = parse_uuid("TLUzW20ZRU-mDmmFf7WQmg")


def test_a_file_of_apache_kafka_is_read() -> None:
    content = (
        b"#\n#Wed Nov 25 02:52:25 UTC 2026\nnode.id=1\ndirectory.id=TLUzW20ZRU-mDmmFf7WQmg\n"
        b"version=1\ncluster.id=c\n"
    )
    assert parse_meta_properties(content) == MetaProperties(1, "c", 1, DIRECTORY)


def test_version_0_says_broker_id_and_may_lack_everything() -> None:
    assert parse_meta_properties(b"broker.id=7") == MetaProperties(0, None, 7, None)
    assert parse_meta_properties(b"version=0") == MetaProperties(0)


def test_what_is_written_is_read_back() -> None:
    meta = MetaProperties(1, "cluster", 3, DIRECTORY)
    assert parse_meta_properties(meta.file_content(0)) == meta


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"version=x", "Invalid meta.properties version string 'x'"),
        (b"version=2", "Unknown meta.properties version number 2"),
        (b"version=1\ncluster.id=c", "Failed to find node.id"),
        (b"version=1\nnode.id=1", "cluster.id was not found."),
        (b"version=1\nnode.id=one\ncluster.id=c", "Unable to read node.id as a base-10 number."),
        (b"version=1\nnode.id=1\ncluster.id=c\ndirectory.id=x", "Unable to read directory.id as a Uuid: "),
    ],
)
def test_a_file_that_lacks_something_is_refused(content: bytes, text: str) -> None:
    with pytest.raises(InvalidMetaProperties) as refused:
        parse_meta_properties(content)
    assert str(refused.value).startswith(text)
