"""What else takes time in a run: probes, checkpoints, and everything before the first step."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from benchmarks.clock import now
from grok_tui.engine import devices, state
from grok_tui.engine.checkpoints import Checkpoints
from grok_tui.engine.experiment import Experiment
from grok_tui.engine.training import NORMS
from grok_tui.errors import RunFailed
from grok_tui.protocol import rundir
from grok_tui.protocol.benchmark import Checkpoint
from grok_tui.protocol.disk import Disk

if TYPE_CHECKING:
    from grok_tui.engine.tasks.data import Placement
    from grok_tui.protocol.config import Config

REPEATS = 50
RUN = "from grok_tui.cli import main; main()"
COMMAND = ("run", "quickstart", "--headless", "--json")
PATIENCE = 60.0


def probes(experiment: Experiment) -> dict[str, float]:
    """Microseconds of each probe on a lane's weights, which all probes get in float64."""
    row = next(iter(experiment.running.values())).rows.weights.double()
    found = {}
    for name, probe in NORMS.items():
        probe(row)
        began = now(row.device)
        for _ in range(REPEATS):
            probe(row)
        found[name] = (now(row.device) - began) / REPEATS * 1e6
    return found


def calls(config: Config, placement: Placement) -> float:
    """Microseconds of a step of the smallest network: its calls, with next to no arithmetic."""
    smallest = dict.fromkeys(("d_embedding", "d_hidden", "d_model", "d_head", "d_mlp"), 1)
    sizes = {
        name: smallest.get(name, value) for name, value in structs.asdict(config.model).items()
    }
    model = type(config.model)(**sizes)
    task = structs.replace(config.task, p=3, train_fraction=0.5)
    experiment = Experiment(structs.replace(config, model=model, task=task), placement)
    experiment.begin()
    experiment.stack.launch(REPEATS, {}).readings()
    began = now(placement.device)
    experiment.stack.launch(10 * REPEATS, {}).readings()
    return (now(placement.device) - began) / (10 * REPEATS) * 1e6


def checkpoint(experiment: Experiment, times: int) -> Checkpoint:
    """The quickest of several checkpoints of all lanes, captured, written and synced."""
    best, size = float("inf"), 0
    placement = experiment.placement
    precision = experiment.config.train.precision
    fingerprint = devices.fingerprint(placement.device, precision, 1)
    with tempfile.TemporaryDirectory() as folder:
        checkpoints = Checkpoints(rundir.create(Path(folder), "bench"), Disk())
        for _ in range(times):
            began = now(placement.device)
            made, tensors = state.capture(experiment, "", 0.0)
            size = checkpoints.write(made, tensors, 0, fingerprint).bytes
            best = min(best, now(placement.device) - began)
    return Checkpoint(lanes=len(experiment.running), milliseconds=best * 1e3, bytes=size)


def first_step(device: str) -> float:
    """Seconds from the start of `grok-tui run quickstart` to the first training step in its log.

    Raises RunFailed if there is none.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, "-c", RUN, "--runs-dir", folder, *COMMAND, "--device", device],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        try:
            while not _has_stepped(Path(folder)):
                if child.poll() is not None or time.perf_counter() - began > PATIENCE:
                    raise RunFailed("a run that should show how soon it begins did not begin")
                time.sleep(0.002)
            return time.perf_counter() - began
        finally:
            _stop(child)


def _has_stepped(runs: Path) -> bool:
    """Whether the log of the run in this folder has a measurement after step 0."""
    for path in runs.glob("*/events.jsonl"):
        for line in path.read_bytes().splitlines(keepends=True):
            if b'"measured"' in line and line.endswith(b"\n") and json.loads(line)["step"] >= 1:
                return True
    return False


def _stop(child: subprocess.Popen[bytes]) -> None:
    """Ask it to stop, as Ctrl-C would: it takes its trainer with it."""
    child.send_signal(signal.SIGINT)
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
