"""The controller as a replicated state machine: `decide` reads, `apply` in `state` writes.

Every command is a value that knows its decision, in the file of its subject; there is no list of them here.
"""

from typing import NamedTuple

from ottla.controller.sessions import Soft
from ottla.controller.settings import ControllerConfig
from ottla.controller.state import ControllerState, apply
from ottla.controller.turn import Command, Outcome, Request, Turn
from ottla.machine.decision import Decision, Reply
from ottla.metadata.record import MetadataRecord
from ottla.model.errors import ApiError
from ottla.model.ids import Ticket
from ottla.model.now import Now
from ottla.model.ports import Entropy


def decide(
    state: ControllerState,
    soft: Soft,
    command: Command,
    now: Now,
    entropy: Entropy,
    config: ControllerConfig,
) -> Outcome:
    """What follows from `command`. Every answer is the response message of its API, refusals too."""
    try:
        return command.decide(Turn(state, soft, now, entropy, config))
    except ApiError as refusal:
        assert isinstance(command, Request), "only a request can be refused"
        return Decision(soft, replies=(Reply(command.ticket, command.refused(refusal)),))


class ControllerMachine(NamedTuple):
    """`decide` and `apply` in the form that drives a shard."""

    entropy: Entropy
    config: ControllerConfig

    def decide(self, state: ControllerState, soft: Soft, command: Command, now: Now) -> Outcome:
        return decide(state, soft, command, now, self.entropy, self.config)

    def apply(self, state: ControllerState, record: MetadataRecord) -> ControllerState:
        return apply(state, record)

    def forget(self, soft: Soft, tickets: frozenset[Ticket]) -> Soft:
        """Nothing here waits across decisions."""
        del tickets
        return soft
