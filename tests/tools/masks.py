"""What differs from run to run is masked on both sides before outputs are compared: times, ids, ports.

Frames of Java stack traces, and causes that lie inside Java's libraries, are left out altogether.
"""

import re
from pathlib import Path

USAGE = Path(__file__).parent.parent.parent / "src/ottla/cli/usage"
_FRAMES = re.compile(
    r"^\t(at |\.\.\. ).*\n|^Caused by: (joptsimple\.internal|java\.lang\.NumberFormat).*\n", re.MULTILINE
)
_SETS = re.compile(r"\[[a-z-]+\](, \[[a-z-]+\])+|(?<=states are: )[\w, ]+|(?<=types are: )[\w, ]+")
_MASKS = (
    (re.compile(r"^\[20\d\d-[^\]]*\]", re.MULTILINE), "[TIME]"),
    (re.compile(r"\b1[5-9]\d{11}\b"), "MILLISECONDS"),
    (re.compile(r"(?<=TopicId: )[\w-]{22}"), "TOPIC-ID"),
    (re.compile(r'(?<="topicId":")[\w-]{22}'), "TOPIC-ID"),
    (re.compile(r"(?<=Cluster ID: )[\w-]{22}"), "CLUSTER-ID"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"console-consumer-\d{1,5}\b"), "console-consumer-N"),
    (re.compile(r"(?<=correlation id )\d+"), "N"),
    (re.compile(r"(?<=crc: )\d+"), "CRC"),
    (re.compile(r"(?<=FinalizedVersionLevel: )\S+ *|(?<=Epoch: )\d+"), "LEVEL"),
    (re.compile(r"\b(localhost|127\.0\.0\.1) \d{4,5}\b"), "HOST PORT"),
    (re.compile(r"^\[TIME\] WARN .*AdminMetadataManager\)\n(org\.apache.*\n)?", re.MULTILINE), ""),
    (re.compile(r"(?<=tries=)\d+|(?<= after )\d+(?= attempt)"), "N"),
    (re.compile(r"(?<=deadlineMs=)\d+|(?<=timed out at )\d+|(?<=nextAllowedTryMs=)\d+"), "MILLISECONDS"),
    (re.compile(r"(^\[TIME\] WARN .*could not be established.*\n)\1+", re.MULTILINE), r"\1"),
)


def masked(text: str, places: dict[str, str]) -> str:
    """`places` are the values that `$B` and the like had."""
    text = _FRAMES.sub("", text)
    for usage in USAGE.glob("*.txt"):
        text = text.replace(usage.read_text(), "<usage>\n")
    for place, value in places.items():
        text = text.replace(value, place)
    if "$B" not in places:
        return text  # nothing runs, so nothing differs
    host, _, port = places["$B"].rpartition(":")
    text = re.sub(rf"(localhost|{re.escape(host)}):{port}\b", "$B", text)
    for pattern, name in _MASKS:
        text = pattern.sub(name, text)
    return _SETS.sub(_sorted, text)


def _sorted(found: re.Match[str]) -> str:
    """The members of a set in a fixed order: Java's comes by chance."""
    return ", ".join(sorted(found[0].split(", ")))
