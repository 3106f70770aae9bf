"""A plan is on the medium only after every run that it names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from grok_tui.monitor.sweeps import folder
from grok_tui.monitor.sweeps.planning import Part
from grok_tui.protocol.disk import Disk
from tests.monitor.sweeps.made import RATE, sweep_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_every_run_is_synced_before_the_plan_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int | str] = []  # inodes that were synced, names that were given
    sync, rename = Disk.sync, Disk.rename

    def synced(disk: Disk, descriptor: int) -> None:
        done.append(os.fstat(descriptor).st_ino)
        sync(disk, descriptor)

    def renamed(disk: Disk, old: Path, new: Path) -> None:
        done.append(new.name)
        rename(disk, old, new)

    monkeypatch.setattr(Disk, "sync", synced)
    monkeypatch.setattr(Disk, "rename", renamed)
    asked = sweep_of({RATE: [0.2, 0.4, 0.6]})
    part = Part(asked, lambda _: 2)
    assert len(part.packs) == 3
    sweep = folder.begin(tmp_path, "tiny", asked.dump(), lambda made: settle(part, made))
    before = done[: done.index("plan-0001.json")]
    (plan,) = sweep.plans()
    configs = [sweep.pack(planned).config for planned in plan.packs]
    assert {inode(path) for path in configs} <= set(before)
    assert {inode(path.parent) for path in configs} <= set(before)
    last = max(before.index(inode(path)) for path in configs)
    assert inode(sweep.packs) in before[last:]
    assert done[-2:] == [sweep.id, inode(sweep.path.parent)]


def inode(path: Path) -> int:
    return path.stat().st_ino


def settle(part: Part, sweep: folder.SweepDir) -> None:
    part.write(sweep, "tiny")
