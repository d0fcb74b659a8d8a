"""What must be true of a node's configuration as a whole (`KafkaConfig.validateValues`), in Kafka's words."""

from collections.abc import Iterable

from ottla.model.config.addresses import is_host, quorum_voters
from ottla.model.config.broker_values import BrokerValues
from ottla.model.config.config_exception import ConfigException, RequirementFailed
from ottla.model.config.group_checks import check_groups
from ottla.model.config.listeners import PROTOCOL_MAP, WILDCARD, Listeners, inter_broker_listener
from ottla.model.config.pairs import parse_pairs

_NAMES = "controller.listener.names"
_VOTERS = "controller.quorum.voters"


def check_values(values: BrokerValues, listeners: Listeners) -> None:
    """Raise ConfigException for the first thing that is wrong."""
    check_groups(values)
    _check_early_start(values, listeners)
    if values.number("node.id") != values.number("broker.id"):
        raise ConfigException("You must set `node.id` to the same value as `broker.id`.")
    _check_logs(values)
    _check_replication(values)
    _check_roles(values, listeners)
    if "broker" in values.words("process.roles"):
        _check_broker_listeners(values, listeners)
        _check_cordoned(values)
    _check_advertised(listeners)
    inter_broker_listener(values, listeners.protocols)
    _check_network(values)


def _require(condition: bool, text: str) -> None:
    if not condition:
        raise RequirementFailed(text)


def log_dirs(values: BrokerValues) -> tuple[str, ...]:
    return values.words("log.dirs" if values.value("log.dirs") is not None else "log.dir")


def log_roll_ms(values: BrokerValues) -> int:
    return _first(values, ("log.roll.ms", 1), ("log.roll.hours", 3_600_000))


def log_roll_jitter_ms(values: BrokerValues) -> int:
    return _first(values, ("log.roll.jitter.ms", 1), ("log.roll.jitter.hours", 3_600_000))


def log_retention_ms(values: BrokerValues) -> int:
    """-1 for ever."""
    found = _first(
        values,
        ("log.retention.ms", 1),
        ("log.retention.minutes", 60_000),
        ("log.retention.hours", 3_600_000),
    )
    return max(found, -1)


def _first(values: BrokerValues, *keys: tuple[str, int]) -> int:
    """The first of several keys for one thing that is set, in its own unit."""
    for name, factor in keys:
        found = values.optional_number(name)
        if found is not None:
            return found * factor
    raise AssertionError("the last of the keys has a default")


def _check_early_start(values: BrokerValues, listeners: Listeners) -> None:
    key = "early.start.listeners"
    for name in filter(None, (word.strip() for word in values.words(key))):
        _require(
            name in listeners.names,
            f"{key} contains listener {name}, but this is not contained in listeners or {_NAMES}",
        )


def _check_logs(values: BrokerValues) -> None:
    _require(log_roll_ms(values) >= 1, "log.roll.ms must be greater than or equal to 1")
    _require(log_roll_jitter_ms(values) >= 0, "log.roll.jitter.ms must be greater than or equal to 0")
    retention_ms = log_retention_ms(values)
    _require(
        retention_ms >= 1 or retention_ms == -1,
        "log.retention.ms must be unlimited (-1) or, greater than or equal to 1",
    )
    _require(bool(log_dirs(values)), "At least one log directory must be defined via log.dirs or log.dir.")
    threads = values.number("log.cleaner.threads")
    _require(threads >= 1, "log.cleaner.threads must be at least 1")
    buffer_bytes = values.number("log.cleaner.dedupe.buffer.size")
    _require(
        buffer_bytes // threads > 1024 * 1024,
        "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.",
    )


def _check_replication(values: BrokerValues) -> None:
    wait_ms = values.number("replica.fetch.wait.max.ms")
    _require(
        wait_ms <= values.number("replica.socket.timeout.ms"),
        "replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent "
        "unnecessary socket timeouts",
    )
    _require(
        wait_ms <= values.number("replica.lag.time.max.ms"),
        "replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms to prevent "
        "frequent changes in ISR",
    )


def _check_roles(values: BrokerValues, listeners: Listeners) -> None:
    roles = set(values.words("process.roles"))
    voter_ids = quorum_voters(values.words(_VOTERS)).keys()
    if not voter_ids and not values.words("controller.quorum.bootstrap.servers"):
        raise ConfigException(
            "If using process.roles, either controller.quorum.bootstrap.servers must contain the set of "
            "bootstrap controllers or controller.quorum.voters must contain a parseable set of controllers."
        )
    if roles == {"broker"}:
        _check_broker_only(values, listeners, voter_ids)
        return
    if roles == {"controller"}:
        _check_controller_only(values, listeners)
    _check_controller(values, listeners, voter_ids)


def _shown(voter_ids: Iterable[int]) -> str:
    return "Set(" + ", ".join(map(str, sorted(voter_ids))) + ")"


def _check_broker_only(values: BrokerValues, listeners: Listeners, voter_ids: Iterable[int]) -> None:
    node_id = values.number("node.id")
    _require(
        node_id not in voter_ids,
        f"If process.roles contains just the 'broker' role, the node id {node_id} must not be included in "
        f"the set of voters {_VOTERS}={_shown(voter_ids)}",
    )
    _require(
        bool(listeners.controller_names),
        f"{_NAMES} must contain at least one value when running KRaft with just the broker role",
    )
    _require(
        not listeners.controllers,
        f"{_NAMES} must not contain a value appearing in the 'listeners' configuration when running KRaft "
        "with just the broker role",
    )
    for name in listeners.controller_names:
        _require(
            name.upper() in listeners.protocols,
            f"Controller listener with name {name.upper()} defined in {_NAMES} not found in {PROTOCOL_MAP}  "
            f"(an explicit security mapping for each controller listener is required if {PROTOCOL_MAP} is "
            "non-empty, or if there are security protocols other than PLAINTEXT in use)",
        )
    _require(
        not values.flag("controller.quorum.auto.join.enable"),
        "controller.quorum.auto.join.enable is only supported when process.roles contains the 'controller' "
        "role.",
    )


def _check_controller_only(values: BrokerValues, listeners: Listeners) -> None:
    _require(
        len(listeners.advertised_controllers) == len(listeners.every),
        f"The listeners config must only contain KRaft controller listeners from {_NAMES} when "
        "process.roles=controller",
    )
    if values.optional_text("inter.broker.listener.name") is not None:
        _require(
            inter_broker_listener(values, listeners.protocols) not in listeners.controller_names,
            f"{_NAMES} must not contain an explicitly set inter.broker.listener.name configuration value "
            "when process.roles=controller'",
        )


def _check_controller(values: BrokerValues, listeners: Listeners, voter_ids: Iterable[int]) -> None:
    node_id, voter_ids = values.number("node.id"), list(voter_ids)
    _require(
        not voter_ids or node_id in voter_ids,
        f"If process.roles contains the 'controller' role, the node id {node_id} must be included in the set "
        f"of voters {_VOTERS}={_shown(voter_ids)}",
    )
    _require(
        bool(listeners.advertised_controllers),
        f"{_NAMES} must contain at least one value appearing in the 'listeners' configuration when running "
        "the KRaft controller role",
    )
    _require(
        all(name in listeners.names for name in listeners.controller_names),
        f"{_NAMES} must only contain values appearing in the 'listeners' configuration when running the "
        "KRaft controller role",
    )


def _check_broker_listeners(values: BrokerValues, listeners: Listeners) -> None:
    names = [endpoint.listener for endpoint in listeners.advertised_brokers]
    _require(
        bool(names),
        f"There must be at least one broker advertised listener. Perhaps all listeners appear in {_NAMES}?",
    )
    _require(
        inter_broker_listener(values, listeners.protocols) in names,
        "inter.broker.listener.name must be a listener name defined in advertised.listeners. The valid "
        f"options based on currently configured listeners are {','.join(names)}",
    )
    _require(
        set(names) <= set(listeners.names),
        "advertised.listeners listener names must be equal to or a subset of the ones defined in listeners. "
        f"Found {','.join(names)}. The valid options based on the current configuration are "
        f"{','.join(listeners.names)}",
    )


def _check_cordoned(values: BrokerValues) -> None:
    cordoned, directories = values.words("cordoned.log.dirs"), log_dirs(values)
    if "*" in cordoned:
        _require(
            len(cordoned) == 1,
            "When cordoned.log.dirs is set to *, it must not contain other values",
        )
        return
    unknown = [directory for directory in cordoned if directory not in directories]
    _require(
        not unknown,
        "All entries in cordoned.log.dirs must be present in log.dirs or log.dir. Missing entries : "
        + ", ".join(unknown),
    )


def _check_advertised(listeners: Listeners) -> None:
    for endpoint in (*listeners.advertised_brokers, *listeners.advertised_controllers):
        _require(
            endpoint.host != WILDCARD,
            f"advertised.listeners cannot use the nonroutable meta-address {WILDCARD}. Use a routable IP "
            "address.",
        )


def _check_network(values: BrokerValues) -> None:
    queued_bytes = values.number("queued.max.request.bytes")
    _require(
        queued_bytes <= 0 or queued_bytes >= values.number("socket.request.max.bytes"),
        "queued.max.request.bytes must be larger or equal to socket.request.max.bytes",
    )
    overrides = connections_per_ip(values)
    if values.number("max.connections.per.ip") == 0:
        _require(
            bool(overrides),
            "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is "
            "set.",
        )
    wrong = [address for address in overrides if not is_host(address)]
    _require(not wrong, f"max.connections.per.ip.overrides contains invalid addresses : {','.join(wrong)}")
    delay_ms, idle_ms = (
        values.number("connection.failed.authentication.delay.ms"),
        values.number("connections.max.idle.ms"),
    )
    _require(
        idle_ms < 0 or delay_ms < idle_ms,
        f"connection.failed.authentication.delay.ms={delay_ms} should always be less than "
        f"connections.max.idle.ms={idle_ms} to prevent failed authentication responses from timing out",
    )


def connections_per_ip(values: BrokerValues) -> dict[str, int]:
    """`max.connections.per.ip.overrides`: `address:number` each."""
    key = "max.connections.per.ip.overrides"
    found = {}
    for address, count in parse_pairs(key, values.text(key)).items():
        if not count.isdecimal():
            raise ConfigException(f"'{count}' in {key} is no number: it takes ADDRESS:NUMBER")
        found[address] = int(count)
    return found
