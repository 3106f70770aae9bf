"""At which steps a run has frames, and what becomes of them when it is taken on."""

from __future__ import annotations

import errno
import itertools
import os
from typing import TYPE_CHECKING

import pytest

from grok_tui.engine.frames import keeping
from grok_tui.engine.grid import Grid
from grok_tui.protocol import frames
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import Warned
from tests.engine import runs, tiny
from tests.engine.runs import StopAtLook

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.rundir import RunDir

CONFIG = tiny.tiny((tiny.DENSE, tiny.TICKET, tiny.RANDOM), seeds=(3, 1), steps=70)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    return finished(tmp_path_factory.mktemp("straight"))


def finished(folder: Path, config: Config = CONFIG) -> RunDir:
    run = runs.new_run(folder, config)
    assert runs.train(run) == 0
    return run


def files(run: RunDir) -> dict[str, bytes]:
    """Every file of a run's frames, by its path."""
    found = (path for path in run.frames.rglob("*") if path.is_file())
    return {str(path.relative_to(run.frames)): path.read_bytes() for path in found}


def steps(run: RunDir, arm: str, seed: int = 3) -> list[int]:
    """The steps of a lane's frames, each of which says the same as its file's name."""
    found = sorted(frames.folder(run, arm, seed).iterdir())
    named = [frames.step_of(path.name) for path in found]
    taken = [frames.decode(path.read_bytes()) for path in found]
    assert [(frame.arm, frame.seed, frame.step) for frame in taken] == [
        (arm, seed, step) for step in named
    ]
    return [frame.step for frame in taken]


def test_steps_are_measured_ones_evenly_on_a_log_scale() -> None:
    grid = Grid(5000, "grid")
    found = keeping.steps(grid, 24)
    assert found[:4] == (0, 20, 26, 33)
    assert found[-1] == 5000
    assert len(found) == 24
    assert set(found) <= set(grid.points)
    ratios = [later / step for step, later in itertools.pairwise(found[6:])]
    assert max(ratios) / min(ratios) < 1.1


@pytest.mark.parametrize("last", [1, 4, 30])
def test_short_lanes_have_fewer_with_both_ends(last: int) -> None:
    found = keeping.steps(Grid(last, "grid"), 24)
    assert (found[0], found[-1]) == (0, last)
    assert sorted(set(found)) == list(found)


def test_arms_have_frames_of_their_first_seed_from_the_first_step_to_the_last(
    straight: RunDir,
) -> None:
    assert sorted(path.name for path in straight.frames.iterdir()) == [
        "dense-seed3",
        "random-seed3",
        "ticket-seed3",
    ]
    for arm in ("dense", "ticket", "random"):
        found = steps(straight, arm)
        assert (found[0], found[-1]) == (0, 70)
        assert set(found) >= set(keeping.steps(Grid(70, "grid"), keeping.MOST))


def test_there_is_a_frame_of_the_weights_that_others_take(straight: RunDir) -> None:
    memorised = tiny.reached(runs.events(straight), "dense", "memorised", 3)
    assert memorised is not None
    assert memorised.step + 5 in steps(straight, "dense")


def test_a_lane_that_ends_early_has_a_frame_of_its_end(tmp_path: Path) -> None:
    config = tiny.tiny(steps=900, weight_decay=2.0, threshold=0.3, stop_after_generalised=33)
    run = finished(tmp_path, config)
    end = tiny.ended(runs.events(run), "dense").step
    assert end < 900
    assert steps(run, "dense", 0)[-1] == end


def test_the_log_is_the_same_with_frames_and_without(
    straight: RunDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping.Keeper, "due", lambda self: [])
    monkeypatch.setattr(keeping.Keeper, "until", lambda self: 1 << 62)
    run = finished(tmp_path)
    assert not run.frames.exists()
    assert runs.lasting(run) == runs.lasting(straight)
    assert runs.artifacts(run) == runs.artifacts(straight)


@pytest.mark.parametrize("looks", [1, 40, 100])
def test_a_run_that_was_resumed_has_the_frames_of_one_that_was_not(
    straight: RunDir, tmp_path: Path, looks: int
) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    assert runs.train(run, StopAtLook(looks)) == 130
    assert runs.train(run) == 0
    assert files(run) == files(straight)


def test_frames_of_steps_that_were_lost_are_removed(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    assert runs.train(run, StopAtLook(30)) == 130
    folder = frames.folder(run, "dense", 3)
    before = files(run)
    for name in (frames.file_name(68), ".0000000050.frame.tmp"):
        (folder / name).write_bytes(b"of a run that was killed")
    (folder / "letter.txt").write_bytes(b"of somebody")
    (run.checkpoints / "letter.txt").write_bytes(b"of somebody")
    assert runs.train(run, StopAtLook(1)) == 130
    assert files(run) == before | {"dense-seed3/letter.txt": b"of somebody"}
    assert (run.checkpoints / "letter.txt").exists()


class NoFrames(Disk):
    """Takes everything but frames."""

    def put(self, path: Path, data: bytes) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_run_whose_frames_cannot_be_written_does_without(
    straight: RunDir, tmp_path: Path
) -> None:
    """It failed, for want of a picture."""
    run = runs.new_run(tmp_path, CONFIG)
    assert runs.train(run, disk=NoFrames()) == 0
    warned = [event.sentence for event in runs.events(run) if isinstance(event, Warned)]
    assert warned == ["frames cannot be written: input/output error; the run does without"]
    assert runs.lasting(run) == runs.lasting(straight)
    assert files(run) == {}


def test_many_arms_have_few_frames_each() -> None:
    arms = (tiny.DENSE, *(tiny.RANDOM for _ in range(39)))
    lanes = tiny.experiment(tiny.tiny())
    keeper = keeping.Keeper(None, lanes, None)  # type: ignore[arg-type]
    lanes.begin()
    assert len(keeper._planned(lanes.running["dense", 0])) == keeping.MOST
    lanes.config = tiny.tiny(arms)
    assert len(keeper._planned(lanes.running["dense", 0])) == 10
