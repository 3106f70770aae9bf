"""The list of runs as values: cells, order, what has room."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.errors import UsageError
from grok_tui.monitor.arms import Spread
from grok_tui.monitor.catalog import Summary, summary
from grok_tui.monitor.listing import (
    COLUMNS,
    IMPORTANCE,
    arranged,
    as_json,
    cell,
    chosen,
    column_named,
    fitting,
)
from grok_tui.monitor.text import columns
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def one(tmp_path: Path) -> Summary:
    """A finished run of two arms."""
    made_of = fakes.config(only=("dense", "random-mask"), steps=1500)
    return summary(fakes.recorded_run(tmp_path, made_of=made_of))


def test_a_run_in_cells(one: Summary) -> None:
    now = one.started_at + 7200
    assert {name: cell(one, name, now) for name in COLUMNS} == {
        "state": "finished",
        "age": "2 h",
        "title": "A grokked ticket removes the delay",
        "curve": "▁▁▁▁▁▁▁▁▁▁▅█",
        "last": "99%",
        "best": "99%",
        "t_mem": "42",
        "t_gen": "1149",
        "tau": "27.4",
        "kept": "40%",
        "lanes": "1/2",
        "speed": "784",
        "preset": "quickstart",
        "arms": "2",
        "seeds": "1",
        "run": fakes.RUN_ID,
    }
    assert cell(one, "curve", now, plain=True) == "__________=#"


def test_cells_are_as_wide_as_their_columns_and_safe(one: Summary) -> None:
    wild = replace(one, title=fakes.HOSTILE_TITLE * 5, speed=1e12, started_at=-1e15)
    for name, column in COLUMNS.items():
        text = cell(wild, name, 0.0)
        assert text.isprintable()
        if name not in ("age", "speed"):
            assert columns(text) <= column.width
    assert "\x1b" not in cell(wild, "title", 0.0)


def test_what_is_not_known_or_not_reached_is_no_number(one: Summary) -> None:
    bare = replace(
        one, title="", best=None, last=None, speed=None, kept=None, t_gen=Spread(missed=1), arms=()
    )
    texts = [cell(bare, name, 0.0) for name in ("title", "best", "last", "speed", "kept", "t_gen")]
    assert texts == ["its config.toml cannot be read", "-", "-", "-", "-", "never"]
    assert cell(bare, "arms", 0.0) == ""


def three(one: Summary) -> list[Summary]:
    """Runs newest first; the second generalised soonest, the last never."""
    steps = (200.0, 100.0, None)
    return [
        replace(one, t_gen=Spread(step), title=title, started_at=float(10 - place))
        for place, (step, title) in enumerate(zip(steps, ("b", "C", "a"), strict=True))
    ]


@pytest.mark.parametrize(
    ("by", "backwards", "titles"),
    [
        ("age", False, "bCa"),
        ("age", True, "aCb"),
        ("t_gen", False, "Cba"),
        ("t_gen", True, "bCa"),
        ("title", False, "abC"),
        ("state", True, "bCa"),
        ("curve", False, "Cba"),
    ],
)
def test_runs_are_sorted_and_what_is_unknown_comes_last(
    one: Summary, by: str, backwards: bool, titles: str
) -> None:
    found = arranged(three(one), 10.0, by=by, backwards=backwards)
    assert "".join(each.title for each in found) == titles


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_can_be_sorted_by(one: Summary, name: str) -> None:
    bare = Summary(one.run, "interrupted", "", (), (), "", 0, 0, 0.0)
    assert len(arranged([one, bare, one], 10.0, by=name)) == 3


def test_runs_are_filtered_by_age_too(one: Summary) -> None:
    found = three(one)
    now = 3600.0 + 10
    assert [each.title for each in arranged(found, now, chosen("age<=1h"))] == ["b"]
    assert arranged(found, now, chosen("state=running")) == []


def test_columns_go_by_names_of_filters_too() -> None:
    assert [column_named(text) for text in ("T_GEN", "tau", "tau-grok", "test", "best", "id")] == [
        "t_gen", "tau", "tau", "last", "best", "run",
    ]  # fmt: skip
    with pytest.raises(UsageError, match="there is no column “width”; there is state, age"):
        column_named("width")


def test_the_most_important_columns_have_room_first() -> None:
    widths = dict.fromkeys(COLUMNS, 4)
    assert set(IMPORTANCE) == set(COLUMNS)
    assert fitting(14, widths, 1) == ["state", "title", "t_gen"]
    assert fitting(13, widths, 1) == ["state", "title"]
    assert fitting(3, widths, 1) == []
    assert fitting(1000, widths, 1) == list(COLUMNS)


def test_a_run_for_programs(one: Summary) -> None:
    found = msgspec.json.decode(msgspec.json.encode(as_json(one, one.started_at + 5)))
    assert (found["id"], found["age"], found["p"]) == (fakes.RUN_ID, 5.0, 67)
    assert found["arms"] == ["dense", "random-mask"]
    assert found["shown_arm"] == "dense"
