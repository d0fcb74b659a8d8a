"""What was recorded from Apache Kafka is what it still says: a few samples, as each starts a JVM."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.masks import USAGE
from tests.tools.record import recorded, usage_text
from tests.tools.scene import GOLDEN, TOOLS, read_scene, scene_text

pytestmark = pytest.mark.needs("kafka")
_STEPS = 4
ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("tool", ["kafka-topics", "kafka-groups", "kafka-dump-log"])
def test_the_usage_text_that_our_tool_reads_is_kafkas(tool: str) -> None:
    recorded_text = (USAGE / f"{TOOLS[tool].command.replace('-', '_')}.txt").read_text()
    assert usage_text(TOOLS[tool].java_class) == recorded_text


def test_a_scene_is_recorded_as_it_stands() -> None:
    without, *steps = (step for step in read_scene(GOLDEN / "dump_log.txt") if step.kind != "#")
    sample = [without, *(step for step in steps if step.kind == "$")][: _STEPS + 1]
    before = scene_text(sample)
    assert scene_text(recorded(sample)) == before


def test_the_table_of_json_fields_is_that_of_kafkas_schemas(tmp_path: Path) -> None:
    out = tmp_path / "fields.py"
    command = [sys.executable, "-m", "tools.json", "--jars", "build/kafka/lib", "--out", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    assert out.read_text() == (ROOT / "src/ottla/cli/record_json/fields.py").read_text()
