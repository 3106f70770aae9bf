"""A real trainer process through the command line: run, follow, stop, resume, read."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.watch import ALIVE, Watch
from grok_tui.protocol import control
from grok_tui.protocol.rundir import RunDir, run_folders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TINY = (
    "--set", "task.p=7", "--set", "model.d_embedding=16", "--set", "model.d_hidden=8",
    "--device", "cpu",
)  # fmt: skip
GROK = (sys.executable, "-c", "from grok_tui.cli import main; main()")
ENDLESS = ("--set", "train.steps=10000000", "--set", "train.stop_after_generalised=0")


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """Runs in a folder of this test; whatever still trains at its end is stopped."""
    runs = tmp_path / "runs"
    yield {**os.environ, "GROK_TUI_RUNS": str(runs), "OMP_NUM_THREADS": "1"}
    for run in run_folders(runs):
        if Watch(run).look().state in ALIVE:
            control.send(run, "stop", by="test")
            _until_ended(run)


def grok(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (*GROK, *arguments), capture_output=True, text=True, env=environment, check=False
    )


def _until_ended(run: RunDir) -> None:
    watch = Watch(run)
    until = time.monotonic() + 60
    while watch.look().state in ALIVE and time.monotonic() < until:
        time.sleep(0.05)


def _endless(environment: Mapping[str, str]) -> RunDir:
    """A run that trains until it is told to stop."""
    arms = ("--set", 'arms=["dense"]')
    done = grok(environment, "run", "quickstart", *TINY, *ENDLESS, *arms, "--detach")
    assert done.returncode == 0, done.stderr
    return RunDir(Path(environment["GROK_TUI_RUNS"]) / done.stdout.strip())


def test_a_run_from_preset_to_verdict(environment: Mapping[str, str], tmp_path: Path) -> None:
    steps = ("--set", "train.steps=60")
    done = grok(environment, "run", "quickstart", *TINY, *steps, "--headless", "--json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    [run] = run_folders(tmp_path / "runs")
    assert done.stdout == run.events.read_text()
    assert [events[0]["event"], events[-1]["event"]] == ["started", "finished"]
    assert "\x1b" not in done.stderr

    assert "finished" in grok(environment, "ls").stdout
    shown = json.loads(grok(environment, "show", "last", "--json").stdout)
    assert (shown["state"], len(shown["lanes"])) == ("finished", len(events[-1]["lanes"]))
    rows = list(csv.DictReader(grok(environment, "export", "last").stdout.splitlines()))
    measured = [event for event in events if event["event"] == "measured"]
    assert [float(row["test_loss"]) for row in rows] == [event["test_loss"] for event in measured]


@pytest.mark.long
def test_a_run_is_paused_continued_stopped_and_resumed(environment: Mapping[str, str]) -> None:
    run = _endless(environment)
    assert "is paused" in grok(environment, "pause", "last").stdout
    assert "is running" in grok(environment, "continue", "last").stdout
    assert "is stopped" in grok(environment, "stop", "last").stdout
    before = max(lane.step for lane in Watch(run).look().history.lanes.values())
    assert grok(environment, "resume", "last").returncode == 0
    assert "is stopped" in grok(environment, "stop", "last").stdout
    after = Watch(run).look().history
    assert after.resumed == 1
    assert max(lane.step for lane in after.lanes.values()) >= before


def test_an_interrupt_stops_the_trainer_and_prints_what_there_is(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    command = (*GROK, "run", "quickstart", *TINY, *ENDLESS, "--headless")
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        assert process.stderr is not None
        process.stderr.readline()  # the first line comes once it trains
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    [run] = run_folders(tmp_path / "runs")
    assert process.returncode == 130
    assert Watch(run).look().state == "stopped"
    assert out.startswith("arm")
    assert f"grok-tui resume {run.id}" in err


def test_a_file_that_is_not_there_leaves_no_run_behind(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    weights = ("--set", "model.weights_from=nowhere.safetensors")
    done = grok(environment, "run", "quickstart", *weights, "--headless")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere.safetensors" in done.stderr
    assert list(run_folders(tmp_path / "runs")) == []
