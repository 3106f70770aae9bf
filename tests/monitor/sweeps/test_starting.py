"""How sweeps begin and grow."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

import pytest

from grok_tui.errors import PresetError, RunError
from grok_tui.monitor.sweeps.design import read_written
from grok_tui.monitor.sweeps.folder import sweeps_in
from grok_tui.monitor.sweeps.limits import Limits
from grok_tui.monitor.sweeps.starting import begin, extend, first_part
from grok_tui.protocol.disk import Disk
from tests.monitor.sweeps.made import FRACTION, RATE, TINY, sweep_of

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.monitor.sweeps.design import Design
    from grok_tui.monitor.sweeps.folder import SweepDir

LIMITS = Limits((), ())
SMALL = Limits(["cpu"] * 8, ())
"""Devices for as many packs."""


def begun(runs: Path, asked: Design) -> SweepDir:
    return begin(asked, first_part(asked, LIMITS), runs, "tiny")


def planned(sweep: SweepDir, plan: int) -> dict[tuple[Any, ...], set[int]]:
    """The seeds of each cell in a plan."""
    found = sweep.plans()[plan]
    values = {cell.number: cell.values for cell in found.cells}
    seeds: dict[tuple[Any, ...], set[int]] = {}
    for pack in found.packs:
        for cell in pack.cells:
            seeds.setdefault(values[cell], set()).update(pack.seeds)
    return seeds


def test_a_sweep_has_its_packs_and_is_seen_whole(tmp_path: Path) -> None:
    made: list[int] = []
    asked = sweep_of({RATE: [0.2, 0.4]}, seeds=2)
    sweep = begin(asked, first_part(asked, LIMITS), tmp_path, "tiny", made.append)
    assert list(sweeps_in(tmp_path)) == [sweep]
    assert planned(sweep, 0) == {(0.2,): {0, 1}, (0.4,): {0, 1}}
    assert made == [1]
    assert read_written(sweep.file).cells == asked.cells


def test_an_extension_has_what_is_lacking(tmp_path: Path) -> None:
    sweep = begun(tmp_path, sweep_of({RATE: [0.2, 0.4]}, seeds=2))
    more = sweep_of({RATE: [0.2, 0.3]}, seeds=3)
    part = extend(sweep, more, LIMITS)
    assert part.lanes_asked == 2 * (1 + 3)
    assert planned(sweep, 1) == {(0.2,): {2}, (0.3,): {0, 1, 2}}
    assert read_written(sweep.file).cells == more.cells
    assert extend(sweep, more, LIMITS).packs == []
    assert len(sweep.plans()) == 2


def test_further_repeats_are_taken_down_though_no_cell_lacks_seeds(tmp_path: Path) -> None:
    sweep = begun(tmp_path, sweep_of({RATE: [0.2]}, seeds=2, repeats=2))
    more = sweep_of({RATE: [0.2]}, seeds=2, repeats=4)
    assert extend(sweep, more, LIMITS).packs == []
    assert read_written(sweep.file).sweep.repeats == 4
    assert len(sweep.plans()) == 1


def test_an_extension_that_died_with_its_plan_made_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = begun(tmp_path, sweep_of({RATE: [0.2]}, seeds=2))
    more = sweep_of({RATE: [0.2, 0.4]}, seeds=2)
    replace = Disk.replace

    def dies(self: Disk, path: Path, data: bytes, mode: int = 0o644) -> None:
        if path == sweep.file:
            raise KeyboardInterrupt
        replace(self, path, data, mode)

    monkeypatch.setattr(Disk, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        extend(sweep, more, LIMITS)
    monkeypatch.undo()
    assert planned(sweep, 1) == {(0.4,): {0, 1}}
    assert extend(sweep, more, LIMITS).packs == []
    assert read_written(sweep.file).cells == more.cells
    before = sweep.file.read_bytes()
    extend(sweep, sweep_of({RATE: [0.2]}, seeds=1), LIMITS)  # asks for nothing that is not there
    assert sweep.file.read_bytes() == before


@pytest.mark.parametrize("act", ["put", "sync"])
def test_on_a_full_disk_an_extension_is_refused_and_nothing_of_it_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    sweep = begun(tmp_path, sweep_of({RATE: [0.2]}, seeds=2))
    before = sorted(sweep.packs.iterdir())
    whole = getattr(Disk, act)
    left = [2]

    def full(self: Disk, *given: Any) -> None:
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= 1
        whole(self, *given)

    monkeypatch.setattr(Disk, act, full)
    with pytest.raises(RunError, match="No space left"):
        extend(sweep, sweep_of({RATE: [0.2, 0.3, 0.4, 0.5]}, seeds=2), SMALL)
    assert sorted(sweep.packs.iterdir()) == before
    assert len(sweep.plans()) == 1


@pytest.mark.parametrize(
    ("axes", "base", "key"),
    [
        ({RATE: [0.3]}, TINY | {"train": {"steps": 61, "learning_rate": 1e-2}}, "train"),
        ({RATE: [0.3]}, TINY | {"arms": [*TINY["arms"], {"name": "other"}]}, "arms"),
        ({FRACTION: [0.3]}, TINY, "sweep.axes"),
    ],
)
def test_another_experiment_is_no_extension(
    tmp_path: Path, axes: dict[str, Any], base: dict[str, Any], key: str
) -> None:
    sweep = begun(tmp_path, sweep_of({RATE: [0.2]}))
    with pytest.raises(PresetError) as error:
        extend(sweep, sweep_of(axes, base), LIMITS)
    assert error.value.key == key
    assert len(sweep.plans()) == 1


def test_an_axis_of_the_same_name_changes_the_same_keys(tmp_path: Path) -> None:
    axis = {"keys": [RATE], "values": [0.2]}
    sweep = begun(tmp_path, sweep_of({"rate": axis}))
    with pytest.raises(PresetError, match="changes other keys"):
        extend(sweep, sweep_of({"rate": axis | {"keys": [FRACTION]}}), LIMITS)
