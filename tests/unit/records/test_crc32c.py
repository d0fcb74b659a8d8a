"""The checksum, and that it comes cheaply."""

import subprocess
import sys

from ottla.records.crc32c import crc32c


def test_it_is_castagnoli() -> None:
    assert crc32c(b"123456789") == 0xE3069283


def test_it_reads_any_buffer() -> None:
    assert crc32c(memoryview(bytearray(b"0123456789"))[1:]) == crc32c(b"123456789")


def test_the_package_around_the_extension_is_not_imported() -> None:
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, ottla.records.records; print('crc32c' in sys.modules, 'cramjam' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": "src"},
    )
    assert found.stdout.split() == ["False", "False"]
