"""A sweep from beginning to end with real trainers, killed as are its drivers."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING, Any

import pytest
from safetensors.numpy import load_file

from grok_tui.monitor import launch
from grok_tui.monitor.sweeps.limits import Limits
from grok_tui.monitor.sweeps.planning import Part
from grok_tui.monitor.sweeps.results import SweepWatch
from grok_tui.monitor.sweeps.starting import begin
from grok_tui.monitor.watch import Watch
from grok_tui.placing.driver import Driver, Hands
from grok_tui.placing.journal import Journal
from grok_tui.placing.local import Local
from grok_tui.placing.signals import Signals
from grok_tui.protocol import presets
from grok_tui.protocol.owned import Lock
from grok_tui.protocol.rundir import create, lock_state, run_folders
from tests.faults import children
from tests.monitor.sweeps.made import FRACTION, RATE, TINY, sweep_of
from tests.slow.trainers import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import ForkServerProcess
    from pathlib import Path

    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.protocol.rundir import RunDir

BASE: dict[str, Any] = TINY | {
    "train": {
        "steps": 400,
        "learning_rate": 1e-2,
        "weight_decay": 2.0,
        "threshold": 0.3,
        "stop_after_generalised": 20,
    }
}


@pytest.fixture
def trainers(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ForkServerProcess]]:
    """Trainers that begin at once, by the runs that they train; none is left."""
    found: dict[str, ForkServerProcess] = {}
    with contextlib.ExitStack() as held:

        def train(run: RunDir, device: str, _: int) -> None:
            assert device == "cpu"
            found[run.id] = held.enter_context(children.trainer(run))

        monkeypatch.setattr(launch, "train", train)
        monkeypatch.setattr(
            launch, "lives", lambda run: run.id in found and found[run.id].is_alive()
        )
        yield found


def driver(sweep: SweepDir) -> Driver:
    place = Local(("cpu", "cpu"), run_folders(sweep.packs))
    lock = Lock(sweep, "there is one already")
    limits = Limits(("cpu", "cpu"), [sweep.runs])
    return Driver(sweep, Hands(place, limits, lock, Journal(sweep.log), Signals()))


def test_kills_change_nothing_of_what_comes_of_a_sweep(
    tmp_path: Path, trainers: dict[str, ForkServerProcess]
) -> None:
    """Each lane is, to the bit, that of the cell's own run; every cell has the seeds it needs."""
    axes = {RATE: [0.3, 0.6], FRACTION: [0.5, 0.8]}
    stop = {"arm": "dense", "generalised": 1}
    asked = sweep_of(axes, BASE, seeds=[1], repeats=2, stop=stop)
    sweep = begin(asked, Part(asked, lambda _: 3), tmp_path, "tiny")
    watch = SweepWatch(sweep)

    killed = driver(sweep)
    killed.go_on()
    until(lambda: watch.look().steps_done > 0)
    killed._hands.lock.release()  # the kernel does so
    second = driver(sweep)
    second.go_on()
    victim = next(run for run in sweep.plans()[0].packs if trainers[run.run].is_alive()).run
    children.send(trainers[victim], signal.SIGKILL)
    until(lambda: second.go_on() is not None)

    board = watch.look()
    assert {pack.state for pack in board.packs} == {"done"}
    assert f"vanished: {victim}" in sweep.log.read_text()
    first, repeat = sweep.plans()
    again = {cell.number for cell in repeat.cells}
    for cell in board.cells:
        dense = cell.arms["dense"].lanes
        assert (dense[1].t_gen is None) == (cell.number in again) == (2 in dense)
    assert len(again) == 2
    one = board.cells[3]
    seeds = sorted(one.arms["dense"].lanes)
    own = create(tmp_path / "own", "cell")
    own.config.write_text(presets.dump(asked.config(asked.cells[3], seeds)))
    assert children.finish(own) == 0
    lanes = Watch(own).look().history.lanes
    for pack in (*first.packs, *repeat.packs):
        for arm, name in pack.cells.get(3, {}).items():
            for seed in pack.seeds:
                alone, here = lanes[arm, seed], one.arms[arm].lanes[seed]
                assert (alone.t_mem, alone.t_gen) == (here.t_mem, here.t_gen)
                assert artifact(own, arm, seed) == artifact(sweep.pack(pack), name, seed)
    assert all(lock_state(run) == "free" for run in run_folders(sweep.packs))


def artifact(run: RunDir, arm: str, seed: int) -> dict[str, bytes]:
    """What is left of a lane, mask and weights, to the bit."""
    found = load_file(run.artifacts / f"{arm}-seed{seed}.safetensors")
    return {name: tensor.tobytes() for name, tensor in found.items()}
