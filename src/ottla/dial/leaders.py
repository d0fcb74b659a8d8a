"""A question about partitions that many nodes may lead: each leader is asked about its own."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar

from ottla.dial.attempt import Attempt, CallTimedOut
from ottla.dial.cluster import Cluster
from ottla.link.call import Call
from ottla.link.cluster_view import NO_LEADER
from ottla.link.settings import backoff_ms
from ottla.model.errors import ErrorCode
from ottla.model.ids import TopicPartition


class OfPartition(Protocol):
    """What a leader says of one partition."""

    @property
    def error(self) -> ErrorCode: ...


Asked = TypeVar("Asked")
Said = TypeVar("Said", bound=OfPartition)
Ask = Callable[[int, Mapping[TopicPartition, Asked]], Call[dict[TopicPartition, Said]]]
"""The call to the node with this id about partitions that it leads."""


class Answers(NamedTuple, Generic[Said]):
    """What leaders said; when time was up before some did, these are missing and `late` says so."""

    said: dict[TopicPartition, Said]
    late: CallTimedOut | None


async def ask_leaders(
    cluster: Cluster,
    wanted: Mapping[TopicPartition, Asked],
    ask: "Ask[Asked, Said]",
    name: str,
    within_ms: int,
) -> Answers[Said]:
    """Errors that may pass are asked again. `name` is what the call is called when it takes too long."""
    answers: Answers[Said] = Answers({}, None)
    attempt = Attempt(asyncio.get_running_loop().time() + within_ms / 1000)
    try:
        async with asyncio.timeout(within_ms / 1000):
            await _insist(cluster, dict(wanted), ask, answers.said, attempt)
    except TimeoutError:
        return answers._replace(late=attempt.timed_out(f"{name}(api=METADATA)"))
    return answers


async def _insist(
    cluster: Cluster,
    open_: dict[TopicPartition, Asked],
    ask: "Ask[Asked, Said]",
    said: dict[TopicPartition, Said],
    attempt: Attempt,
) -> None:
    settings = cluster.settings
    while True:
        view = await cluster.refresh({name.topic for name in open_})
        attempt.tries += 1
        by_leader: dict[int, dict[TopicPartition, Asked]] = {}
        for name, asked in open_.items():
            by_leader.setdefault(view.leader(name), {})[name] = asked
        by_leader.pop(NO_LEADER, None)
        for leader, led in by_leader.items():
            for name, answer in (await cluster.call(ask(leader, led))).items():
                if answer.error is ErrorCode.NONE or not answer.error.retriable:
                    said[name] = answer
                    del open_[name]
        if not open_:
            return
        pause = backoff_ms(settings.retry_backoff_ms, settings.retry_backoff_max_ms, attempt.tries)
        await asyncio.sleep(pause / 1000)
