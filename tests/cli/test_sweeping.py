"""The command line on sweeps; drivers and trainers are none, but what a test writes."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from pyarrow.parquet import read_table

from grok_tui.cli import sweep_following
from grok_tui.monitor import estimate
from grok_tui.monitor.sweeps import driving
from grok_tui.monitor.sweeps.design import read_written
from grok_tui.monitor.sweeps.folder import sweeps_in
from grok_tui.protocol import control
from grok_tui.protocol.owned import Lock
from tests import fakes
from tests.placing.staged import done, made

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.monitor.sweeps.driving import How
    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.protocol.rundir import RunDir
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


def test_packs_of_sweeps_tell_how_fast_this_machine_is(
    grok: Grok, runs: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []

    def run_folders(folder: Path) -> tuple[RunDir, ...]:
        looked.append(folder)
        return ()

    monkeypatch.setattr(estimate, "run_folders", run_folders)
    sweep = made(runs)
    grok("sweep", str(file), "--dry-run", "--devices", "cpu")
    assert looked == [sweep.packs, runs]


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
        (("--dry-run", "--json"), "--dry-run prints lines and --json objects"),
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
    assert grok("export", sweep.id, "--format", "cells", "--output", str(table)).code == 0
    assert "share" in read_table(table).column_names
    assert "expected csv, cells, parquet" in grok("export", sweep.id, "--format", "vectors").err
    drawn = grok("plot", sweep.id, "--only", "ticket", "--measure", "share", "--size", "60x12").out
    assert "100%" in drawn
    assert "dense" not in drawn
    picture = tmp_path / "x.svg"
    grok("plot", sweep.id, "--svg", str(picture))
    assert picture.read_text().startswith("<svg")
    for options in (("--measure", "loss"), ("--x", "width"), ("--only", "none")):
        assert grok("plot", sweep.id, *options).code == 2


def test_what_has_no_effect_is_said(
    grok: Grok, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(runs)
    monkeypatch.setattr(driving, "drive", lambda *_: False)
    result = grok("sweep", "last", "--devices", "cpu", "--detach")
    assert (result.code, "has a driver already" in result.err) == (0, True)
    assert grok("sweep", "last", "--detach").err == ""
