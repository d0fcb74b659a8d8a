"""--initial-controllers names the first voters, or says what is wrong with them."""

import pytest

from ottla.node.storage.initial_controllers import (
    InvalidController,
    initial_voters,
    parse_initial_controllers,
)
from ottla.raft.voters import Address, VersionRange

DIRECTORY = "JEXY6aqzQY-32P5TStzaFg"


def test_several_controllers_are_read_in_order() -> None:
    found = parse_initial_controllers(f"2@[::1]:8083:{DIRECTORY},1@example.com:8082:{DIRECTORY},")
    assert [str(controller) for controller in found.values()] == [
        f"1@example.com:8082:{DIRECTORY}",
        f"2@[::1]:8083:{DIRECTORY}",
    ]


def test_they_become_voters_of_both_kraft_versions() -> None:
    voters = initial_voters(parse_initial_controllers(f"1@host:9093:{DIRECTORY}"), "controller")
    assert voters.by_id[1].endpoints == {"CONTROLLER": Address("host", 9093)}
    assert voters.by_id[1].kraft_versions == VersionRange(0, 1)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "No voters given."),
        ("1", "No @ found in dynamic voter string."),
        ("@h:1:d", "Invalid @ at beginning of dynamic voter string."),
        ("x@h:1:d", "Failed to parse node id in dynamic voter string."),
        ("-1@h:1:d", "Invalid negative node id -1 in dynamic voter string."),
        ("1@", "No hostname found after node id."),
        ("1@h", "No colon following hostname could be found."),
        ("1@[h:1:d", "Hostname began with left bracket, but no right bracket was found."),
        ("1@[h]1:d", "Port section must start with a colon."),
        ("1@h:1", "No colon following port could be found."),
        ("1@h:x:d", "Failed to parse port in dynamic voter string."),
        ("1@h:65536:d", "Invalid port 65536 in dynamic voter string."),
        ("1@h:1:d", "Failed to parse directory ID in dynamic voter string."),
        (f"1@h:1:{DIRECTORY},1@i:1:{DIRECTORY}", "Node id 1 was specified more than once."),
    ],
)
def test_what_names_no_controller_is_refused(text: str, wrong: str) -> None:
    with pytest.raises(InvalidController) as refused:
        parse_initial_controllers(text)
    assert str(refused.value) == wrong
