"""Where a group stands as a whole."""

from ottla.dial.cluster import Cluster
from ottla.link.admin.groups import DescribedGroup
from ottla.link.call import Coordinator
from ottla.link.coordinators import find_coordinator

_MISSING = "-"


async def state_report(cluster: Cluster, group: DescribedGroup, *, verbose: bool) -> str:
    node = await cluster.call(find_coordinator(Coordinator(group.id)))
    coordinator = f"{node.host}:{node.port}  ({node.id})"
    rows = [
        ["GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE"],
        [group.id, coordinator, group.assignor or _MISSING, group.state.value],
    ]
    widths = [max(15, len(group.id)), max(25, len(coordinator)), 20, 20]
    if verbose:
        rows[0] += ["GROUP-EPOCH", "TARGET-ASSIGNMENT-EPOCH"]
        rows[1] += [_shown(group.epoch), _shown(group.target_epoch)]
        widths += [15, 25]
    rows[0].append("#MEMBERS")
    rows[1].append(str(len(group.members)))
    widths.append(0)
    lines = [" ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "".join(f"\n{line}" for line in lines) + "\n"


def _shown(value: int | None) -> str:
    return _MISSING if value is None else str(value)
