"""Wall clocks that jump by seconds and by years: nothing told or trained depends on them."""

from __future__ import annotations

import math
import random
import time
from functools import cache, partial
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor import catalog, listing
from grok_tui.monitor.watch import Watch
from grok_tui.protocol import control, notes, rundir
from grok_tui.protocol.events import Measured
from tests import fakes
from tests.engine import runs, tiny
from tests.faults import children, eager
from tests.faults.counting import trials

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

CONFIG = tiny.tiny((tiny.DENSE, tiny.TICKET), steps=40)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the run lies whose clock is right."""
    return tmp_path_factory.mktemp("right")


@cache
def right(folder: Path) -> RunDir:
    """A run whose clock does not jump."""
    run = runs.new_run(folder, CONFIG)
    assert children.finish(run) == 0
    return run


@trials(60, at_once=6)
def test_a_trainer(seeds: range, folder: Path, tmp_path: Path) -> None:
    """A trainer whose wall clock jumps by a second to ten years: the same run, times of sense."""
    other = right(folder)
    for seed in seeds:
        run = runs.new_run(tmp_path, CONFIG)
        began = time.monotonic()
        assert children.finish(run, first=partial(eager.jumping, seed)) == 0, f"seed {seed}"
        took = time.monotonic() - began
        assert runs.lasting(run) == runs.lasting(other), f"seed {seed}"
        assert runs.artifacts(run) == runs.artifacts(other), f"seed {seed}"
        spent = [event.seconds for event in runs.events(run) if isinstance(event, Measured)]
        for arm in ("dense", "ticket"):
            ordered = [
                event.seconds
                for event in runs.events(run)
                if isinstance(event, Measured) and event.arm == arm
            ]
            assert ordered == sorted(ordered), f"seed {seed}: time went backwards"
        assert 0 <= min(spent) <= max(spent) <= took, f"seed {seed}"
        assert Watch(run).look().state == "finished"


@trials(60, at_once=6)
def test_a_viewer(seeds: range, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A viewer whose wall clock jumps so: the states are the same, times finite, names unique."""
    states: tuple[fakes.State, ...] = ("running", "paused", "finished", "failed", "interrupted")
    shelf = {
        fakes.recorded_run(
            tmp_path, state, last=30, run_id=f"20261121-10150{number}-quickstart-abcd"
        ).id: state
        for number, state in enumerate(states)
    }
    for seed in seeds:
        with monkeypatch.context() as patch:
            eager.jump(random.Random(seed), patch.setattr)
            found = catalog.summaries(tmp_path)
            assert {one.run.id: one.state for one in found} == shelf, f"seed {seed}"
            now = time.time()
            for by in listing.COLUMNS:
                assert len(listing.arranged(found, now, by=by)) == len(found)
                assert all(isinstance(listing.cell(one, by, now), str) for one in found)
            assert all(math.isfinite(listing.as_json(one, now)["age"]) for one in found)
            made = [rundir.create(tmp_path / f"new-{seed}", "x") for _ in range(5)]
            assert len({run.id for run in made}) == 5
            listed = [run.id for run in rundir.run_folders(tmp_path / f"new-{seed}")]
            assert listed == sorted((run.id for run in made), reverse=True), f"seed {seed}"
            sent = [control.send(made[0], "pause", "x") for _ in range(5)]
            read = [control.read(path) for path in control.waiting(made[0])]
            assert read == [control.Pause(by="x")] * 5, f"seed {seed}: {sent}"
            notes.add(made[0], 1, "x")
            assert [note.text for note in notes.notes(made[0])] == ["x"]
