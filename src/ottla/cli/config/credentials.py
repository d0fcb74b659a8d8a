"""SCRAM credentials of a user: shown and altered."""

import hashlib
import os
import re
import sys

from ottla.cli.config.changes import Changes
from ottla.cli.tools.ending import IllegalArgument, execution_failure
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.link.admin.scram import ITERATIONS_MIN, Credential, alter_credentials, describe_credentials
from ottla.model.errors import ApiError, ErrorCode
from ottla.wire.primitives import UnsupportedVersion

_CREDENTIAL = re.compile(r"(?:iterations=(-?[0-9]*),)?password=(.*)")
_ITERATIONS = 4_096
_SALT_BYTES = 32


async def describe_scram(cluster: Cluster, users: list[str]) -> None:
    try:
        found = await cluster.call(describe_credentials(users))
    except (ApiError, CallTimedOut, UnsupportedVersion) as error:
        raise execution_failure(error) from error
    for user, credentials in found.items():
        if isinstance(credentials, ErrorCode):
            reason = f"ExecutionException: {execution_failure(ApiError(credentials))}"
            text = f"Error retrieving SCRAM credential configs for user-principal '{user}': {reason}"
        else:
            infos = ", ".join(f"{name}=iterations={count}" for name, count in credentials.items())
            text = f"SCRAM credential configs for user-principal '{user}' are {infos}"
        sys.stdout.write(f"{text}\n")


async def alter_scram(cluster: Cluster, user: str, changes: Changes) -> None:
    added = [_credential(mechanism, value) for mechanism, value in changes.added.items()]
    try:
        await cluster.call(alter_credentials(user, added, changes.deleted))
    except (ApiError, CallTimedOut, UnsupportedVersion) as error:
        raise execution_failure(error) from error


def _credential(mechanism: str, value: str) -> Credential:
    found = _CREDENTIAL.fullmatch(value)
    if found is None:
        # Kafka shows the enum's name here, which is the mechanism's with underscores.
        raise IllegalArgument(f"Invalid credential property {mechanism.replace('-', '_')}={value}")
    iterations = _ITERATIONS if found[1] in (None, "-1") else int(found[1])
    if iterations < ITERATIONS_MIN:
        raise IllegalArgument(
            f"Iterations {iterations} is less than the minimum {ITERATIONS_MIN} required for {mechanism}"
        )
    salt = os.urandom(_SALT_BYTES)
    algorithm = mechanism.removeprefix("SCRAM-").replace("-", "").lower()
    return Credential(
        mechanism, iterations, salt, hashlib.pbkdf2_hmac(algorithm, found[2].encode(), salt, iterations)
    )
