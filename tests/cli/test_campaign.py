"""How far several runs are: the time that is left, in lines and in bars."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from grok_tui.cli.campaign import Bars, Lines, Pace, campaign
from grok_tui.monitor.reproduction.runs import Wanted
from grok_tui.monitor.watch import Watch
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

ONE = Wanted(("fig1",), "fig1", fakes.config(title="One"))
TWO = Wanted(("fig2",), "fig2", fakes.config(title="Two \x1b[2J", steps=300))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_at_first_the_estimates_are_believed() -> None:
    pace = Pace([100, 300], Clock())
    assert pace.left(0.0) == 400
    assert Pace([], Clock()).left(1.0) == 0


def test_what_took_longer_makes_the_rest_longer() -> None:
    clock = Clock()
    pace = Pace([100, 300], clock)
    clock.now = 260.0
    pace.end()
    assert pace.left(0.0) == pytest.approx(300 * (260 + 60) / (100 + 60))
    assert pace.left(0.5) == pytest.approx(150 * (260 + 60) / (250 + 60))


def test_lines_name_each_run_and_come_every_ten_seconds(tmp_path: Path) -> None:
    out, clock = io.StringIO(), Clock()
    lines = Lines(out, Pace([100, 300], clock), done=3, needed=5, clock=clock)
    view = Watch(fakes.recorded_run(tmp_path)).look()
    lines.begin(ONE)
    for clock.now in (4.0, 11.0, 12.0):
        lines.show(view)
    lines.end(ONE)
    lines.begin(TWO)
    lines.close()
    first, second, third = out.getvalue().splitlines()
    assert first == "4 of 5: fig1, One; about 6 min left"
    assert second.startswith("fig1: 6 of 6 lanes done")
    assert third.startswith("5 of 5: fig2, Two �[2J; about ")


def test_bars_show_all_runs_and_the_one_at_hand(tmp_path: Path) -> None:
    out = Terminal()
    bars = Bars(out, Pace([100, 300]), done=0, needed=2)
    run = fakes.recorded_run(tmp_path, "running")
    bars.begin(ONE)
    bars.show(Watch(run).look())
    bars.close()
    bars.end(ONE)
    bars.say("fig1 is done")
    bars.begin(TWO)
    bars.close()
    fakes.let_go(run)
    text = out.getvalue()
    assert "1 of 6 lanes done" in text
    assert "0 of 2 runs, about " in text
    assert "fig1 is done" in text
    assert "1 of 2 runs, about " in text
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")


@pytest.mark.parametrize(("file", "kind"), [(io.StringIO(), Lines), (Terminal(), Bars)])
def test_the_stream_decides(tmp_path: Path, file: io.StringIO, kind: type) -> None:
    assert isinstance(campaign(file, [ONE, TWO], 2, tmp_path), kind)
