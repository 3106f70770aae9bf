"""Pickles in the place of every file that is read: refused with a sentence, nothing executed."""

from __future__ import annotations

import hashlib
import itertools
import resource
import shutil
import subprocess
import sys
import time
import zlib
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.cli import tables
from grok_tui.engine import artifacts
from grok_tui.engine.checkpoints import Checkpoints
from grok_tui.engine.log import ended_as
from grok_tui.errors import GrokTuiError
from grok_tui.monitor import catalog, forking
from grok_tui.monitor.checkpoint import Which
from grok_tui.monitor.frames import Frames
from grok_tui.monitor.reproduction import artifacts as told
from grok_tui.monitor.watch import Watch
from grok_tui.protocol import control, frames, presets
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.rundir import RunDir
from grok_tui.protocol.saved import Left, encode_manifest
from grok_tui.protocol.saved import told as checkpoints
from grok_tui.ui import viewstate
from tests.engine import runs, tiny
from tests.engine.runs import StopAtLook
from tests.faults.counting import trials
from tests.faults.pickles import ARMED, PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CONFIG = tiny.tiny((tiny.DENSE,), steps=8)
SECONDS = 2.0
MEMORY = 512 << 20
ORDER = f"{7:020d}-abcdefgh.json"


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    """A run with all that a run can have."""
    run = runs.new_run(tmp_path_factory.mktemp("stopped"), CONFIG)
    assert runs.train(run, StopAtLook(4)) == 130
    return run


def test_the_payloads_are_live(tmp_path: Path) -> None:
    for index, made in enumerate(ARMED.values()):
        path = tmp_path / f"{index}"
        path.write_bytes(made(f"touch {tmp_path}/canary{index}".encode()))
    program = "import pickle, sys; [pickle.load(open(name, 'rb')) for name in sys.argv[1:]]"
    files = [str(tmp_path / f"{index}") for index in range(len(ARMED))]
    subprocess.run([sys.executable, "-c", program, *files], check=True)
    assert len(list(tmp_path.glob("canary*"))) == len(ARMED)
    assert len(PAYLOADS) == 24


def refused(read: Callable[[], object]) -> str:
    """The sentence that it is refused with."""
    with pytest.raises(GrokTuiError) as caught:
        read()
    return str(caught.value)


def as_checkpoints(run: RunDir, data: bytes) -> Iterator[str]:
    """In the folder of checkpoints, and in that of artifacts: what is said of each."""
    entries, _ = checkpoints(run)
    newest = entries[-1]
    sha256 = hashlib.sha256(data).hexdigest()
    path = run.checkpoints / newest.file
    path.write_bytes(data)
    run.manifest.write_bytes(
        encode_manifest([msgspec.structs.replace(newest, bytes=len(data), sha256=sha256)])
    )
    run.manifest_before.unlink()
    yield refused(lambda: forking.fork(run, run.path.parent, Which()))
    loaded, problems = Checkpoints(run, Disk()).load(1 << 40)
    assert loaded is None
    yield from problems
    for manifest in (run.manifest, run.manifest_before):
        manifest.write_bytes(data)
    loaded, problems = Checkpoints(run, Disk()).load(1 << 40)
    assert loaded is None
    yield from problems
    lanes = tiny.experiment(CONFIG)
    left = run.artifacts / artifacts.name("dense", 0)
    left.write_bytes(data)
    yield refused(lambda: artifacts.mask(left, lanes.layout))
    yield refused(lambda: artifacts.final(left, lanes.layout, lanes.placement.dtype))
    said = Left(arm="dense", seed=0, bytes=len(data), sha256="")
    yield from artifacts.put_aside_damaged(run.artifacts, [said], Disk())
    assert not left.exists()


def as_presets(run: RunDir, data: bytes) -> Iterator[str]:
    """Under the names that a preset has for files, and as a preset."""
    for suffix in ("safetensors", "pth", "pt", "bin", "pkl"):
        path = run.path / f"weights.{suffix}"
        path.write_bytes(data)
        named = msgspec.structs.replace
        weights = named(CONFIG, model=named(CONFIG.model, weights_from=str(path)))
        split = named(CONFIG, task=named(CONFIG.task, split_from=str(path)))
        for config in (weights, split):
            yield refused(lambda config=config: tiny.experiment(config).begin())  # type: ignore[misc]
    preset = run.path / "preset.toml"
    preset.write_bytes(data)
    yield refused(lambda: presets.load(str(preset)))
    run.config.write_bytes(data)
    yield refused(lambda: presets.load_config(run.config))
    yield refused(lambda: forking.fork(run, run.path.parent, Which()))
    yield refused(lambda: runs.train(run))


def as_anything_else(run: RunDir, data: bytes) -> Iterator[str]:
    """In the place of every other file of a run, which is then looked at."""
    of_lane = frames.folder(run, "dense", 0)
    of_lane.mkdir(parents=True, exist_ok=True)
    sealed = frames._HEAD.pack(frames.MAGIC, zlib.crc32(data)) + data
    (of_lane / frames.file_name(3)).write_bytes(data)
    (of_lane / frames.file_name(4)).write_bytes(sealed)
    run.events.write_bytes(data + b"\n")
    places = (run.about, run.notes, run.view, run.lock, run.trainer_log)
    for path in (*places, run.control / ORDER, run.artifacts / "dense-seed0.safetensors"):
        path.write_bytes(data)
    assert Frames(run).read("dense", 0).left_out >= 2
    view = Watch(run).look()
    assert (view.about, view.notes, view.history.lanes) == (None, (), {})
    assert view.history.damaged
    assert len(list(tables.show_lines(view))) > 5
    assert tables.show_json(view)
    assert catalog.summary(run).step == 0
    assert viewstate.read(run) == viewstate.ViewState()
    assert ended_as(run.events) == ""
    assert told.tensor(run.artifacts / "dense-seed0.safetensors", "final.W_E") is None
    order = control.read(run.control / ORDER)
    assert isinstance(order, str)
    yield order


DOORS = (as_checkpoints, as_presets, as_anything_else)


@trials(72, at_once=72)  # all of them always
def test_a_pickle_is_refused(stopped: RunDir, tmp_path: Path, seeds: range) -> None:
    """A malicious pickle under every name that is read gets a sentence, and nothing is executed"""
    every = list(itertools.product(DOORS, PAYLOADS.items()))
    for seed in seeds:
        door, (name, made) = every[seed]
        run = RunDir(tmp_path / f"{seed}" / stopped.id)
        shutil.copytree(stopped.path, run.path)
        canary = tmp_path / f"canary{seed}"
        data = made(f"touch {canary}".encode())
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        said = list(door(run, data))
        took = time.process_time() - began
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10
        why = f"seed {seed}: {name} {door.__name__}: {said}"
        assert not canary.exists(), why
        assert said, why
        assert all(0 < len(one) < 500 and one.isprintable() for one in said), why
        assert took < SECONDS, why
        assert grown < MEMORY, why
        shutil.rmtree(run.path.parent)
