"""The command line of the console producer, and the properties that come of it."""

import sys

from ottla.cli.options import Usage
from ottla.cli.tools.bootstrap import bootstrap_fault
from ottla.cli.tools.client_properties import ClientProperties, Definition, key_values, read_properties
from ottla.link.producer.settings import ProducerSettings
from ottla.model.config.config_exception import ConfigException
from ottla.records.compression import Codec

_LINE_READER = "org.apache.kafka.tools.LineMessageReader"
_POSITIVE = ("range", 0, None)
_CODECS = tuple(codec.name.lower() for codec in Codec)
_DEFINITIONS: dict[str, Definition] = {
    "acks": ("STRING", "all", ("one of", ("all", "-1", "0", "1"))),
    "batch.size": ("INT", "16384", _POSITIVE),
    "buffer.memory": ("LONG", "33554432", _POSITIVE),
    "compression.type": ("STRING", "none", ("one of", _CODECS)),
    "compression.gzip.level": ("INT", "-1", ("gzip level",)),
    "compression.lz4.level": ("INT", "9", ("range", 1, 17)),
    "compression.zstd.level": ("INT", "3", ("range", -131072, 22)),
    "delivery.timeout.ms": ("INT", "120000", _POSITIVE),
    "enable.idempotence": ("BOOLEAN", "true", None),
    "linger.ms": ("LONG", "5", _POSITIVE),
    "max.block.ms": ("LONG", "60000", _POSITIVE),
    "max.in.flight.requests.per.connection": ("INT", "5", ("range", 1, None)),
    "max.request.size": ("INT", "1048576", _POSITIVE),
    "retries": ("INT", "2147483647", ("range", 0, 2147483647)),
}
_MERGED = (
    ("linger.ms", "timeout", "1000"),
    ("acks", "request-required-acks", "-1"),
    ("request.timeout.ms", "request-timeout-ms", "1500"),
    ("retries", "message-send-max-retries", "3"),
    ("retry.backoff.ms", "retry-backoff-ms", "100"),
    ("send.buffer.bytes", "socket-buffer-size", "102400"),
    ("buffer.memory", "max-memory-bytes", "33554432"),
    ("batch.size", "batch-size", "16384"),
    ("batch.size", "max-partition-memory-bytes", "16384"),
    ("metadata.max.age.ms", "metadata-expiry-ms", "300000"),
    ("max.block.ms", "max-block-ms", "60000"),
)
"""A property, the option that sets it, and what it is where neither does (`maybeMergeOptions`)."""
_TWO_NAMES = (
    ("command-config", "producer.config"),
    ("command-property", "producer-property"),
    ("reader-property", "property"),
)


class ProducerOptions:
    """What the user wants. Ends the tool when it is not clear, as Kafka's does."""

    def __init__(self, arguments: list[str]) -> None:
        self._usage = Usage("console_producer")
        self._options = options = self._usage.parse_or_end(arguments)
        self._usage.help_or_version(
            options, arguments, "This tool helps to read data from standard input and publish it to Kafka."
        )
        self._usage.require(options, "topic")
        for new, old in _TWO_NAMES:
            if options.has(new) and options.has(old):
                self._usage.end(f"Options --{new} and --{old} cannot be specified together.")
        for new, old in (_TWO_NAMES[1], _TWO_NAMES[0], _TWO_NAMES[2]):
            if options.has(old):
                _warn(f"--{old} is deprecated and will be removed in a future version. Use --{new} instead.")
        if options.has("max-partition-memory-bytes"):
            _warn(
                "--max-partition-memory-bytes is deprecated and will be removed in Apache Kafka 5.0. "
                "Use --batch-size instead."
            )
        fault = bootstrap_fault(self.bootstrap)
        if fault is not None:
            self._usage.end(fault)

    @property
    def sync(self) -> bool:
        return self._options.has("sync")

    @property
    def topic(self) -> str:
        return self._options.text("topic") or ""

    @property
    def bootstrap(self) -> str:
        return self._options.text("bootstrap-server") or ""

    @property
    def reader_class(self) -> str:
        return self._options.text("line-reader") or _LINE_READER

    @property
    def reads_lines(self) -> bool:
        return self.reader_class == _LINE_READER

    def reader_properties(self) -> dict[str, str]:
        config = self._options.text("reader-config")
        properties = {} if config is None else read_properties(config)
        return properties | key_values(self._texts("reader-property", "property"))

    def properties(self) -> ClientProperties:
        """Raises ConfigException, OptionFailure."""
        config = self._text("command-config", "producer.config")
        given = {} if config is None else read_properties(config)
        given |= key_values(self._texts("command-property", "producer-property"))
        given["compression.type"] = self._codec()
        given.setdefault("client.id", "console-producer")
        for name, option, default in _MERGED:
            self._merge(given, name, option, default)
        return ClientProperties(given, _DEFINITIONS)

    def _merge(self, given: dict[str, str], name: str, option: str, default: str) -> None:
        if self._options.has(option):
            is_text = option == "request-required-acks"
            given[name] = str(self._options.text(option) if is_text else self._options.number(option))
        elif name not in given:
            given[name] = default

    def _codec(self) -> str:
        if not self._options.has("compression-codec"):
            return "none"
        return self._options.text("compression-codec") or "gzip"

    def _text(self, new: str, old: str) -> str | None:
        return self._options.text(old if self._options.has(old) else new)

    def _texts(self, new: str, old: str) -> list[str]:
        return self._options.texts(old if self._options.has(old) else new)


def producer_settings(properties: ClientProperties, *, idempotent: bool) -> ProducerSettings:
    """How the producer sends. Raises ConfigException for times that don't go together."""
    codec = Codec[properties["compression.type"].upper()]
    levelled = codec in (Codec.GZIP, Codec.LZ4, Codec.ZSTD)
    return ProducerSettings(
        acks=_acks(properties),
        linger_ms=properties["linger.ms"],
        batch_size=properties["batch.size"],
        compression=codec,
        compression_level=properties[f"compression.{codec.name.lower()}.level"] if levelled else None,
        idempotent=idempotent,
        retries=properties["retries"],
        retry_backoff_ms=properties["retry.backoff.ms"],
        retry_backoff_max_ms=properties["retry.backoff.max.ms"],
        delivery_timeout_ms=_delivery_timeout_ms(properties),
        request_timeout_ms=properties["request.timeout.ms"],
        request_size_max=properties["max.request.size"],
        buffer_memory=properties["buffer.memory"],
        block_ms_max=properties["max.block.ms"],
    )


def is_idempotent(properties: ClientProperties) -> bool:
    """Whether batches are numbered. Raises ConfigException where the user asks for what excludes it."""
    asked = "enable.idempotence" in properties.given
    if not properties["enable.idempotence"]:
        return False
    if properties["retries"] == 0:
        if asked:
            raise ConfigException("Must set retries to non-zero when using the idempotent producer.")
        return False
    if _acks(properties) != -1:
        if asked:
            raise ConfigException(
                "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee "
                "idempotence."
            )
        return False
    in_flight = properties["max.in.flight.requests.per.connection"]
    if in_flight > 5:
        raise ConfigException(
            "To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. "
            f"Current value is {in_flight}."
        )
    return True


def _acks(properties: ClientProperties) -> int:
    return -1 if properties["acks"] == "all" else int(properties["acks"])


def _delivery_timeout_ms(properties: ClientProperties) -> int:
    least = min(properties["linger.ms"] + properties["request.timeout.ms"], 2_147_483_647)
    given: int = properties["delivery.timeout.ms"]
    if given >= least:
        return given
    if "delivery.timeout.ms" in properties.given:
        raise ConfigException(
            "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms"
        )
    return int(least)


def _warn(text: str) -> None:
    sys.stdout.write(f"Warning: {text}\n")
