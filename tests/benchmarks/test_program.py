"""The whole benchmark on small networks, and its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest
import torch

from benchmarks import costs, program
from benchmarks.plan import Plan, parse
from benchmarks.sides import BEYOND, PLACE, Ours, workload
from grok_tui.cli import benchmark
from grok_tui.engine.cores import Hardware, Watch
from grok_tui.engine.grid import Grid
from grok_tui.engine.tasks.data import Placement
from grok_tui.protocol.benchmark import Line, Progress, Report
from tests.benchmarks.small import SMALL

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def measured() -> tuple[Report, list[Progress]]:
    """Two rounds of both models; no run is started."""
    lines: list[Line] = []
    plan = Plan(configs=SMALL, lanes=(1, 3), threads=1, rounds=2, seconds=0.02, starts=0)
    report = program.measure(plan, lines.append)
    return report, [line.progress for line in lines if line.progress]


def test_every_side_is_in_the_report(measured: tuple[Report, list[Progress]]) -> None:
    report, _ = measured
    assert [model.model for model in report.models] == ["mlp", "transformer"]
    for model in report.models:
        assert [(row.lanes, row.arm, row.log) for row in model.rows] == [
            (lanes, arm, log)
            for lanes in (1, 3)
            for arm, log in (("dense", "grid"), ("masked", "grid"), ("dense", "every-step"))
        ]
        assert {(row.threads, row.workers) for row in model.rows} == {(1, 1)}
        assert all(len(row.rates) == 2 and row.rate > 0 for row in model.rows)
        assert all(row.ratio_low <= row.ratio <= row.ratio_high for row in model.rows)
        assert [naive.arm for naive in model.naive] == ["dense", "masked"]
        assert [one.lanes for one in model.checkpoints] == [1, 3]
        assert model.checkpoints[1].bytes > 2 * model.checkpoints[0].bytes
        assert model.call_microseconds > 0
        assert {"l1_norm", "l2_norm"} <= set(model.probe_microseconds)
    assert report.first_step == ()


def test_the_grid_is_measured_as_on_average_and_every_step_always(
    measured: tuple[Report, list[Progress]],
) -> None:
    report, _ = measured
    for row in (row for model in report.models for row in model.rows):
        if row.log == "every-step":
            assert row.measured_share == 1.0
        else:
            assert row.measured_share < 0.1


def test_both_sides_agree_in_the_report(measured: tuple[Report, list[Progress]]) -> None:
    report, _ = measured
    for one in (one for model in report.models for one in model.agreements):
        assert one.step >= 10
        assert one.ours_train_loss == pytest.approx(one.naive_train_loss, rel=1e-3)
        assert one.ours_test_loss == pytest.approx(one.naive_test_loss, rel=1e-3)


def test_progress_goes_from_nothing_to_nearly_all(
    measured: tuple[Report, list[Progress]],
) -> None:
    _, progress = measured
    done = [one.done for one in progress]
    assert done[0] == 0
    assert done == sorted(done)
    assert done[-1] < progress[-1].total


def test_a_report_survives_being_written_and_read(
    measured: tuple[Report, list[Progress]],
) -> None:
    line = Line(report=measured[0])
    assert msgspec.json.decode(msgspec.json.encode(line), type=Line) == line


def test_lanes_go_back_to_their_place_on_the_grid() -> None:
    config = workload(SMALL["mlp"], "dense", 2, "grid")
    hardware = Hardware(Watch(), "cpu", 1)
    ours = Ours(config, Placement(torch.device("cpu"), torch.float32), hardware)
    for lane in ours.experiment.running.values():
        assert lane.step == PLACE
        lane.step = lane.measured = BEYOND
    slot = ours.run(0.0)
    for lane in ours.experiment.running.values():
        assert PLACE < lane.step < BEYOND
        assert slot.lane_steps == 2 * (lane.step - PLACE)


def test_the_place_is_as_dense_as_the_grid_is_on_average() -> None:
    points = Grid(30_000, "grid").points
    here = sum(PLACE < point <= BEYOND for point in points)
    assert (BEYOND - PLACE) / here == pytest.approx(30_000 / len(points), rel=0.03)


def test_a_run_is_timed_to_its_first_measured_step(tmp_path: Path) -> None:
    log = tmp_path / "20261121-101500-quickstart-abcd" / "events.jsonl"
    log.parent.mkdir()
    assert not costs._has_stepped(tmp_path)
    log.write_bytes(b'{"event":"measured","step":0}\n{"event":"measured","step":1}')
    assert not costs._has_stepped(tmp_path)  # the last line is not whole yet
    with log.open("ab") as file:
        file.write(b"\n")
    assert costs._has_stepped(tmp_path)


def test_the_plan_of_a_command_line() -> None:
    plan = parse(["--model", "mlp", "--lanes", "1,16", "--rounds", "3", "--threads", "2"])
    assert list(plan.configs) == ["mlp"]
    assert (plan.lanes, plan.rounds, plan.threads) == ((1, 16), 3, 2)
    assert list(parse([]).configs) == ["mlp", "transformer"]


def test_the_benchmark_keeps_and_takes_no_answers_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    def measure(*_: object) -> Report:
        seen.append(os.environ["XDG_CACHE_HOME"])
        raise KeyboardInterrupt

    monkeypatch.setattr(program, "measure", measure)
    assert program.main([]) == 130
    assert seen != [str(tmp_path)]


def test_the_process_runs_from_any_folder_and_says_what_is_wrong(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(benchmark.folder()), "--device", "cuda:99"],
        capture_output=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 2
    assert "no device cuda:99" in msgspec.json.decode(done.stdout, type=Line).failed
