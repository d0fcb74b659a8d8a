"""What a client remembers of a cluster."""

from tests.unit.link.clusters import a_view, metadata, topic_id

from ottla.link.cluster_view import NO_LEADER, ClusterView, metadata_request
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition


def test_nothing_is_known_at_first() -> None:
    view = ClusterView()
    assert view.partitions_of("t") == []
    assert view.leader(TopicPartition("t", 0)) == NO_LEADER
    assert view.topic_id("t") == bytes(16)


def test_an_answer_tells_nodes_topics_and_leaders() -> None:
    view = a_view({"t": [2, 3]})
    assert sorted(view.nodes) == [1, 2, 3]
    assert view.partitions_of("t") == [0, 1]
    assert view.leader(TopicPartition("t", 1)) == 3
    assert view.leader(TopicPartition("t", 2)) == NO_LEADER
    assert view.name_of(topic_id("t")) == "t"


def test_topics_that_were_not_asked_for_stay() -> None:
    view = a_view({"a": [1]})
    view.learn(metadata({"b": [2]}))
    assert sorted(view.topics) == ["a", "b"]


def test_an_answer_about_all_topics_forgets_those_that_are_gone() -> None:
    view = a_view({"a": [1]})
    view.learn(metadata({"b": [2]}), everything=True)
    assert sorted(view.topics) == ["b"]


def test_a_node_that_lags_does_not_bring_an_older_leader_back() -> None:
    view = ClusterView()
    view.learn(metadata({"t": [2]}, epoch=5))
    view.learn(metadata({"t": [1]}, epoch=4))
    assert view.leader(TopicPartition("t", 0)) == 2
    view.learn(metadata({"t": [3]}, epoch=6))
    assert view.leader(TopicPartition("t", 0)) == 3


def test_a_topic_that_was_made_anew_starts_over() -> None:
    view = ClusterView()
    view.learn(metadata({"t": [2]}, epoch=5))
    again = metadata({"t": [1]}, epoch=0)
    again.topics[0].topic_id = topic_id("another")
    view.learn(again)
    assert view.leader(TopicPartition("t", 0)) == 1


def test_a_partition_that_waits_for_a_leader_has_none() -> None:
    answer = metadata({"t": [2]})
    answer.topics[0].partitions[0].error_code = ErrorCode.LEADER_NOT_AVAILABLE
    view = ClusterView()
    view.learn(answer)
    assert view.leader(TopicPartition("t", 0)) == NO_LEADER


def test_a_request_names_topics_or_means_all() -> None:
    assert metadata_request(None).topics is None
    assert [topic.name for topic in metadata_request({"b", "a"}).topics or []] == ["a", "b"]
    assert metadata_request(["a"], create=True).allow_auto_topic_creation
