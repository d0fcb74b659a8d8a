"""FetchSnapshot (key 59): a replica that fell behind the log loads a snapshot (KIP-630).

Versions: 0 to 1; 1 adds the voter's directory id.
Errors: those of the raft core, which answers.
"""

from ottla.machine.later import Later
from ottla.server.context import RequestContext
from ottla.wire.messages.fetch_snapshot_request import FetchSnapshotRequest
from ottla.wire.messages.fetch_snapshot_response import FetchSnapshotResponse


def fetch_snapshot(request: FetchSnapshotRequest, context: RequestContext) -> Later[FetchSnapshotResponse]:
    return context.quorum.ask(request, context.version, context.listener.name)
