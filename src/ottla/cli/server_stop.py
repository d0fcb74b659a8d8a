"""`ottla server-stop`: ask nodes on this machine to stop, as kafka-server-stop does."""

import os
import re
import signal
import subprocess
import sys
from typing import NamedTuple

from ottla.model.config.config_exception import ConfigException
from ottla.node.config_files import file_properties

_NODE = re.compile(
    r"-m ottla (?:server-)?start(?: (?P<arguments>.*))?$|/ottla (?:server-)?start(?: (?P<others>.*))?$"
)
_OVERRIDE = re.compile(r"--override[ =][^ ]*")


class RunningNode(NamedTuple):
    """A process that serves, and the arguments it was started with."""

    pid: int
    arguments: str


def run(arguments: list[str]) -> int:
    """0 when a node was asked, 1 when there is none."""
    node_id, role = _option(arguments, "--node-id"), _option(arguments, "--process-role")
    if node_id and role:
        sys.stdout.write(
            "When both node-id and process-role are provided, the value for node-id will take precedence\n"
        )
    nodes = running_nodes(_processes())
    if not nodes:
        sys.stdout.write("No kafka server to stop\n")
        return 1
    chosen = nodes
    if node_id or role:
        known = [(node, properties) for node in nodes if (properties := properties_of(node)) is not None]
        chosen = [node for node, properties in known if _is_meant(properties, node_id, role)]
        if not known:
            sys.stdout.write(
                "Can not find the configuration file in the current directory. Please make sure the kafka "
                "stop process and the start process are called in the same directory.\n"
            )
            return 1
    for node in chosen:
        os.kill(node.pid, getattr(signal, f"SIG{os.environ.get('SIGNAL', 'TERM').removeprefix('SIG')}"))
    return 0


def running_nodes(processes: str) -> list[RunningNode]:
    """The nodes among `processes`: lines of process id and command."""
    found = []
    for line in processes.splitlines():
        pid, _, command = line.strip().partition(" ")
        match = _NODE.search(command)
        if match is not None and pid.isdecimal():
            found.append(RunningNode(int(pid), match["arguments"] or match["others"] or ""))
    return found


def properties_of(node: RunningNode) -> dict[str, str] | None:
    """What the node's properties file says; None without one that can be read from here."""
    for word in _OVERRIDE.sub("", node.arguments).split():
        if not word.startswith("-"):
            try:
                return file_properties(word)
            except ConfigException:
                continue
    return None


def _is_meant(properties: dict[str, str], node_id: str | None, role: str | None) -> bool:
    return properties.get("node.id") == node_id if node_id else properties.get("process.roles") == role


def _option(arguments: list[str], name: str) -> str | None:
    return next((word.partition("=")[2] for word in arguments if word.startswith(f"{name}=")), None)


def _processes() -> str:
    command = ["ps", "-A", "-ww", "-o", "pid=,args="]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603  # fixed words
