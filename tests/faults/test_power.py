"""The power goes: what was not synced is lost or torn, and names come out of order."""

from __future__ import annotations

import contextlib
import itertools
import random
import re
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from grok_tui.engine import artifacts, orders, trainer
from grok_tui.engine.frames import keeping
from grok_tui.protocol import control, presets
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import Resumed, decode
from tests.engine import runs, tiny
from tests.faults import alike
from tests.faults.counting import trials
from tests.faults.inside import told_whole
from tests.faults.trace import Act, Death, TracedDisk, after_power_loss

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir


CONFIG = tiny.tiny((tiny.DENSE,), steps=5)
ASKED = control.TakeTicket(by="x", method="magnitude", pruning_rate=0.5, source="dense")
CHECKPOINT = re.compile(r"/checkpoints/\d{6}\.safetensors$")


class Hasty(Disk):
    """Waits for no medium."""

    def sync(self, descriptor: int) -> None:
        """Nothing is cut off here."""


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few frames, orders obeyed at once, and all of a lane left behind."""
    monkeypatch.setattr(orders, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(keeping, "MOST", 3)
    monkeypatch.setattr(keeping, "FEWEST", 3)
    monkeypatch.setattr(artifacts, "tensors", told_whole)


def recorded(run: RunDir, chance: random.Random) -> list[Act]:
    """What two trainers do to a disk: one dies, the other takes on its run, and an order."""
    disk = TracedDisk()
    disk.deadly = chance.randint(0, 60)
    with (
        mock.patch.object(trainer, "CHECKPOINT_EVERY", 0.0),
        mock.patch.object(trainer, "CHECKPOINT_SHARE", 1e9),
    ):
        try:
            runs.train(run, disk=disk)
        except Death:
            control.post(run, ASKED)
            runs.train(run, disk=disk)
    return disk.acts


def laid_out(run: RunDir, folder: Path, files: dict[Path, bytes], config: str) -> RunDir:
    """A run with these files in the places that they had in another."""
    copy = runs.new_run(folder, CONFIG)
    copy.config.write_text(config)
    for path, data in files.items():
        place = copy.path / path.relative_to(run.path)
        place.parent.mkdir(exist_ok=True, parents=True)
        place.write_bytes(data)
    return copy


def committed(acts: list[Act]) -> int:
    """The number of the last checkpoint that its writer could rely on; 0: there is none."""
    found = number = 0
    named = False
    for act in acts:
        if act.kind == "name" and CHECKPOINT.search(str(act.path)):
            number = int(act.path.stem)
        elif act.kind == "name" and act.path.name == "manifest.json":
            named = True
        elif act.kind == "folder" and act.path.name == "checkpoints" and named:
            found, named = number, False
    return found


def written(acts: list[Act], path: Path) -> list[bytes]:
    """All that a log has ever been: each file that had its name."""
    whole: dict[int, bytes] = {}
    logs = []
    for act in acts:
        if act.kind == "write":
            whole[act.file] = whole.get(act.file, b"") + act.data
        elif act.kind == "name" and act.path == path:
            logs.append(act.file)
    return [whole.get(file, b"") for file in logs]


def whole_lines(data: bytes) -> bytes:
    """The log up to its first damage."""
    whole: list[bytes] = list(itertools.takewhile(is_whole, data.splitlines(keepends=True)))
    return b"".join(whole)


def is_whole(line: bytes) -> bool:
    with contextlib.suppress(ValueError):
        return bool(decode(line.removesuffix(b"\n")))
    return False


def taken_on(run: RunDir) -> int:
    """The number of the checkpoint that the run was last resumed from; 0: from none."""
    resumed = [event for event in runs.events(run) if isinstance(event, Resumed)]
    return int(resumed[-1].file[:6]) if resumed and resumed[-1].file else 0


@trials(2000, at_once=50)
def test_after_a_power_cut_a_run_goes_on_from_its_last_checkpoint(
    seeds: range, tmp_path: Path
) -> None:
    """Power cut, unsynced writes lost and renames reordered: the last checkpoint is taken on."""
    chance = random.Random(seeds.start)
    run = runs.new_run(tmp_path, CONFIG)
    plain = run.config.read_text()
    acts = recorded(run, chance)
    straight: dict[str, RunDir] = {}
    for seed in seeds:
        chance = random.Random(seed)
        until = acts[: chance.randint(0, len(acts))]
        cut = laid_out(run, tmp_path / f"seed-{seed}", after_power_loss(until, chance), plain)
        prefix = whole_lines(cut.events.read_bytes()) if cut.events.exists() else b""
        logs = written(until, run.events)
        assert not prefix or any(whole.startswith(prefix) for whole in logs), f"seed {seed}"
        assert runs.train(cut, disk=Hasty()) == 0
        assert taken_on(cut) >= committed(until), f"seed {seed}: a checkpoint was lost"
        text = cut.config.read_text()
        if text not in straight:
            straight[text] = other = runs.new_run(tmp_path, presets.load_config(cut.config))
            assert runs.train(other, disk=Hasty()) == 0
        alike.assert_repeatable(cut, straight[text], seed)
