"""Everything that can be asked of a running node: its topics, and every log that it holds."""

from ottla.node.node import Node
from ottla.runtime.partitions.partitions import Partitions
from ottla.sim.checkers.acknowledged import check_survival
from ottla.sim.checkers.compacted import check_compacted
from ottla.sim.checkers.dense_logs import check_log
from ottla.sim.history import History, Violation


def partitions_of(node: Node) -> Partitions:
    """What the node leads."""
    assert node.services is not None, "the node is started"
    assert node.services.broker is not None, "the node is a broker"
    return node.services.broker.partitions


def check_node(node: Node, history: History, now_s: float) -> None:
    """Raises Violation."""
    partitions = partitions_of(node)
    _check_topics(partitions, history)
    for partition in partitions:
        check_log(partition.log)
        if partition.high_watermark > partition.log.log_end_offset:
            raise Violation(
                f"I6 {partition.name} ends at {partition.log.log_end_offset}, "
                f"its high watermark is {partition.high_watermark}"
            )
        known = history.partitions.get(partition.name)
        if known is None:
            continue
        if partition.log.config.compacts:
            check_compacted(partition.name, known, partition.log, now_s)
        else:
            check_survival(partition.name, known, partition.log)


def _check_topics(partitions: Partitions, history: History) -> None:
    led = [partition.name.topic for partition in partitions]
    for topic, count in history.topics.items():
        if led.count(topic) != count:
            raise Violation(
                f"I16 topic {topic} was created with {count} partitions, {led.count(topic)} are there"
            )
    for topic in history.deleted:
        if topic in led:
            raise Violation(f"I16 topic {topic} was deleted, and is there")
