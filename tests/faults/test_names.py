"""Names that try to leave the folder, and links in a run: nothing outside of it is written."""

from __future__ import annotations

import random
import shutil
from functools import partial
from multiprocessing import Pipe
from typing import TYPE_CHECKING

import pytest

from grok_tui.protocol.rundir import RunDir
from tests.engine import runs, tiny
from tests.faults import children
from tests.faults.counting import trials
from tests.faults.guarded import RUN_ID, Scene, stray, tried

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIG = tiny.tiny((tiny.DENSE,), steps=20)
LINKED = (
    "control", "checkpoints", "artifacts", "frames", "frames/dense-seed0", "exports", "lock",
    "config.toml", "about.json", "events.jsonl", "notes.jsonl", "view.json", "trainer.log",
    "checkpoints/manifest.json", "checkpoints/.manifest.json.tmp", ".view.json.tmp",
    "checkpoints/.000001.safetensors.tmp", "artifacts/.dense-seed0.safetensors.tmp",
)  # fmt: skip


def link(run: RunDir, seed: int, outside: Path) -> None:
    """Put a link to something outside in the place of a part of the run."""
    chance = random.Random(seed)
    name = LINKED[seed // 2 % len(LINKED)]
    path = run.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    target = outside / chance.choice(("file", "folder", "nothing"))
    if path.is_dir():
        path.rename(outside / "folder" / path.name)
        target = outside / "folder" / path.name
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below, and what is in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was stopped on its way, to be copied."""
    folder = tmp_path_factory.mktemp("stopped")
    run = runs.new_run(folder, CONFIG)
    assert runs.train(run, runs.StopAtLook(10)) == 130
    return run.path


def watched(*acts: tuple[Callable[[], object], str]) -> list[tuple[list[str], str]]:
    """Let a process of its own act: what it did outside of each folder, and what it died of."""
    hears, tells = Pipe(duplex=False)
    with hears:
        process = children._CONTEXT.Process(target=tried, args=(acts, tells))
        process.start()
        tells.close()
        found = [hears.recv() for _ in acts]
        process.join()
    return found


def test_what_is_done_outside_is_told(tmp_path: Path) -> None:
    (tmp_path / "read").write_text("x")
    [(found, died)] = watched((partial(stray, tmp_path), f"{tmp_path}/root"))
    told = [each.partition(" ")[0] for each in found]
    assert (told, died) == (["open", "os.rename", "os.rename", "os.remove"], "")


@trials(150, at_once=15)
def test_nothing_outside_is_written(seeds: range, tmp_path: Path, stopped: Path) -> None:
    """Names that would leave the folder, at each door, and links in a run: nothing else written."""
    scenes = [a_scene(tmp_path / f"{seed}", seed, stopped) for seed in seeds]
    before = [tree(scene.root.parent / "outside") for scene in scenes]
    told = watched(*((scene.act, str(scene.root)) for scene in scenes))
    for scene, kept, (found, died) in zip(scenes, before, told, strict=True):
        assert (found, died) == ([], ""), scene
        assert tree(scene.root.parent / "outside") == kept, scene


def a_scene(folder: Path, seed: int, stopped: Path) -> Scene:
    """A folder with the stopped run, and another one outside of it."""
    root, outside = folder / "root", folder / "outside"
    (outside / "folder").mkdir(parents=True)
    (outside / "file").write_text("kept")
    shutil.copytree(stopped, root / "runs" / RUN_ID)
    if seed % 2 == 0:
        link(RunDir(root / "runs" / RUN_ID), seed, outside)
    return Scene(root, seed)
