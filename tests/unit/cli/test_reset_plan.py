"""Plans of new offsets, as CSV."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.cli.consumer_group.csv_plan import Plan, plan_text, read_plan
from ottla.cli.tools.ending import Failure
from ottla.model.ids import TopicPartition

some_offsets = st.dictionaries(
    st.builds(TopicPartition, st.sampled_from(["t", "u.v", "w-1"]), st.integers(0, 99)),
    st.integers(0, 2**62),
    min_size=1,
    max_size=5,
)
a_group = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)


@given(st.dictionaries(a_group, some_offsets, min_size=1, max_size=3))
def test_a_plan_of_several_groups_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, plan: Plan
) -> None:
    path = tmp_path_factory.mktemp("plan") / "plan.csv"
    path.write_text(plan_text(plan, with_group=True), encoding="utf-8")
    assert read_plan(str(path), None) == plan


def test_a_plan_of_one_group_need_not_name_it(tmp_path: Path) -> None:
    plan = {"g": {TopicPartition("t", 0): 7, TopicPartition("t", 1): 8}}
    text = plan_text(plan, with_group=False)
    assert text == "t,0,7\nt,1,8\n"
    (tmp_path / "plan.csv").write_text(text)
    assert read_plan(str(tmp_path / "plan.csv"), "g") == plan


def test_what_is_no_plan_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("t,0,soon\n")
    with pytest.raises(Failure, match="This is no line of a reset plan: t,0,soon"):
        read_plan(str(path), "g")
    with pytest.raises(Failure) as raised:
        read_plan(str(tmp_path / "absent"), "g")
    assert raised.value.thrown == "java.nio.file.NoSuchFileException"
