"""One Java process for each module."""

from collections.abc import Iterator

import pytest
from tests.interchange.log.judge import Judge, a_judge


@pytest.fixture(scope="module")
def kafka() -> Iterator[Judge]:
    with a_judge() as judge:
        yield judge
