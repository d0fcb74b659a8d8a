"""How versions of APIs are told."""

from ottla.cli.broker_api_versions import version_lines


def told(**served: tuple[int, int]) -> list[str]:
    """`k0=(0, 9)`: the API with key 0; only lines of these."""
    keys = {int(name[1:]): versions for name, versions in served.items()}
    return [line for line in version_lines(keys) if any(f"({key}): " in line for key in keys)]


def test_a_range_is_told_with_the_version_that_would_be_used() -> None:
    assert told(k0=(0, 9)) == ["Produce(0): 0 to 9 [usable: 9]"]
    assert told(k46=(0, 0)) == ["ListPartitionReassignments(46): 0 [usable: 0]"]


def test_a_node_that_is_newer_is_used_as_far_as_we_go() -> None:
    assert told(k12=(0, 99)) == ["Heartbeat(12): 0 to 99 [usable: 4]"]


def test_versions_that_nobody_shares_are_unusable() -> None:
    assert told(k0=(90, 99)) == ["Produce(0): 90 to 99 [unusable: node too new]"]
    assert told(k0=(0, 1)) == ["Produce(0): 0 to 1 [unusable: node too old]"]


def test_an_api_that_we_do_not_know_is_told_by_its_key() -> None:
    assert told(k999=(0, 2)) == ["UNKNOWN(999): 0 to 2"]


def test_an_api_that_the_node_does_not_serve_is_told_too() -> None:
    lines = list(version_lines({}))
    assert "Produce(0): UNSUPPORTED" in lines
    assert not any(line.startswith("Vote(") for line in lines)
