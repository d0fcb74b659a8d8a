"""Every API answers at every version what Apache Kafka 4.3.1 answered to the same requests.

`kafka_answers` is Kafka's side of the conversation; `test_against_kafka` writes it anew.
"""

from typing import Any

import pytest

from tests.differential.conversation import AFTER_RESTART, CHAPTERS, SETTINGS, converse, kept
from tests.differential.differences import reason
from tests.e2e.ottla_node import OttlaNode


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    overrides = [f"{key}={value}" for key, value in SETTINGS.items()]
    node = OttlaNode(tmp_path_factory.mktemp("ottla"), overrides=overrides)
    try:
        return converse(node)
    finally:
        node.kill()


@pytest.mark.parametrize("chapter", [*CHAPTERS, *AFTER_RESTART])
def test_our_answers_are_kafkas(chapter: str, ours: dict[str, dict[str, Any]]) -> None:
    theirs = kept(chapter)
    assert ours[chapter].keys() == theirs.keys()
    differing = {label for label in theirs if ours[chapter][label] != theirs[label]}
    known = {label for label in theirs if reason(chapter, label)}
    for label in sorted(differing - known):
        assert ours[chapter][label] == theirs[label], label
    assert differing == known, "a difference that is no more, or one that nobody explained"
