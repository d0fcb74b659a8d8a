"""What is asked of Apache Kafka and of ours, in chapters; what one alters, the next ones see on both."""

from collections.abc import Iterator

from tests.unit.server.configs.conversation import (
    APPEND,
    BROKER,
    DELETE,
    GROUP,
    LOGGER,
    METRICS,
    SET,
    SUBTRACT,
    TOPIC,
    Step,
    change,
    changes,
    create_topic,
    describe,
    list_resources,
    replace,
)

BOTH = ((BROKER, "1"), (BROKER, ""))
ALTERATIONS = (
    ("node.id", "3"),
    ("num.partitions", "3"),
    ("log.retention.ms", "x"),
    ("num.io.threads", "100"),
    ("num.io.threads", "0"),
    ("num.io.threads", "9"),
    ("num.network.threads", "99"),
    ("log.cleaner.threads", "3"),
    ("remote.log.reader.threads", "1"),
    ("max.connections", "-1"),
    ("max.connections", "0"),
    ("max.connections.per.ip", "5"),
    ("max.connections.per.ip", "0"),
    ("log.roll.ms", "0"),
    ("log.retention.hours", "1"),
    ("log.retention.bytes", "5"),
    ("log.local.retention.bytes", "6"),
    ("log.local.retention.ms", "999999999999"),
    ("log.flush.interval.ms", "1"),
    ("log.flush.scheduler.interval.ms", "1"),
    ("log.cleanup.policy", "compact"),
    ("log.cleanup.policy", "nope"),
    ("log.message.timestamp.type", "x"),
    ("message.max.bytes", "2000000"),
    ("min.insync.replicas", "0"),
    ("unclean.leader.election.enable", "true"),
    ("compression.type", "none"),
    ("compression.type", "zstd"),
    ("metric.reporters", ""),
    ("principal.builder.class", "x.Y"),
    ("advertised.listeners", "PLAINTEXT://a:1"),
    ("listeners", "PLAINTEXT://localhost:1"),
    ("cordoned.log.dirs", "/nowhere"),
    ("controller.quorum.voters", "5@a:1"),
    ("leader.replication.throttled.rate", "5"),
    ("group.consumer.assignment.interval.ms", "99999"),
    ("queued.max.requests", "5"),
)


def topics() -> Iterator[Step]:
    yield create_topic("t", retention_ms="1000")
    yield create_topic("bad", retention_ms="x")
    yield create_topic("bad", nothing="x")
    yield create_topic("bad", min_compaction_lag_ms="5", max_compaction_lag_ms="4")
    yield describe((TOPIC, "t"))
    yield describe((TOPIC, "t"), synonyms=False, version=1)
    yield describe((TOPIC, "t"), keys=["retention.ms", "nope"])
    yield change(TOPIC, "t", (SET, "retention.ms", "5000"), (SET, "cleanup.policy", "compact"))
    yield change(TOPIC, "t", (APPEND, "cleanup.policy", "delete"))
    yield change(TOPIC, "t", (APPEND, "retention.ms", "delete"))
    yield describe((TOPIC, "t"))
    yield change(TOPIC, "t", (SUBTRACT, "cleanup.policy", "compact"), (DELETE, "retention.ms", None))
    yield change(TOPIC, "t", (SET, "retention.ms", None))
    yield change(TOPIC, "t", (SET, "a", "b"))
    yield change(TOPIC, "t", (SET, "retention.ms", "7"), (SET, "retention.ms", "8"))
    yield change(TOPIC, "nope", (SET, "retention.ms", "7"))
    yield change(TOPIC, "", (SET, "retention.ms", "7"))
    yield changes((TOPIC, "t", [(SET, "retention.ms", "7")]), (TOPIC, "t", [(SET, "retention.ms", "8")]))
    yield change(TOPIC, "t", (SET, "retention.ms", "99"), validate=True)
    yield replace(TOPIC, "t", ("retention.ms", "80000"), version=0)
    yield describe((TOPIC, "t"))


def nobody() -> Iterator[Step]:
    yield describe((TOPIC, "nope"), (TOPIC, "a b"), (BROKER, "x"), (BROKER, "7"), (LOGGER, ""), (LOGGER, "5"))
    yield describe((METRICS, ""), (GROUP, ""), (GROUP, "never"), (METRICS, "never"))
    yield describe((3, "t"))


def brokers() -> Iterator[Step]:
    yield describe(*BOTH)
    for name in ("1", "", "2", "x"):
        yield change(BROKER, name, (SET, "log.retention.ms", "60000"))
    yield create_topic("follows")
    yield describe((TOPIC, "follows"), *BOTH)
    yield change(BROKER, "1", (SET, "log.retention.ms", "70000"), (SET, "my.own", "x"))
    yield describe((TOPIC, "follows"), *BOTH)
    yield change(BROKER, "1", (APPEND, "log.cleanup.policy", "compact"))
    yield change(BROKER, "1", (APPEND, "message.max.bytes", "5"))
    yield change(BROKER, "1", (APPEND, "nope", "5"))
    yield change(BROKER, "1", (SUBTRACT, "log.cleanup.policy", "delete"))
    yield describe((TOPIC, "follows"), *BOTH)
    yield replace(BROKER, "1", ("log.retention.ms", "80000"))
    yield replace(BROKER, "", ("log.retention.ms", "80000"))
    yield replace(BROKER, "1", ("log.retention.ms", None))
    yield replace(BROKER, "2", ("log.retention.ms", "5"))
    yield replace(BROKER, "", ("no.such.key", "5"), version=1)
    yield describe((TOPIC, "follows"), *BOTH)


def single_keys() -> Iterator[Step]:
    for key, value in ALTERATIONS:
        for name in ("1", ""):
            yield change(BROKER, name, (SET, key, value))
    yield create_topic("altered")
    yield describe((TOPIC, "altered"), *BOTH)
    yield change(BROKER, "", (DELETE, "unclean.leader.election.enable", None))


def groups() -> Iterator[Step]:
    yield change(GROUP, "g", (SET, "consumer.session.timeout.ms", "46000"))
    yield change(GROUP, "g", (SET, "consumer.session.timeout.ms", "5"))
    yield change(GROUP, "g", (SET, "share.auto.offset.reset", "earliest"), (SET, "x", "y"))
    yield change(GROUP, "g", (SET, "share.auto.offset.reset", "earliest"))
    yield change(GROUP, "", (SET, "share.auto.offset.reset", "earliest"))
    yield describe((GROUP, "g"))


def client_metrics() -> Iterator[Step]:
    yield change(METRICS, "m", (SET, "interval.ms", "1000"), (SET, "metrics", "a.b,c"))
    yield change(METRICS, "m", (SET, "interval.ms", "1"))
    yield change(METRICS, "m", (SET, "nope", "1"))
    yield change(METRICS, "m", (APPEND, "match", "client_id=x"))
    yield describe((METRICS, "m"))


def loggers() -> Iterator[Step]:
    yield change(LOGGER, "1", (SET, "nope", "INFO"))
    yield change(LOGGER, "1", (SET, "root", "LOUD"))
    yield change(LOGGER, "1", (DELETE, "root", None))
    yield change(LOGGER, "2", (SET, "root", "INFO"))
    yield change(LOGGER, "x", (SET, "root", "INFO"))
    yield change(LOGGER, "1", (APPEND, "root", "INFO"))
    yield change(LOGGER, "1", (SET, "root", "WARN"))
    yield describe((LOGGER, "1"), keys=["root"])
    yield replace(LOGGER, "1", ("root", "INFO"))
    yield change(3, "1", (SET, "root", "INFO"))


def listing() -> Iterator[Step]:
    yield list_resources()
    yield list_resources(TOPIC, BROKER)
    yield list_resources(version=0)
    yield list_resources(5)


CHAPTERS = (topics, nobody, brokers, single_keys, groups, client_metrics, loggers, listing)
