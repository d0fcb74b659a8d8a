"""Fetch: offsets, sizes, epochs and sessions."""

from typing import Any

from ottla.records.compression import Codec
from ottla.wire.messages.fetch_request import FetchPartition, FetchRequest
from tests.differential.batches import batch, sequenced
from tests.differential.chapters.requests import fetch_request, put, wanted
from tests.differential.talk import Talk


def fetch(talk: Talk) -> None:
    talk.create("f", 3)
    put(talk, "f", batch("a", "b"), batch("c" * 30, compression=Codec.GZIP), sequenced(0, "d", producer=5))
    put(talk, "f", batch("z"), partition=1)
    for version in range(4, 19):
        v = f"v{version}"

        def ask(label: str, *partitions: FetchPartition, topic: str = "f", **more: Any) -> None:
            request = fetch_request(talk, version, {topic: partitions}, **more)  # noqa: B023
            talk.ask(f"{v} {label}", "fetch", version, request)  # noqa: B023

        ask("all", wanted(0), wanted(0, partition=1), wanted(0, partition=2))
        ask("committed", wanted(0), isolation_level=1)
        ask("from inside a batch", wanted(1))
        ask("from the end", wanted(4))
        ask("beyond the end", wanted(5), wanted(0, partition=1))
        ask("below the start", wanted(-1), wanted(-5, partition=1))
        ask("no partition", wanted(0, partition=9))
        ask("no topic", wanted(0), topic="absent")
        ask("a byte at most of each", wanted(0, max_bytes=1), wanted(0, partition=1, max_bytes=1))
        ask("a byte at most", wanted(0), wanted(0, partition=1), max_bytes=1)
        ask("half a batch more", wanted(0, max_bytes=100), wanted(0, partition=1))
        ask("more than there is", wanted(0), min_bytes=100_000)
        ask("the same twice", wanted(0), wanted(2))
        if version >= 9:
            ask("an older epoch", wanted(0, current_leader_epoch=-2))
            ask("this epoch", wanted(3, current_leader_epoch=0))
            ask("a newer epoch", wanted(0, current_leader_epoch=5))
        if version >= 12:
            ask("diverging", wanted(3, last_fetched_epoch=7, current_leader_epoch=0))
            ask("of the same past", wanted(3, last_fetched_epoch=0, current_leader_epoch=0))
            ask("beyond the end, of the same past", wanted(9, last_fetched_epoch=0, current_leader_epoch=0))
    nothing = FetchRequest(replica_id=-1, max_wait_ms=0, session_epoch=-1, max_bytes=1_000)
    talk.ask("nothing", "fetch", 12, nothing)


def fetch_zstd(talk: Talk) -> None:
    """Before version 10 clients were not supposed to know zstd."""
    talk.create("fz")
    talk.create("fz.configured", configs={"compression.type": "zstd"})
    put(talk, "fz", batch("a" * 50, compression=Codec.ZSTD))
    for version in (4, 9, 10, 13):
        for topic in ("fz", "fz.configured"):
            request = fetch_request(talk, version, {topic: [wanted(0)]}, min_bytes=0)
            talk.ask(f"v{version} of {topic}", "fetch", version, request)


def fetch_limits(talk: Talk) -> None:
    """Sizes and waits at their bounds."""
    talk.create("fl", 2)
    put(talk, "fl", batch("a"), batch("b"), batch("c"))
    put(talk, "fl", batch("z"), partition=1)
    for size in (-1, 0, 1, 68, 69, 70, 138, 2**31 - 1):
        both = [wanted(0), wanted(0, partition=1)]
        whole = fetch_request(talk, 12, {"fl": both}, max_bytes=size)
        talk.ask(f"{size} bytes in all", "fetch", 12, whole)
        each = fetch_request(talk, 12, {"fl": [wanted(0, max_bytes=size), wanted(0, partition=1)]})
        talk.ask(f"{size} bytes of one", "fetch", 12, each)
    for wait, least in ((-1, 1_000), (50, 1_000), (50, -1), (0, 2**31 - 1), (60_000, 1)):
        request = fetch_request(talk, 12, {"fl": [wanted(2)]}, min_bytes=least)
        request.max_wait_ms = wait
        talk.ask(f"{least} bytes within {wait} ms", "fetch", 12, request)
    waiting = fetch_request(talk, 12, {"fl": [wanted(3)], "absent": [wanted(0)]}, min_bytes=1)
    waiting.max_wait_ms = 100
    talk.ask("nothing new, and a topic that is not there", "fetch", 12, waiting)


def fetch_as_a_broker(talk: Talk) -> None:
    talk.create("fb")
    put(talk, "fb", batch("a"))
    for version in (4, 11, 14):
        request = fetch_request(talk, version, {"fb": [wanted(0)]})
        request.replica_id = 2
        talk.ask(f"v{version} as another broker", "fetch", version, request)


def sessions(talk: Talk) -> None:
    talk.hide("session_id")
    for version in (7, 12, 13, 18):
        _session(talk, version, f"v{version}")


def _session(talk: Talk, version: int, v: str) -> None:
    topic, other = f"s{version}", f"s{version}other"
    talk.create(topic, 3)
    talk.create(other)
    put(talk, topic, batch("a"))

    def ask(label: str, session: tuple[int, int], topics: dict, **more: object) -> int:  # type: ignore[type-arg]
        request = fetch_request(talk, version, topics, session=session, **more)  # type: ignore[arg-type]
        answer = talk.ask(f"{v} {label}", "fetch", version, request)
        return int(answer.session_id) if answer else 0

    everything = {topic: [wanted(0), wanted(0, partition=1), wanted(0, partition=2)]}
    opened = ask("opened", (0, 0), everything)
    ask("all is told again: nothing was read", (opened, 1), {})
    ask("read on", (opened, 2), {topic: [wanted(1)]})
    ask("no news", (opened, 3), {})
    put(talk, topic, batch("news"), partition=2)
    ask("news", (opened, 4), {})
    ask("one forgotten", (opened, 5), {}, forgotten={topic: [2]})
    put(talk, topic, batch("unheard"), partition=2)
    ask("no news of the forgotten", (opened, 6), {})
    ask("one more", (opened, 7), {other: [wanted(0)]})
    ask("one that is not there", (opened, 8), {topic: [wanted(0, partition=9)]})
    ask("errors are told again", (opened, 9), {})
    ask("one that is not there is forgotten", (opened, 10), {}, forgotten={topic: [9]})
    ask("an offset beyond the end", (opened, 11), {topic: [wanted(99)]})
    ask("a wrong epoch", (opened, 20), {})
    ask("after a wrong epoch", (opened, 12), {})
    ask("no such session", (opened + 1, 1), {})
    ask("closed", (opened, -1), {topic: [wanted(0)]})
    ask("after the close", (opened, 13), {})
    ask("with an unknown topic", (0, 0), {"absent": [wanted(0)], topic: [wanted(0)]})
    ask("of nothing", (0, 0), {})
    _other_naming(talk, version, v, topic)


def _other_naming(talk: Talk, version: int, v: str, topic: str) -> None:
    """A session that was opened with names is continued with ids, or the other way."""
    opened = talk.ask_quietly(
        "fetch", version, fetch_request(talk, version, {topic: [wanted(0)]}, session=(0, 0))
    )
    other = 12 if version >= 13 else 13
    request = fetch_request(talk, other, {topic: [wanted(0)]}, session=(opened.session_id, 1))
    talk.ask(f"{v} continued in v{other}", "fetch", other, request)
