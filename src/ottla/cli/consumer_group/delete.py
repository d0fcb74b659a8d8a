"""`kafka-consumer-groups --delete`."""

import sys
from collections.abc import Iterable

from ottla.cli.consumer_group.listing import chosen_groups
from ottla.cli.options import Options
from ottla.cli.tools.ending import message_of, thrown_class
from ottla.cli.tools.java_order import hash_order
from ottla.dial.attempt import CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.link.admin.groups import delete_group
from ottla.model.errors import ApiError


async def delete_groups(cluster: Cluster, options: Options, timeout_ms: int) -> None:
    deleted: list[str] = []
    failed: dict[str, Exception] = {}
    for group in dict.fromkeys(await chosen_groups(cluster, options, timeout_ms)):
        try:
            await cluster.call(delete_group(group), timeout_ms)
        except (ApiError, CallTimedOut) as error:
            failed[group] = error
        else:
            deleted.append(group)
    if not failed:
        sys.stdout.write(f"Deletion of requested consumer groups ({_quoted(deleted)}) was successful.\n")
        return
    sys.stdout.write("\nError: Deletion of some consumer groups failed:\n")
    for group in hash_order(failed):
        cause = failed[group]
        reason = f"{thrown_class(cause)}: {message_of(cause)}"
        sys.stdout.write(f"* Group '{group}' could not be deleted due to: {reason}\n")
    if deleted:
        sys.stdout.write(f"\nThese consumer groups were deleted successfully: {_quoted(deleted)}\n")


def _quoted(groups: Iterable[str]) -> str:
    return ", ".join(f"'{group}'" for group in hash_order(groups))
