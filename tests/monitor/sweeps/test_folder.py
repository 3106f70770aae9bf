"""The folder of a sweep: whole or not there, and read with care."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from grok_tui.errors import RunError
from grok_tui.monitor.sweeps import folder
from grok_tui.monitor.sweeps.folder import SweepDir, begin, find_sweep, sweeps_in
from grok_tui.monitor.sweeps.planning import Part
from tests.monitor.sweeps import made

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUN = "20260101-120000-made-abcd"
OTHER = "20260101-120000-made-abce"


@pytest.fixture
def sweep(tmp_path: Path) -> SweepDir:
    asked = made.sweep_of({made.RATE: [0.2, 0.4]})

    def make(own: SweepDir) -> None:
        Part(asked, lambda _: 1).write(own, "made")

    return begin(tmp_path, "Two rates", asked.dump(), make)


def test_a_sweep_is_there_as_soon_as_it_is_whole(tmp_path: Path) -> None:
    asked = made.sweep_of({made.RATE: [0.2]})

    def make(own: SweepDir) -> None:
        assert list(sweeps_in(tmp_path)) == []
        Part(asked, lambda _: 1).write(own, "made")

    sweep = begin(tmp_path, "Ein Name, der länger ist", asked.dump(), make)
    assert list(sweeps_in(tmp_path)) == [sweep]
    assert sweep.name == "ein-name-der-langer-ist"
    assert find_sweep(tmp_path, "langer") == sweep
    assert sorted(path.name for path in sweep.path.iterdir()) == [
        "control", "packs", "plan-0001.json", "sweep.toml",
    ]  # fmt: skip


@pytest.mark.parametrize("error", [RunError("no"), KeyboardInterrupt(), OSError(28, "full")])
def test_what_is_not_finished_is_taken_away(tmp_path: Path, error: BaseException) -> None:
    def make(own: SweepDir) -> None:
        (own.packs / "half").mkdir()
        raise error

    with pytest.raises((RunError, KeyboardInterrupt)):
        begin(tmp_path, "half", "", make)
    assert list((tmp_path / "sweeps").iterdir()) == []


def test_only_folders_with_the_name_of_a_sweep_are_sweeps(sweep: SweepDir, tmp_path: Path) -> None:
    shelf = tmp_path / "sweeps"
    (shelf / RUN).symlink_to(sweep.path)
    (shelf / "notes").mkdir()
    (shelf / OTHER).write_text("a file")
    assert list(sweeps_in(tmp_path)) == [sweep]
    assert list(sweeps_in(tmp_path / "nowhere")) == []


def test_a_further_plan_never_takes_the_place_of_one(sweep: SweepDir) -> None:
    plan = sweep.path / "plan-0001.json"
    plan.rename(sweep.path / "plan-0007.json")
    asked = made.sweep_of({made.RATE: [0.2, 0.4, 0.6]})
    Part(asked, lambda _: 1, sweep.plans()).write(sweep, "made")
    assert [path.name for path in sorted(sweep.path.glob("plan-*"))] == [
        "plan-0007.json", "plan-0008.json",
    ]  # fmt: skip
    plan = sweep.path / f"plan-{folder.MAX_PLANS:04d}.json"
    plan.write_bytes((sweep.path / "plan-0007.json").read_bytes())
    before = sorted(sweep.packs.iterdir())
    with pytest.raises(RunError, match="200 plans; expected fewer"):
        Part(asked, lambda _: 1).write(sweep, "made")
    assert sorted(sweep.packs.iterdir()) == before


@pytest.mark.parametrize("name", ["packs", "control"])
def test_nothing_is_made_behind_a_link(sweep: SweepDir, tmp_path: Path, name: str) -> None:
    away = tmp_path / "away"
    (sweep.path / name).rename(away)
    (sweep.path / name).symlink_to(away)
    before = sorted(away.iterdir())
    with pytest.raises(RunError, match=f"{name} is a link"):
        Part(made.sweep_of({made.RATE: [0.6]}), lambda _: 1).write(sweep, "made")
    assert sorted(away.iterdir()) == before


PLAN: dict[str, Any] = {
    "repeat": 0,
    "axes": ["rate"],
    "arms": ["dense"],
    "cells": [{"number": 0, "values": [0.2]}, {"number": 1, "values": [0.4]}],
    "packs": [{"run": RUN, "seeds": [0], "lanes": 2, "cells": {"0": {"dense": "dense-0"}}}],
}


def packed(**more: Any) -> dict[str, Any]:
    return PLAN | {"packs": [PLAN["packs"][0] | more]}


def celled(*cells: dict[str, Any]) -> dict[str, Any]:
    return PLAN | {"cells": list(cells)}


STRANGE: dict[str, Any] = {
    "a run elsewhere": packed(run="../../../etc"),
    "a run with more after its name": packed(run=RUN + "\n"),
    "a run with a path after its name": packed(run=RUN + "/.."),
    "no run": packed(run=5),
    "a cell that there is not": packed(cells={"7": {"dense": "dense-0"}}),
    "a cell below zero": packed(cells={"-1": {"dense": "dense-0"}}),
    "a cell that is no number": packed(cells={"x": {"dense": "dense-0"}}),
    "a cell of a very large number": packed(cells={"9" * 400: {"dense": "dense-0"}}),
    "a cell without arms": packed(cells={"0": {}}),
    "more arms than a run has": packed(cells={"0": {f"a{n}": f"b{n}" for n in range(65)}}),
    "an arm of a long name": packed(cells={"0": {"dense": "x" * 41}}),
    "no lanes": packed(lanes=0),
    "lanes without end": packed(lanes=10**9),
    "steps below zero": packed(steps=-1),
    "steps beyond all": packed(steps=10**12),
    "a repeat below zero": PLAN | {"repeat": -1},
    "a repeat beyond all": PLAN | {"repeat": 100},
    "no seeds": packed(seeds=[]),
    "a seed below zero": packed(seeds=[-1]),
    "a seed beyond all": packed(seeds=[2**31]),
    "a key of its own": packed(command="rm"),
    "a run twice": PLAN | {"packs": PLAN["packs"] * 2},
    "a number twice": celled({"number": 0, "values": [1]}, {"number": 0, "values": [2]}),
    "a number below zero": celled({"number": -1, "values": [1]}),
    "a number beyond all": celled({"number": 10**6, "values": [1]}),
    "too many values": celled({"number": 0, "values": [1, 2]}),
    "too few values": celled({"number": 0, "values": []}),
    "a value beyond all": celled({"number": 0, "values": [2**63]}),
    "a value that is a list": celled({"number": 0, "values": [[1]]}),
    "a value of a long text": celled({"number": 0, "values": ["x" * 401]}),
    "no axes": PLAN | {"axes": [], "cells": [], "packs": []},
    "an axis of a long name": PLAN | {"axes": ["x" * 201]},
    "more axes than there may be": PLAN | {"axes": list("abcdefghi"), "cells": [], "packs": []},
    "another thing": [1, 2],
    "nothing": {},
}


@pytest.mark.parametrize("what", STRANGE)
def test_a_plan_of_a_stranger_is_refused_in_a_sentence(sweep: SweepDir, what: str) -> None:
    plan = sweep.path / "plan-0002.json"
    plan.write_bytes(msgspec.json.encode(PLAN))
    assert len(sweep.plans()) == 2, "the plan that they are made from is good"
    plan.write_bytes(msgspec.json.encode(STRANGE[what]))
    with pytest.raises(RunError, match=f"cannot read the plans of {sweep.id}: ") as refused:
        sweep.plans()
    assert len(str(refused.value)) < 400


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _link(path: Path) -> None:
    path.rename(path.parent / "x")
    path.symlink_to("x")


def _circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def _sparse(path: Path) -> None:
    os.truncate(path, folder.MAX_PLAN + 1)


DAMAGED: dict[str, bytes | Callable[[Path], None]] = {
    "cut off": b'{"repeat": 0, "axes": ["rate"], "arms": ["den',
    "zeros": b"\0" * 500,
    "not UTF-8": b'{"repeat": "\xff"}',
    "brackets without end": b"[" * 100_000,
    "a number beyond all numbers": b'{"repeat": 1e999}',
    "a folder": _folder,
    "a link": _link,
    "a link to itself": _circle,
    "larger than may be": _sparse,
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_plan_is_refused_in_a_sentence(sweep: SweepDir, what: str) -> None:
    plan, harm = sweep.path / "plan-0001.json", DAMAGED[what]
    if callable(harm):
        harm(plan)
    else:
        plan.write_bytes(harm)
    with pytest.raises(RunError, match=f"cannot read the plans of {sweep.id}: "):
        sweep.plans()


def test_other_names_are_no_plans(sweep: SweepDir) -> None:
    for name in ("plan-1.json", "plan-00002.json", "plan-0002.json.tmp", "plan-٠٠٠٢.json"):
        (sweep.path / name).write_text("damaged")
    assert len(sweep.plans()) == 1
    assert sweep.next_plan().name == "plan-0002.json"
