"""A scene: commands of Kafka's tools in their order, and what each prints, as one text file.

    $ kafka-topics --bootstrap-server $B --create --topic t      a command; `$B`, `$D`, `$T` are filled in
    < line                                                       its standard input
    > line                                                       its standard output; `>~` has no line end
    ! line                                                       its standard error
    = 0                                                          its exit code
    & kafka-console-consumer …                                   goes on beside the others to the end
    ? kafka-consumer-groups … ~ Stable                           again and again until it prints the word
    file NAME                                                    a file in `$T`, its lines behind `|`
    without a node                                               nothing runs; `$D` is tests/tools/data

Other lines are comments and stay. `python -m tests.tools.record` writes the outputs anew with Apache Kafka.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Tool:
    """A tool: Kafka's class, and our command."""

    java_class: str
    command: str


_TOOLS = "org.apache.kafka.tools."
TOOLS = {
    "kafka-topics": Tool(f"{_TOOLS}TopicCommand", "topics"),
    "kafka-console-producer": Tool(f"{_TOOLS}ConsoleProducer", "console-producer"),
    "kafka-console-consumer": Tool(f"{_TOOLS}consumer.ConsoleConsumer", "console-consumer"),
    "kafka-consumer-groups": Tool(f"{_TOOLS}consumer.group.ConsumerGroupCommand", "consumer-groups"),
    "kafka-configs": Tool("kafka.admin.ConfigCommand", "configs"),
    "kafka-dump-log": Tool(f"{_TOOLS}DumpLogSegments", "dump-log"),
    "kafka-get-offsets": Tool(f"{_TOOLS}GetOffsetShell", "get-offsets"),
    "kafka-delete-records": Tool(f"{_TOOLS}DeleteRecordsCommand", "delete-records"),
    "kafka-log-dirs": Tool(f"{_TOOLS}LogDirsCommand", "log-dirs"),
    "kafka-groups": Tool(f"{_TOOLS}GroupsCommand", "groups"),
    "kafka-cluster": Tool(f"{_TOOLS}ClusterTool", "cluster"),
    "kafka-features": Tool(f"{_TOOLS}FeatureCommand", "features"),
    "kafka-broker-api-versions": Tool(f"{_TOOLS}BrokerApiVersionsCommand", "broker-api-versions"),
}


@dataclass(frozen=True)
class Output:
    """What a command left behind, masked."""

    out: str
    err: str
    code: int


@dataclass
class Step:
    """One line of a scene with what belongs to it. `kind` is its first sign."""

    kind: str
    text: str
    stdin: list[str] = field(default_factory=list)
    out: str = ""
    err: str = ""
    code: int = 0

    @property
    def expected(self) -> Output:
        return Output(self.out, self.err, self.code)

    def words(self, places: dict[str, str]) -> list[str]:
        """The command with `places` filled in; the first word is the tool."""
        text = self.text.rpartition(" ~ ")[0] if self.kind == "?" else self.text
        for place, value in places.items():
            text = text.replace(place, value)
        return shlex.split(text)

    @property
    def awaited(self) -> str:
        """The word that a `?` waits for."""
        return self.text.rpartition(" ~ ")[2]


def read_scene(path: Path) -> list[Step]:
    steps: list[Step] = []
    for line in path.read_text().splitlines():
        sign, _, rest = line.partition(" ")
        if sign in ("$", "&", "?", "file"):
            steps.append(Step(sign, rest))
        elif line == "without a node":
            steps.append(Step("without", ""))
        elif sign in ("<", "|"):
            steps[-1].stdin.append(rest)
        elif sign in (">", ">~"):
            steps[-1].out += rest + ("\n" if sign == ">" else "")
        elif sign in ("!", "!~"):
            steps[-1].err += rest + ("\n" if sign == "!" else "")
        elif sign == "=":
            steps[-1].code = int(rest)
        else:
            steps.append(Step("#", line))
    return steps


def scene_text(steps: list[Step]) -> str:
    return "".join(f"{line}\n" for step in steps for line in _lines(step))


def _lines(step: Step) -> Iterator[str]:
    if step.kind == "#":
        yield step.text
        return
    if step.kind == "without":
        yield "without a node"
        return
    yield f"{step.kind} {step.text}"
    yield from (f"{'|' if step.kind == 'file' else '<'} {line}".rstrip() for line in step.stdin)
    if step.kind == "$":
        yield from _stream(">", step.out)
        yield from _stream("!", step.err)
        yield f"= {step.code}"


def _stream(sign: str, text: str) -> Iterator[str]:
    *lines, rest = text.split("\n")
    yield from (f"{sign} {line}" if line else sign for line in lines)
    if rest:
        yield f"{sign}~ {rest}"
