"""What must run once a partition of `__consumer_offsets` has been replayed."""

from collections.abc import Hashable, Mapping

from ottla.groups.classic.rebalance import prepare_rebalance
from ottla.groups.classic.sessions import renew
from ottla.groups.classic_group import ClassicGroup
from ottla.groups.config import GroupsConfig
from ottla.groups.group_metadata import GroupMetadata
from ottla.groups.soft import Soft
from ottla.groups.state import GroupState
from ottla.groups.step import Step
from ottla.groups.sweeps import schedule_expiry
from ottla.machine.decision import Timer
from ottla.model.now import Now


def loaded(state: GroupState, now: Now, config: GroupsConfig) -> tuple[Soft, Mapping[Hashable, Timer | None]]:
    """The members are given a session to be heard of in, and expiry runs.

    A group above group.max.size, which may be lower now, begins a rebalance that not everybody survives.
    """
    step, soft = Step(config, now), Soft()
    for group_id, durable in state.groups.sorted_items():
        if not isinstance(durable, GroupMetadata) or not durable.members:
            continue
        group = ClassicGroup.loaded(group_id, durable)
        for member in group.all_members():
            renew(step, group_id, member)
        if len(group.members) > config.group_max_size:
            group = prepare_rebalance(
                step,
                group,
                f"Freshly-loaded group {group_id} (size {len(group.members)}) is over capacity "
                f"{config.group_max_size}. Rebalancing in order to give a chance for consumers to commit "
                "offsets",
            )
        soft = soft.keep(group)
    schedule_expiry(step)
    return soft, step.timers
