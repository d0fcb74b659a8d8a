"""The command line of the console consumer, and the properties that come of it."""

import re
import sys

from ottla.cli.console.formatters import DEFAULT_FORMATTER, Formatter, formatter
from ottla.cli.options import Usage
from ottla.cli.tools.client_properties import ClientProperties, Definition, key_values, read_properties
from ottla.cli.tools.ending import Ended, Failure
from ottla.cli.tools.java_time import duration_ms
from ottla.link.consumer.settings import EARLIEST, LATEST, ConsumerSettings
from ottla.model.config.config_exception import ConfigException, invalid
from ottla.model.ports import Entropy

_ANY = ("range", 0, None)
_ASSIGNORS = {
    "org.apache.kafka.clients.consumer.RangeAssignor": "range",
    "org.apache.kafka.clients.consumer.RoundRobinAssignor": "roundrobin",
    "org.apache.kafka.clients.consumer.StickyAssignor": "sticky",
    "org.apache.kafka.clients.consumer.CooperativeStickyAssignor": "cooperative-sticky",
}
_DEFINITIONS: dict[str, Definition] = {
    "allow.auto.create.topics": ("BOOLEAN", "true", None),
    "auto.commit.interval.ms": ("INT", "5000", _ANY),
    "auto.offset.reset": ("STRING", "latest", None),
    "check.crcs": ("BOOLEAN", "true", None),
    "client.rack": ("STRING", "", None),
    "enable.auto.commit": ("BOOLEAN", "true", None),
    "fetch.max.bytes": ("INT", "52428800", _ANY),
    "fetch.max.wait.ms": ("INT", "500", _ANY),
    "fetch.min.bytes": ("INT", "1", _ANY),
    "group.instance.id": ("STRING", None, ("not empty",)),
    "group.protocol": ("STRING", "classic", ("one of, in any case", ("CLASSIC", "CONSUMER"))),
    "heartbeat.interval.ms": ("INT", "3000", None),
    "isolation.level": ("STRING", "read_uncommitted", ("one of", ("read_committed", "read_uncommitted"))),
    "max.partition.fetch.bytes": ("INT", "1048576", _ANY),
    "max.poll.interval.ms": ("INT", "300000", ("range", 1, None)),
    "partition.assignment.strategy": ("LIST", ",".join([*_ASSIGNORS][::3]), None),
    "session.timeout.ms": ("INT", "45000", None),
}
_OFFSET = re.compile(r"[+-]?[0-9]+")
_LONG_MAX = 2**63 - 1
_RESETS = {"earliest": EARLIEST, "latest": LATEST, "none": None}


class ConsumerOptions:
    """What the user wants. Ends the tool when it is not clear, as Kafka's does. Raises Failure."""

    def __init__(self, arguments: list[str], entropy: Entropy) -> None:
        self._usage = usage = Usage("console_consumer")
        self._options = options = usage.parse_or_end(arguments)
        usage.help_or_version(
            options,
            arguments,
            "This tool helps to read data from Kafka topics and outputs it to standard output.",
        )
        self._check_required()
        self._warn_of_old_names()
        config = self._text("command-config", "consumer.config")
        from_file = {} if config is None else read_properties(config)
        given = key_values(self._texts("command-property", "consumer-property"))
        groups = self._groups(from_file, given)
        self.properties = self._properties(from_file | given, groups, entropy)
        self.offset = self._offset()
        timeout = options.number("timeout-ms")
        self.timeout_ms = None if timeout is None or timeout < 0 else timeout
        self.formatter = self._formatter()

    @property
    def topic(self) -> str | None:
        return self._options.text("topic")

    @property
    def include(self) -> str | None:
        return self._options.text("include")

    @property
    def partition(self) -> int | None:
        return self._options.number("partition")

    @property
    def bootstrap(self) -> str:
        return self._options.text("bootstrap-server") or ""

    @property
    def max_messages(self) -> int:
        """-1 for all. Raises OptionFailure."""
        number = self._options.number("max-messages")
        return -1 if number is None else number

    @property
    def skips_errors(self) -> bool:
        return self._options.has("skip-message-on-error")

    @property
    def tells_events(self) -> bool:
        return self._options.has("enable-systest-events")

    def _check_required(self) -> None:
        options, usage = self._options, self._usage
        usage.require_one(options, "topic", "include")
        if self.partition is not None:
            if not options.has("topic"):
                usage.end("The topic is required when partition is specified.")
            if options.has("from-beginning") and options.has("offset"):
                usage.end("Options from-beginning and offset cannot be specified together.")
        elif options.has("offset"):
            usage.end("The partition is required when offset is specified.")
        usage.require(options, "bootstrap-server")

    def _warn_of_old_names(self) -> None:
        names = (("command-property", "consumer-property"), ("command-config", "consumer.config"))
        for new, old in names:
            if self._options.has(old) and self._options.has(new):
                self._usage.end(f"Options --{old} and --{new} cannot be specified together.")
        for new, old in names:
            if self._options.has(old):
                _deprecated(old, new)

    def _groups(self, from_file: dict[str, str], given: dict[str, str]) -> list[str]:
        """The group id, however it is given."""
        named = [self._options.text("group"), from_file.get("group.id"), given.get("group.id")]
        groups = list(dict.fromkeys(name for name in named if name is not None))
        if len(groups) > 1:
            from ottla.cli.tools.java_order import hash_order

            listed = ", ".join(f"'{group}'" for group in hash_order(groups))
            self._usage.end(
                "The group ids provided in different places (directly using '--group', via "
                "'--consumer-property', or via '--consumer.config') do not match. "
                f"Detected group ids: {listed}"
            )
        if groups and self.partition is not None:
            self._usage.end("Options group and partition cannot be specified together.")
        return groups

    def _properties(self, given: dict[str, str], groups: list[str], entropy: Entropy) -> dict[str, str]:
        self._set_offset_reset(given)
        given.setdefault("client.id", "console-consumer")
        if self._options.has("isolation-level"):
            given["isolation.level"] = self._options.text("isolation-level") or ""
        if not groups:
            # Nobody comes back to a group of this name: its offsets would only stay behind.
            given["group.id"] = f"console-consumer-{entropy.below(100_000)}"
            given.setdefault("enable.auto.commit", "false")
        else:
            given["group.id"] = groups[0]
        return given

    def _set_offset_reset(self, given: dict[str, str]) -> None:
        from_beginning = self._options.has("from-beginning")
        reset = given.get("auto.offset.reset")
        if reset is None:
            given["auto.offset.reset"] = "earliest" if from_beginning else "latest"
        elif from_beginning and reset != "earliest":
            sys.stderr.write(
                f"Can't simultaneously specify --from-beginning and 'auto.offset.reset={reset}', "
                "please remove one option\n"
            )
            raise Ended(1)

    def _offset(self) -> int:
        """Where to begin in `--partition`: a time of ListOffsets (negative) or an offset."""
        text = self._options.text("offset")
        if text is None:
            return EARLIEST if self._options.has("from-beginning") else LATEST
        if text.lower() in ("earliest", "latest"):
            return EARLIEST if text.lower() == "earliest" else LATEST
        if not _OFFSET.fullmatch(text) or not 0 <= int(text) <= _LONG_MAX:
            self._usage.end(
                f"The provided offset value '{text}' is incorrect. Valid values are 'earliest', 'latest', "
                "or a non-negative long."
            )
        return int(text)

    def _formatter(self) -> Formatter:
        options, class_name = self._options, self._options.text("formatter") or DEFAULT_FORMATTER
        if options.has("formatter-property") and options.has("property"):
            self._usage.end("Options --property and --formatter-property cannot be specified together.")
        if options.has("property"):
            _deprecated("property", "formatter-property")
        config = options.text("formatter-config")
        try:
            properties = {} if config is None else read_properties(config)
        except Failure as failure:
            self._usage.end(str(failure))
        for name in ("key", "value"):
            class_given = options.text(f"{name}-deserializer")
            if class_given:
                properties[f"{name}.deserializer"] = class_given
        properties |= key_values(self._texts("formatter-property", "property"))
        found = formatter(class_name, properties)
        if found is None:
            self._usage.end(class_name)
        return found

    def _text(self, new: str, old: str) -> str | None:
        return self._options.text(old if self._options.has(old) else new)

    def _texts(self, new: str, old: str) -> list[str]:
        return self._options.texts(old if self._options.has(old) else new)


def consumer_properties(given: dict[str, str]) -> ClientProperties:
    """Raises ConfigException."""
    properties = ClientProperties(given, _DEFINITIONS)
    _reset_to(properties["auto.offset.reset"], 0)
    return properties


def consumer_settings(properties: ClientProperties, wall_ms: int) -> ConsumerSettings:
    """How the consumer reads. Raises ConfigException."""
    if properties["group.protocol"].lower() != "classic":
        raise ConfigException("group.protocol consumer is not supported: only classic is")
    return ConsumerSettings(
        group_id=properties.given["group.id"],
        group_instance_id=properties["group.instance.id"],
        assignors=tuple(_assignor(name) for name in properties["partition.assignment.strategy"]),
        reset_to=_reset_to(properties["auto.offset.reset"], wall_ms),
        auto_commit=properties["enable.auto.commit"],
        auto_commit_interval_ms=properties["auto.commit.interval.ms"],
        session_timeout_ms=properties["session.timeout.ms"],
        heartbeat_interval_ms=properties["heartbeat.interval.ms"],
        rebalance_timeout_ms=properties["max.poll.interval.ms"],
        fetch_min_bytes=properties["fetch.min.bytes"],
        fetch_max_bytes=properties["fetch.max.bytes"],
        fetch_max_wait_ms=properties["fetch.max.wait.ms"],
        partition_fetch_bytes=properties["max.partition.fetch.bytes"],
        read_committed=properties["isolation.level"] == "read_committed",
        check_crcs=properties["check.crcs"],
        client_rack=properties["client.rack"],
        create_topics=properties["allow.auto.create.topics"],
        retry_backoff_ms=properties["retry.backoff.ms"],
        retry_backoff_max_ms=properties["retry.backoff.max.ms"],
    )


def _reset_to(policy: str, wall_ms: int) -> int | None:
    """The timestamp that a policy stands for (KIP-1106). Raises ConfigException."""
    if policy in _RESETS:
        return _RESETS[policy]
    try:
        duration = (
            duration_ms(policy.removeprefix("by_duration:")) if policy.startswith("by_duration:") else -1
        )
    except Failure:
        duration = -1
    if duration < 0:
        name = "auto.offset.reset"
        raise invalid(
            name,
            policy,
            f"Invalid value `{policy}` for configuration {name}. The value must be either 'earliest', "
            "'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.",
        )
    return wall_ms - duration


def _assignor(class_name: str) -> str:
    name = _ASSIGNORS.get(class_name)
    if name is None:
        raise Failure(f"{class_name} ClassNotFoundException exception occurred")
    return name


def _deprecated(old: str, new: str) -> None:
    sys.stdout.write(
        f"Option --{old} is deprecated and will be removed in a future version. Use --{new} instead.\n"
    )
