"""A sweep followed without the TUI: what is shown, what a signal does, what its end means."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from grok_tui.cli import sweep_following
from grok_tui.cli.sweep_following import Stop, conclude, follow
from grok_tui.cli.sweep_progress import Bars, Lines, Objects
from grok_tui.errors import Interrupted, RunError, RunFailed
from grok_tui.monitor.sweeps.folder import find_sweep
from grok_tui.monitor.sweeps.results import SweepWatch
from grok_tui.protocol import control
from grok_tui.protocol.owned import Lock
from tests.placing.staged import Staged, done, made

if TYPE_CHECKING:
    from pathlib import Path


def test_what_the_end_of_a_sweep_means(tmp_path: Path) -> None:
    sweep = made(tmp_path)
    watch, place = SweepWatch(sweep), Staged(sweep, devices=3)
    first, second, third = (pack.run for pack in sweep.plans()[0].packs)
    sweep.log.write_text("2026-11-21 10:15:00 ended: the cluster is gone\n")
    with pytest.raises(RunError, match=r"ended: 2026.* the cluster is gone"):
        conclude(watch.look())
    with pytest.raises(Interrupted, match=r"stopped; `grok-tui .*resume"):
        conclude(watch.look(), told=True)
    for pack in (first, second, third):
        place.start(place.run(pack))
    with pytest.raises(RunFailed, match=r"the driver of .* died, its packs go on"):
        conclude(watch.look())
    place.ends(first)
    place.stops(second, told=True)
    place.fails(third)
    with pytest.raises(RunFailed, match=r"failed: no memory is left; `grok-tui .*resume"):
        conclude(watch.look())
    place.start(place.run(third))
    place.ends(third)
    with pytest.raises(Interrupted, match=r"stopped; `grok-tui .*resume"):
        conclude(watch.look())
    place.start(place.run(second))
    place.ends(second)
    conclude(watch.look())


def test_the_first_signal_stops_the_sweep_and_the_second_leaves(tmp_path: Path) -> None:
    sweep = made(tmp_path)
    lock = Lock(sweep, "held")
    with Stop(sweep) as stop:
        assert not stop.ask()
        stop._heard(2, None)
        assert stop.ask()
        assert not stop.ask()
        with pytest.raises(Interrupted, match="left; the packs of"):
            stop._heard(2, None)
    assert len(control.waiting(sweep)) == 1
    lock.release()


def test_a_follower_shows_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_following, "LOOK", 0)
    sweep = made(tmp_path)
    done(sweep)
    out = io.StringIO()
    board = follow(sweep, Lines(out), Stop(sweep))
    assert board.lanes_done == 6
    ids = [pack.run.id for pack in board.packs]
    assert out.getvalue().splitlines() == [f"pack {id_}: done, 2 of 2 lanes" for id_ in ids]


def test_every_ten_seconds_there_is_a_line(tmp_path: Path) -> None:
    sweep = made(tmp_path, rates=(0.2, 0.4))
    place = Staged(sweep, devices=2)
    first, second = (pack.run for pack in sweep.plans()[0].packs)
    place.start(place.run(first))
    place.ends(first)
    place.start(place.run(second))
    now, out = [0.0], io.StringIO()
    lines = Lines(out, lambda: now[0])
    watch = SweepWatch(sweep)
    lines.show(watch.look())
    now[0] = 10.0
    lines.show(watch.look())
    assert out.getvalue().splitlines()[-1] == "10 s: 2 of 4 lanes, 1 of 2 packs"


def test_bars_give_the_cursor_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    out = io.StringIO()
    out.isatty = lambda: True  # type: ignore[method-assign]
    sweep = made(tmp_path, rates=(0.2, 0.4))
    place = Staged(sweep, devices=2)
    first, _ = (pack.run for pack in sweep.plans()[0].packs)
    bars, watch = Bars(out), SweepWatch(sweep)
    place.start(place.run(first))
    bars.show(watch.look())
    place.ends(first)
    bars.show(watch.look())
    bars.close()
    text = out.getvalue()
    assert f"pack {first[-4:]}" in text
    assert f"pack {first}: done, 2 of 2 lanes" in text
    assert "2 of 4 lanes, 1 of 2 packs" in text
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")


def test_objects_come_with_each_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = made(tmp_path, rates=(0.2, 0.4))
    done(sweep)
    follow(sweep, Objects(io.StringIO()), Stop(sweep))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("state") for line in lines] == ["done", "done", None]
    assert find_sweep(tmp_path, "last").id == lines[-1]["sweep"]
