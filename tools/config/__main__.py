"""Generate Kafka's configuration definitions: `python -m tools.config --jars DIRECTORY [--check]`."""

import argparse
import sys
from pathlib import Path

from tools.config.kafka import kafka_definitions
from tools.config.table import table

ROOT = Path(__file__).parent.parent.parent
TABLE = ROOT / "src/ottla/model/config/kafka_definitions.py"


def main() -> int:
    arguments = _arguments()
    files = output(arguments.jars)
    stale = [path for path, text in files.items() if not path.exists() or path.read_text() != text]
    if arguments.check:
        print("\n".join(map(str, stale)) or "up to date")
        return 1 if stale else 0
    for path in stale:
        path.write_text(files[path])
    print(f"{len(stale)} files written")
    return 0


def output(jars: Path) -> dict[Path, str]:
    """Every generated file."""
    return {TABLE: table(kafka_definitions(jars))}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.config", description=__doc__)
    parser.add_argument("--jars", type=Path, required=True, help="where Kafka's jars are")
    parser.add_argument("--check", action="store_true", help="compare with what is there, write nothing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
