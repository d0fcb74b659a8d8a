"""kcat, with the librdkafka of the distribution, on our node."""

import json
import subprocess
from collections.abc import Iterator

import pytest

from tests.e2e.ottla_node import OttlaNode, ottla_node

pytestmark = pytest.mark.needs("kcat")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OttlaNode]:
    overrides = ["offsets.topic.num.partitions=1"]
    with ottla_node(tmp_path_factory.mktemp("ottla"), overrides=overrides) as started:
        yield started


def kcat(node: OttlaNode, *arguments: str, stdin: str = "") -> str:
    """What it prints."""
    command = ["kcat", "-b", node.bootstrap, *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_what_is_produced_is_consumed(node: OttlaNode, codec: str) -> None:
    topic, lines = f"codec.{codec}", [f"k{number}:{'value' * 20}{number}" for number in range(20)]
    kcat(node, "-P", "-t", topic, "-K:", "-z", codec, "-H", "h=1", stdin="\n".join(lines))
    assert kcat(node, "-C", "-t", topic, "-K:", "-e", "-q").splitlines() == lines
    assert kcat(node, "-C", "-t", topic, "-e", "-q", "-f", "%h %o\n", "-o", "-1").split() == ["h=1", "19"]


def test_the_cluster_is_listed(node: OttlaNode) -> None:
    kcat(node, "-P", "-t", "listed", stdin="one")
    told = json.loads(kcat(node, "-L", "-J", "-t", "listed"))
    (topic,) = told["topics"]
    assert topic["topic"] == "listed"
    assert topic["partitions"] == [
        {"partition": 0, "leader": 1, "replicas": [{"id": 1}], "isrs": [{"id": 1}]}
    ]


def test_offsets_are_found_by_time(node: OttlaNode) -> None:
    kcat(node, "-P", "-t", "timed", stdin="one\ntwo\n")
    assert kcat(node, "-Q", "-t", "timed:0:-1").strip() == "timed [0] offset 2"
    assert kcat(node, "-Q", "-t", "timed:0:-2").strip() == "timed [0] offset 0"
    assert kcat(node, "-Q", "-t", "timed:0:1").strip() == "timed [0] offset 0"


def test_a_group_goes_on_where_it_was(node: OttlaNode) -> None:
    kcat(node, "-P", "-t", "shared", stdin="one\ntwo\n")
    options = ("-G", "readers", "-X", "auto.offset.reset=earliest", "-q", "-c", "2", "shared")
    assert kcat(node, *options).split() == ["one", "two"]
    kcat(node, "-P", "-t", "shared", stdin="three\nfour\n")
    assert kcat(node, *options).split() == ["three", "four"]


def test_an_idempotent_producer_is_served(node: OttlaNode) -> None:
    kcat(node, "-P", "-t", "idempotent", "-X", "enable.idempotence=true", stdin="one\ntwo\n")
    assert kcat(node, "-C", "-t", "idempotent", "-e", "-q").split() == ["one", "two"]
