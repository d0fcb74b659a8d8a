"""SCRAM credentials of users (KIP-554). A password never leaves the client: a salted hash of it does."""

from collections.abc import Sequence
from typing import NamedTuple

from ottla.link.call import ANYONE, CONTROLLER, Call, error_code, raise_error
from ottla.model.errors import ErrorCode
from ottla.wire.messages.alter_user_scram_credentials_request import (
    AlterUserScramCredentialsRequest,
    ScramCredentialDeletion,
    ScramCredentialUpsertion,
)
from ottla.wire.messages.alter_user_scram_credentials_response import AlterUserScramCredentialsResponse
from ottla.wire.messages.describe_user_scram_credentials_request import (
    DescribeUserScramCredentialsRequest,
    UserName,
)
from ottla.wire.messages.describe_user_scram_credentials_response import DescribeUserScramCredentialsResponse

MECHANISMS = {"SCRAM-SHA-256": 1, "SCRAM-SHA-512": 2}
"""Their numbers on the wire."""
ITERATIONS_MIN, ITERATIONS_MAX = 4_096, 16_384


class Credential(NamedTuple):
    """A new credential of one user."""

    mechanism: str
    iterations: int
    salt: bytes
    salted_password: bytes


def describe_credentials(users: Sequence[str]) -> Call[dict[str, dict[str, int] | ErrorCode]]:
    """The mechanisms of each user with their iterations; no users stand for all."""
    request = DescribeUserScramCredentialsRequest(users=[UserName(name=user) for user in users])
    return Call("describeUserScramCredentials", ANYONE, request, _described)


def _described(response: DescribeUserScramCredentialsResponse) -> dict[str, dict[str, int] | ErrorCode]:
    raise_error(response.error_code, response.error_message)
    names = {number: name for name, number in MECHANISMS.items()}
    found: dict[str, dict[str, int] | ErrorCode] = {}
    for result in response.results:
        code = error_code(result.error_code)
        if code is ErrorCode.NONE:
            infos = result.credential_infos
            found[result.user] = {names.get(each.mechanism, "UNKNOWN"): each.iterations for each in infos}
        elif code is not ErrorCode.RESOURCE_NOT_FOUND:
            found[result.user] = code
    return found


def alter_credentials(user: str, added: Sequence[Credential], deleted: Sequence[str]) -> Call[None]:
    """Give `user` credentials, and take those of the mechanisms in `deleted`."""
    request = AlterUserScramCredentialsRequest(
        deletions=[ScramCredentialDeletion(name=user, mechanism=MECHANISMS[each]) for each in deleted],
        upsertions=[
            ScramCredentialUpsertion(
                name=user,
                mechanism=MECHANISMS[each.mechanism],
                iterations=each.iterations,
                salt=each.salt,
                salted_password=each.salted_password,
            )
            for each in added
        ],
    )
    return Call("alterUserScramCredentials", CONTROLLER, request, _altered)


def _altered(response: AlterUserScramCredentialsResponse) -> None:
    for result in response.results:
        raise_error(result.error_code, result.error_message, passing=(ErrorCode.NOT_CONTROLLER,))
