"""Death before, in and after every write, sync, rename and unlink that a trainer does."""

from __future__ import annotations

import contextlib
import random
import signal
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

import pytest

from grok_tui.protocol import control, presets
from grok_tui.protocol.events import Obeyed, decode
from tests.engine import runs, tiny
from tests.faults import alike, children, inside
from tests.faults.counting import trials
from tests.faults.inside import Boundary, Moment

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

CONFIG = tiny.tiny((tiny.DENSE,), steps=10)
ASKED = control.TakeTicket(by="x", method="magnitude", pruning_rate=0.5, source="dense")
LOOKS = (2, 6)
"""At which look the trainer finds what is asked of it."""
FOLDER = r"\d{8}-\d{6}-tiny-[a-z]{4}"
MOMENTS: tuple[Moment, ...] = ("half", "before", "after")
COMMIT = Boundary("rename", "/checkpoints/manifest.json", "after")
CUTS = (
    Boundary("write", r"/\.events.jsonl.tmp"),
    Boundary("sync", r"/\.events.jsonl.tmp"),
    Boundary("rename", "/events.jsonl"),
)
"""These only a trainer reaches that takes a run on."""
BOUNDARIES = (
    *CUTS,
    Boundary("write", "/events.jsonl"),
    Boundary("sync", "/events.jsonl"),
    Boundary("write", r"/checkpoints/\.\d{6}.safetensors.tmp"),
    Boundary("sync", r"/checkpoints/\.\d{6}.safetensors.tmp"),
    Boundary("rename", r"/checkpoints/\d{6}.safetensors"),
    Boundary("unlink", r"/checkpoints/\d{6}.safetensors"),
    Boundary("write", r"/checkpoints/\.manifest.json.tmp"),
    Boundary("sync", r"/checkpoints/\.manifest.json.tmp"),
    COMMIT,
    Boundary("sync", "/checkpoints"),
    Boundary("write", r"/artifacts/\..*.tmp"),
    Boundary("sync", r"/artifacts/\..*.tmp"),
    Boundary("rename", "/artifacts/.*.safetensors"),
    Boundary("sync", "/artifacts"),
    Boundary("write", r"/\.about.json.tmp"),
    Boundary("rename", "/about.json"),
    Boundary("sync", FOLDER),
    Boundary("write", r"/\.config.toml.tmp"),
    Boundary("rename", "/config.toml"),
    Boundary("unlink", "/control/.*"),
    Boundary("rename", "/checkpoints/manifest-before.json"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runs lie that nothing happens to."""
    return tmp_path_factory.mktemp("straight")


@cache
def unhurt(text: str, folder: Path) -> RunDir:
    """The run of a configuration that nothing happened to."""
    path = folder / "config.toml"
    path.write_text(text)
    return alike.straight(folder, presets.load_config(path))


def dead(boundary: Boundary, chance: random.Random, folder: Path) -> RunDir:
    """A run whose trainer died at one of its first acts of a kind; at the first if few are."""
    for nth in (chance.randint(1, 6), 1):
        run = runs.new_run(folder, CONFIG)
        first = partial(inside.dying, boundary, nth, (ASKED,), chance.choice(LOOKS))
        if children.finish(run, first=first) == -signal.SIGKILL:
            return run
    raise AssertionError(f"no trainer comes to {boundary}")


def told(run: RunDir) -> int:
    """How many orders the log says were carried out."""
    found = []
    for line in run.events.read_bytes().splitlines() if run.events.exists() else ():
        with contextlib.suppress(ValueError):
            found.append(decode(line))
    return len([event for event in found if isinstance(event, Obeyed)])


@trials(240, at_once=8)
def test_after_death_at_a_boundary_the_run_goes_on_as_if_nothing_had_been(
    seeds: range, folder: Path, tmp_path: Path
) -> None:
    """kill -9 around each kind of write, sync, rename and unlink: resumed, equal bit for bit."""
    for seed in seeds:
        chance = random.Random(seed)
        instant, kind = divmod(seed, len(BOUNDARIES))
        boundary = BOUNDARIES[kind]
        moments = MOMENTS if boundary.act == "write" else MOMENTS[1:]
        boundary = replace(boundary, moment=moments[instant % len(moments)])
        own = tmp_path / f"seed-{seed}"
        run = dead(COMMIT if kind < len(CUTS) else boundary, chance, own)
        if kind < len(CUTS):
            assert children.finish(run, first=partial(inside.dying, boundary, 1)) == -signal.SIGKILL
        config = presets.load_config(run.config)
        assert len(config.arms) - 1 >= told(run), f"seed {seed}: what was told is not there"
        alike.finish(run)
        assert presets.load_config(run.config) == config
        alike.assert_repeatable(run, unhurt(run.config.read_text(), folder), seed)
