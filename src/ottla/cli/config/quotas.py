"""Quotas of users, clients and addresses, and SCRAM credentials of users: shown and altered."""

import sys
from itertools import zip_longest

from ottla.cli.config import entities as kinds
from ottla.cli.config.changes import Changes
from ottla.cli.config.credentials import alter_scram, describe_scram
from ottla.cli.config.entities import Entities
from ottla.cli.tools.ending import Failure, IllegalArgument, execution_failure
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.link.admin.quotas import Component, Entity, alter_quotas, describe_quotas
from ottla.link.admin.scram import MECHANISMS
from ottla.model.config.java_double import double_text, parse_double
from ottla.model.errors import ApiError
from ottla.wire.primitives import UnsupportedVersion

_KINDS = {kinds.USERS: "user", kinds.CLIENTS: "client-id", kinds.IPS: "ip"}
_SHOWN = {"user": "user-principal", "client-id": "client-id", "ip": "ip"}
_CLIENT_QUOTAS = frozenset(
    {"producer_byte_rate", "consumer_byte_rate", "request_percentage", "controller_mutation_rate"}
)
_IP_QUOTAS = frozenset({"connection_creation_rate"})
_ERRORS = (ApiError, CallTimedOut, UnsupportedVersion)


async def describe_quotas_of(cluster: Cluster, entities: Entities) -> None:
    for entity, values in (await _quotas(cluster, entities)).items():
        names = dict(entity)
        parts = [
            f"the default {_SHOWN[kind]}" if names[kind] is None else f"{_SHOWN[kind]} '{names[kind]}'"
            for kind in _SHOWN
            if kind in names
        ]
        quotas = ", ".join(f"{key}={double_text(value)}" for key, value in values.items())
        sys.stdout.write(f"Quota configs for {', '.join(parts)} are {quotas}\n")
    if kinds.USERS in entities.types and kinds.CLIENTS not in entities.types and "" not in entities.names:
        await describe_scram(cluster, entities.names)


async def alter_quotas_of(cluster: Cluster, entities: Entities, changes: Changes) -> None:
    kind = entities.types[0]
    if kind == kinds.IPS:
        unknown = [key for key in (*changes.added, *changes.deleted) if key not in _IP_QUOTAS]
        if unknown:
            raise IllegalArgument(
                "Only connection quota configs can be added for 'ips' using --bootstrap-server. "
                f"Unexpected config names: {','.join(unknown)}"
            )
        await _alter(cluster, entities, changes)
        return
    if kind == kinds.CLIENTS or len(entities.types) == 2:
        _check_client_quotas(changes)
    else:
        _check_user_configs(entities, changes)
    if any(key in _CLIENT_QUOTAS for key in (*changes.added, *changes.deleted)):
        await _alter(cluster, entities, changes)
    else:
        await alter_scram(cluster, entities.names[0], changes)


def _check_client_quotas(changes: Changes) -> None:
    added = [key for key in changes.added if key not in _CLIENT_QUOTAS]
    deleted = [key for key in changes.deleted if key not in _CLIENT_QUOTAS]
    for keys, done, names in (
        (added, "added", f"Set({', '.join(added)})"),
        (deleted, "deleted", _buffer(deleted)),
    ):
        if keys:
            raise IllegalArgument(
                f"Only quota configs can be {done} for 'clients' using --bootstrap-server. "
                f"Unexpected config names: {names}"
            )


def _check_user_configs(entities: Entities, changes: Changes) -> None:
    known = _CLIENT_QUOTAS.union(MECHANISMS)
    added = [key for key in changes.added if key not in known]
    deleted = [key for key in changes.deleted if key not in known]
    for keys, done, names in (
        (added, "added", f"Set({', '.join(added)})"),
        (deleted, "deleted", _buffer(deleted)),
    ):
        if keys:
            raise IllegalArgument(
                f"Only quota and SCRAM credential configs can be {done} for 'users' using "
                f"--bootstrap-server. Unexpected config names: {names}"
            )
    every = {*changes.added, *changes.deleted}
    if every.intersection(MECHANISMS):
        if "" in entities.names:
            raise IllegalArgument(
                "The use of --entity-default or --user-defaults is not allowed with User SCRAM Credentials "
                "using --bootstrap-server."
            )
        if every & _CLIENT_QUOTAS:
            raise IllegalArgument(
                "Cannot alter both quota and SCRAM credential configs simultaneously for 'users' using "
                "--bootstrap-server."
            )


async def _alter(cluster: Cluster, entities: Entities, changes: Changes) -> None:
    if len(entities.types) != len(entities.names):
        raise IllegalArgument("Exactly one entity name must be specified for every entity type")
    found = await _quotas(cluster, entities)
    present = next(iter(found.values()), {})
    missing = [key for key in changes.deleted if key not in present]
    if missing:
        raise Failure(
            f"Invalid config(s): {','.join(missing)}",
            "org.apache.kafka.common.errors.InvalidConfigurationException",
        )
    pairs = zip(entities.types, entities.names, strict=True)
    entity: Entity = tuple((_KINDS[kind], name or None) for kind, name in pairs)
    values: dict[str, float | None] = {key: _number(key, value) for key, value in changes.added.items()}
    values |= dict.fromkeys(changes.deleted)
    try:
        await cluster.call(alter_quotas(entity, values))
    except _ERRORS as error:
        raise execution_failure(error) from error


async def _quotas(cluster: Cluster, entities: Entities) -> dict[Entity, dict[str, float]]:
    components = []
    for kind, name in zip_longest(entities.types, entities.names):
        if kind is None:
            raise IllegalArgument("More entity names specified than entity types")
        components.append(Component(_KINDS[kind], name))
    try:
        return await cluster.call(describe_quotas(components))
    except _ERRORS as error:
        raise execution_failure(error) from error


def _number(key: str, value: str) -> float:
    try:
        return parse_double(value)
    except ValueError:
        raise IllegalArgument(f"Cannot parse quota configuration value for {key}: {value}") from None


def _buffer(keys: list[str]) -> str:
    return f"ArrayBuffer({', '.join(keys)})"
