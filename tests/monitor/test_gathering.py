"""Watching many runs: all within bounds, those that train again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor import gathering
from grok_tui.monitor.gathering import Gathering
from grok_tui.protocol.rundir import RunDir
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

IDS = [f"20261121-10150{index}-quickstart-abc{letter}" for index, letter in enumerate("abcd")]


def test_runs_are_read_and_grow(tmp_path: Path) -> None:
    fakes.recorded_run(tmp_path, run_id=IDS[0])
    config = fakes.config()
    young = fakes.recorded_run(tmp_path, "running", run_id=IDS[1], last=50)
    gathered = Gathering([RunDir(tmp_path / name) for name in IDS[:2]])
    first = gathered.look(60)
    assert not gathered.behind
    assert [view.state for view in first.views] == ["finished", "running"]
    assert gathered.look(60) is first
    fakes.append(young, fakes.lane_events(config, "dense", 0, last=100)[60:])
    second = gathered.look(60)
    assert second is not first
    lane = second.views[1].history.lanes["dense", 0]
    assert lane.step == 100
    fakes.let_go(young)
    gathered.close()


def test_without_patience_a_look_reads_a_run(tmp_path: Path) -> None:
    for name in IDS[:3]:
        fakes.recorded_run(tmp_path, run_id=name)
    gathered = Gathering([RunDir(tmp_path / name) for name in IDS[:3]])
    assert len(gathered.look(0).views) == 1
    assert gathered.behind
    assert len(gathered.look(60).views) == 3
    assert not gathered.behind


def test_a_run_counts_once(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path)
    assert len(Gathering([run, RunDir(run.path)]).look(60).views) == 1


def test_more_than_can_be_compared_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST", 2)
    runs = [RunDir(tmp_path / f"{name}x{index}") for index, name in enumerate(IDS)]
    assert Gathering(runs).note == "2 of 4 runs left out: 2 are the most"


def test_logs_that_are_too_long_together_are_left_out(tmp_path: Path) -> None:
    runs = [fakes.recorded_run(tmp_path, run_id=name) for name in IDS[:3]]
    size = runs[0].events.stat().st_size
    gathered = Gathering(runs, room=2 * size)
    assert gathered.note == "1 of 3 runs left out: their logs are too long"
    assert len(gathered.look(60).views) == 2
    assert len(Gathering(runs, room=1).look(60).views) == 1  # one is always shown
