"""The command line on sweeps; drivers and trainers are none, but what a test writes."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from grok_tui.cli import sweep_following
from grok_tui.cli.sweep_following import Stop, conclude, follow
from grok_tui.cli.sweep_progress import Bars, Lines, Objects
from grok_tui.errors import Interrupted, RunError, RunFailed
from grok_tui.monitor.sweeps import driving
from grok_tui.monitor.sweeps.design import read_written
from grok_tui.monitor.sweeps.folder import find_sweep, sweeps_in
from grok_tui.monitor.sweeps.results import SweepWatch
from grok_tui.protocol import control
from grok_tui.protocol.owned import Lock
from tests import fakes
from tests.placing.staged import Staged, made

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.monitor.sweeps.driving import How
    from grok_tui.monitor.sweeps.folder import SweepDir
    from tests.cli.conftest import Grok

TINY = """
title = "Tiny"
task = { kind = "modular-addition", p = 13, train_fraction = 0.8 }
model = { kind = "mlp", d_embedding = 24, d_hidden = 20 }
arms = [
  { name = "dense" },
  { name = "ticket", method = "magnitude", pruning_rate = 0.6, mask_from = { arm = "dense" } },
]
[train]
steps = 60
learning_rate = 1e-2
[sweep]
seeds = 2
[sweep.axes]
"arms.ticket.pruning_rate" = [0.2, 0.4]
"task.train_fraction" = { from = 0.6, to = 0.8, count = 2 }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return path


@pytest.fixture
def driven(monkeypatch: pytest.MonkeyPatch) -> list[tuple[SweepDir, How | None]]:
    """What drivers were started for; none of them does anything."""
    found: list[tuple[SweepDir, How | None]] = []

    def drive(sweep: SweepDir, how: How | None = None, command: object = ()) -> bool:
        found.append((sweep, how))
        return True

    monkeypatch.setattr(driving, "drive", drive)
    monkeypatch.setattr(sweep_following, "LOOK", 0)
    return found


def done(sweep: SweepDir, *, t_gen: int | None = 40) -> None:
    """All its packs are trained to their end."""
    place = Staged(sweep, devices=99)
    for plan in sweep.plans():
        for pack in plan.packs:
            place.start(place.run(pack.run))
            place.ends(pack.run, t_gen=t_gen)


def test_a_dry_run_says_all_and_writes_nothing(
    grok: Grok, runs: Path, file: Path, driven: list[object]
) -> None:
    result = grok("sweep", str(file), "--dry-run", "--devices", "cpu")
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0] == "Tiny"
    assert "cells   4, each with 2 seeds" in lines
    assert "lanes   16 asked for, 12 trained: what cells share is trained once" in lines
    assert "steps   720 at most" in lines
    assert "packs   1, of at most 12 lanes" in lines
    assert any(line.startswith("device  cpu: 1 pack, ") for line in lines)
    assert "cell 3  arms.ticket.pruning_rate=0.4, task.train_fraction=0.8" in lines
    assert not runs.exists()
    assert driven == []


def test_values_are_changed_before_all_else(grok: Grok, file: Path) -> None:
    changes = ("--set", "sweep.seeds=5", "--set", "train.steps=50", "--set", "title=Mine")
    lines = grok("sweep", str(file), "--dry-run", *changes).out.splitlines()
    assert lines[0] == "Mine"
    assert "cells   4, each with 5 seeds" in lines
    assert "steps   1 500 at most" in lines


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--engine", "cloud"), "--engine cloud: expected local, ray, slurm"),
        (("--devices", "gpu"), "--devices gpu: expected auto, or as cpu,cuda:0,cuda:1"),
        (("--detach", "--json"), "choose one of them"),
        (("--set", "train.steps=-1"), "train.steps"),
        (("--extend", "nothing"), "no sweeps"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_starts(
    grok: Grok, runs: Path, file: Path, options: tuple[str, ...], told: str
) -> None:
    result = grok("sweep", str(file), *options)
    assert result.code == 2
    assert told in result.err
    assert not runs.exists()


def test_a_file_that_is_not_there_is_what_is_wrong(grok: Grok) -> None:
    result = grok("sweep", "nowhere")
    assert result.code == 2
    assert "nowhere" in result.err


def test_a_sweep_is_made_and_driven_as_it_was_asked_for(
    grok: Grok, runs: Path, file: Path, driven: list[tuple[SweepDir, How | None]]
) -> None:
    result = grok("sweep", str(file), "--devices", "cpu,cpu", "--detach")
    (sweep,) = sweeps_in(runs)
    assert result.out == f"{sweep.id}\n"
    assert sweep.name == "tiny"
    assert driven == [(sweep, driving.How(devices="cpu,cpu"))]
    assert grok("sweep", "tiny", "--detach").out == f"{sweep.id}\n"
    assert driven[1] == (sweep, None)  # as it was driven before


def test_an_extension_adds_what_is_lacking(
    grok: Grok, runs: Path, file: Path, driven: list[object]
) -> None:
    grok("sweep", str(file), "--detach")
    (sweep,) = sweeps_in(runs)
    seeds = ("--set", "sweep.seeds=3", "--extend", "last")
    dry = grok("sweep", str(file), *seeds, "--dry-run")
    assert "lanes   8 asked for, 6 trained" in dry.out
    assert len(sweep.plans()) == 1
    assert grok("sweep", str(file), *seeds, "--detach").out == f"{sweep.id}\n"
    assert {seed for pack in sweep.plans()[1].packs for seed in pack.seeds} == {2}
    again = grok("sweep", str(file), *seeds)
    assert again.code == 0
    assert "lacks nothing of" in again.err
    assert len(driven) == 2
    more = grok("sweep", str(file), *seeds, "--set", "sweep.repeats=2", "--detach")
    assert more.out == f"{sweep.id}\n"
    assert read_written(sweep.file).sweep.repeats == 2
    assert (len(sweep.plans()), len(driven)) == (2, 3)  # the driver plans the repeat


def test_the_table_of_a_complete_sweep_is_printed_at_once(
    grok: Grok, runs: Path, driven: list[object]
) -> None:
    sweep = made(runs, rates=(0.2, 0.4))
    done(sweep, t_gen=None)
    result = grok("sweep", "last", "--headless")
    assert (result.code, driven) == (0, [])
    assert [line.split() for line in result.out.splitlines()] == [
        ["pruning_rate", "arm", "seeds", "t_mem", "t_gen", "tau_grok"],
        ["0.2", "dense", "0/1", "9", "not", "reached", "in", "60", "-"],
        ["0.2", "ticket", "0/1", "9", "not", "reached", "in", "60", "-"],
        ["0.4", "dense", "0/1", "9", "not", "reached", "in", "60", "-"],
        ["0.4", "ticket", "0/1", "9", "not", "reached", "in", "60", "-"],
    ]


def test_programs_get_the_board(grok: Grok, runs: Path, driven: list[object]) -> None:
    sweep = made(runs, rates=(0.2,))
    done(sweep)
    change, board = map(json.loads, grok("sweep", sweep.id, "--json").out.splitlines())
    assert (change["state"], change["lanes_done"]) == ("done", 2)
    assert board["cells"][0]["values"] == {"arms.ticket.pruning_rate": 0.2}
    assert board["cells"][0]["arms"]["ticket"]["t_gen"]["median"] == 40
    assert (board["sweep"], board["driver"], board["lanes_done"]) == (sweep.id, False, 2)


def test_verbs_take_the_id_of_a_sweep(grok: Grok, runs: Path, driven: list[object]) -> None:
    sweep = made(runs, rates=(0.2, 0.4))
    run = fakes.recorded_run(runs)
    nothing = grok("stop", sweep.id)
    assert (nothing.code, "nothing to stop" in nothing.err) == (2, True)
    assert "is being taken on" in grok("resume", "tiny").out
    assert driven == [(sweep, None)]
    assert grok("resume", sweep.id, "--device", "cpu").code == 2
    lock = Lock(sweep, "held")
    assert "was asked to stop" in grok("stop", sweep.id).out
    assert len(control.waiting(sweep)) == 1
    lock.release()
    done(sweep)
    assert "nothing to resume" in grok("resume", sweep.id).err
    listed = grok("ls").out.splitlines()
    assert [line.split()[0] for line in listed if line] == ["run", run.id, "sweep", sweep.id]
    assert listed[-1].split()[1:] == ["done", "2", "of", "2", "Tiny"]
    assert sweep.id not in grok("ls", "tiny").out + grok("ls", "--json").out


def test_a_list_of_nothing_but_sweeps(grok: Grok, runs: Path) -> None:
    sweep = made(runs)
    first, line = grok("ls").out.splitlines()
    assert first.split() == ["sweep", "state", "packs", "title"]
    assert line.split() == [sweep.id, "stopped", "0", "of", "3", "Tiny"]


def test_the_last_is_a_sweep_where_there_are_no_runs(grok: Grok, runs: Path) -> None:
    sweep = made(runs)
    assert grok("export", "last").out.startswith("cell,")
    assert sweep.id in grok("stop", "last").err
    fakes.recorded_run(runs)
    assert not grok("export", "last").out.startswith("cell,")


def test_sweeps_are_exported_and_drawn(grok: Grok, runs: Path, tmp_path: Path) -> None:
    sweep = made(runs, rates=(0.2, 0.4))
    done(sweep)
    rows = list(csv.DictReader(io.StringIO(grok("export", sweep.id).out)))
    assert [(row["arm"], row["t_gen"]) for row in rows] == [("dense", "40"), ("ticket", "40")] * 2
    assert len(grok("export", sweep.id, "--format", "cells").out.splitlines()) == 5
    table = tmp_path / "x.parquet"
    assert grok("export", sweep.id, "--format", "parquet", "--output", str(table)).code == 0
    assert table.read_bytes()[:4] == b"PAR1"
    assert "expected csv, cells, parquet" in grok("export", sweep.id, "--format", "vectors").err
    drawn = grok("plot", sweep.id, "--only", "ticket", "--measure", "share", "--size", "60x12").out
    assert "100%" in drawn
    assert "dense" not in drawn
    picture = tmp_path / "x.svg"
    grok("plot", sweep.id, "--svg", str(picture))
    assert picture.read_text().startswith("<svg")
    for options in (("--measure", "loss"), ("--x", "width"), ("--only", "none")):
        assert grok("plot", sweep.id, *options).code == 2


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


def test_what_has_no_effect_is_said(
    grok: Grok, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(runs)
    monkeypatch.setattr(driving, "drive", lambda *_: False)
    result = grok("sweep", "last", "--devices", "cpu", "--detach")
    assert (result.code, "has a driver already" in result.err) == (0, True)
    assert grok("sweep", "last", "--detach").err == ""
