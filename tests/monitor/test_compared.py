"""Several runs as one: an arm for each group, a baseline of its own run, ratios seed by seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.compared import baseline, compare, faster, is_dense
from grok_tui.monitor.filter import EVERYTHING, parse
from grok_tui.monitor.grouprows import COLUMNS, arranged, cells, rows
from grok_tui.monitor.watch import View
from grok_tui.protocol.rundir import RunDir
from tests.monitor.compared import decayed, view

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.monitor.compared import Comparison
    from grok_tui.monitor.groups import Group


@pytest.fixture
def two(tmp_path: Path) -> Comparison:
    """Runs of weight decay 1 and 0.1, two seeds each; the second lacks the random mask."""
    return compare(
        [
            view(tmp_path, 1, decayed(1.0, (0, 1))),
            view(tmp_path, 2, decayed(0.1, (0, 1), ("dense", "grokked-ticket"))),
        ]
    )


def named(found: Comparison, start: str) -> Group:
    return next(group for group in found.groups if group.label.startswith(start))


def test_groups_are_arms_and_members_seeds(two: Comparison) -> None:
    assert two.view is not None
    assert two.view.config is not None
    assert [arm.name for arm in two.view.config.arms] == list(two.names)
    assert len(two.names) == len(set(two.names)) == 5
    assert two.view.config.seeds == (0, 1)
    assert set(two.view.history.lanes) == {(name, seed) for name in two.names for seed in (0, 1)}
    lane = two.view.history.lanes[named(two, "dense").label, 1]
    assert lane.t_gen == 1149
    assert lane.arm == named(two, "dense").label
    assert two.view.state == "finished"


def test_only_what_differs_is_said(two: Comparison) -> None:
    assert ("train.weight_decay", ("1.0", "0.1")) in [
        (one.key, one.values) for one in two.differences
    ]
    assert all(one.key != "task.p" for one in two.differences)


def test_of_one_run_its_arms_are_the_groups(tmp_path: Path) -> None:
    found = compare([view(tmp_path, 1, decayed(1.0))])
    assert found.names == ("dense", "grokked-ticket", "random-mask")
    assert found.differences == ()


def test_the_same_label_twice_is_told_apart(tmp_path: Path) -> None:
    broken = [
        View(RunDir(tmp_path / f"x{index}"), None, "it is damaged", history=one.history)
        for index, one in enumerate([view(tmp_path, 1, decayed(1.0))] * 2)
    ]
    found = compare([view(tmp_path, 3, decayed(1.0)), *broken])
    assert len(set(found.names)) == len(found.groups)
    assert found.view is not None
    assert len(found.readable) == 1


def test_nothing_is_no_run(tmp_path: Path) -> None:
    assert compare([]).view is None
    assert compare([View(RunDir(tmp_path), None, "config.toml is missing")]).view is None


def test_the_baseline_is_the_dense_group_of_its_own_run(two: Comparison) -> None:
    for group in two.groups:
        base = baseline(group, two.groups)
        assert base is not None
        assert is_dense(base)
        assert {one.run for one in base.members} == {one.run for one in group.members}
    assert baseline(named(two, "random-mask"), [named(two, "random-mask")]) is None


def test_how_much_faster_is_worked_out_seed_by_seed(two: Comparison) -> None:
    ticket = named(two, "grokked-ticket")
    assert faster(ticket, baseline(ticket, two.groups)) == pytest.approx(1141 / 53, rel=0.01)
    assert faster(named(two, "random-mask"), named(two, "dense")) is None  # it never got there
    assert faster(ticket, None) is None


def test_while_one_trains_the_comparison_does(tmp_path: Path) -> None:
    found = compare([view(tmp_path, 1, decayed(1.0)), view(tmp_path, 2, decayed(0.1), last=100)])
    assert found.view is not None
    assert found.view.state == "running"
    assert found.view.history.ended is None


def test_rows_are_chosen_compared_and_sorted(two: Comparison) -> None:
    found = rows(two, EVERYTHING)
    assert [row.place for row in found] == [0, 1, 2, 3, 4]
    chosen = rows(two, parse("grokked-ticket"))
    assert [row.group.arm for row in chosen] == ["grokked-ticket"] * 2
    slowest = rows(two, EVERYTHING, base=chosen[0].name)
    assert {row.base for row in slowest} == {chosen[0].group}
    by_gen = next(index for index, column in enumerate(COLUMNS) if column.title == "t_gen")
    times = [row.group.t_gen.median for row in arranged(found, by_gen, descending=True)]
    assert times[:-1] == sorted((t for t in times if t is not None), reverse=True)
    assert times[-1] is None  # what was never reached stands last, whichever way
    assert arranged(found, by_gen, descending=False)[-1].group.arm == "random-mask"
    assert arranged(found, -1, descending=True) == found[::-1]


def test_the_texts_of_a_row(two: Comparison) -> None:
    row = next(row for row in rows(two, EVERYTHING) if row.group.arm == "grokked-ticket")
    texts = {column.title: column.text(row) for column in COLUMNS}
    assert texts["seeds"] == "2/2"
    assert texts["t_mem"] == "36"
    assert texts["faster"].endswith("x")
    assert texts["kept"] == "40%"


def test_the_file_has_every_number_and_nothing_for_none(two: Comparison) -> None:
    header, *lines = cells(rows(two, EVERYTHING))
    by_name = {str(line[0]): dict(zip(header, line, strict=True)) for line in lines}
    assert by_name[named(two, "dense").label]["t_gen"] == 1149
    assert by_name[named(two, "random-mask").label]["t_gen"] == ""
    assert "20261121-1015" in str(by_name[named(two, "dense").label]["runs"])
