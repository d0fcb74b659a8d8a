"""What needs tools that a machine may lack says so at the end of the run, or fails where all is required."""

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
KAFKA_LIB = ROOT / "build/kafka/lib"
REQUIRE_ALL = bool(os.environ.get("OTTLA_REQUIRE_ALL"))


def _missing(need: str) -> str | None:
    """Why `need` can't be used here, or None."""
    if need == "kafka":
        if shutil.which("java") is None:
            return "Java is not installed"
        return (
            None
            if any(KAFKA_LIB.glob("kafka-clients-*.jar"))
            else "Apache Kafka's jars are not in build/kafka/lib"
        )
    return None if shutil.which(need) else f"{need} is not installed"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--proof", action="store_true", help="run the long proofs too")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "needs(*tools): run only where these tools are (kafka, java, kcat, go, node)"
    )
    config.addinivalue_line("markers", "proof: long; run by `make proof` alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("proof") and not config.getoption("--proof"):
            item.add_marker(pytest.mark.skip(reason="a long proof: run `make proof`"))
        for marker in item.iter_markers("needs"):
            for need in marker.args:
                missing = _missing(need)
                if missing and REQUIRE_ALL:
                    raise pytest.UsageError(f"{item.nodeid} can't run: {missing}")
                if missing:
                    item.add_marker(pytest.mark.skip(reason=f"left out: {missing}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    )
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count} tests were left out: {reason.removeprefix('left out: ')}")
