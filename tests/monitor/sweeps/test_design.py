"""What a sweep file asks for, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grok_tui.errors import PresetError
from grok_tui.monitor.sweeps import design
from grok_tui.protocol import gallery, presets, toml
from tests.monitor.sweeps import made

if TYPE_CHECKING:
    from pathlib import Path

FILE = """\
preset = "quickstart"
title = "Rates"
[sweep]
seeds = 4
where = "rate<0.8 or fraction>=0.5"
zips = [["learning_rate", "train.steps"]]
repeats = 3
[sweep.stop]
arm = "grokked-ticket"
generalised = 3
[sweep.axes]
rate = { keys = ["arms.grokked-ticket.pruning_rate"], from = 0.2, to = 0.8, count = 4 }
"task.train_fraction" = [0.4, 0.5]
learning_rate = { keys = ["train.learning_rate"], values = [1e-3, 3e-3] }
"train.steps" = [20000, 6000]
"""


@pytest.fixture
def asked(tmp_path: Path) -> design.Design:
    (tmp_path / "rates.toml").write_text(FILE)
    return design.read(str(tmp_path / "rates.toml"))


def test_a_cell_is_the_preset_with_its_values_set(asked: design.Design) -> None:
    assert len(asked.cells) == 14
    assert (asked.title, asked.seeds) == ("Rates", (0, 1, 2, 3))
    cell = asked.cells[1]
    assert cell.values == (0.2, 0.4, 3e-3, 6000)
    settings = [
        "title='Rates'",
        "arms.grokked-ticket.pruning_rate=0.2",
        "task.train_fraction=0.4",
        "train.learning_rate=3e-3",
        "train.steps=6000",
    ]
    assert asked.config(cell, asked.seeds) == presets.load("quickstart", settings, "4")[0]
    assert asked.label(cell) == (
        "rate=0.2, task.train_fraction=0.4, learning_rate=0.003, train.steps=6000"
    )


def test_what_is_written_is_read_back_the_same(asked: design.Design, tmp_path: Path) -> None:
    path = tmp_path / "sweep.toml"
    path.write_text(asked.dump())
    again = design.read_written(path)
    assert again.dump() == asked.dump()
    assert again.cells == asked.cells
    assert again.sweep.stop == asked.sweep.stop
    for cell in (asked.cells[0], asked.cells[-1]):
        assert again.config(cell) == asked.config(cell)


def test_a_thousand_values_can_be_read_back(tmp_path: Path) -> None:
    axes = {
        f"axis-{n}": {"keys": ["train.weight_decay"], "from": 0.1, "to": 0.7, "count": 1000}
        for n in range(8)
    }
    zips = [list(axes)]
    asked = made.sweep_of(axes, zips=zips)
    path = tmp_path / "sweep.toml"
    path.write_text(asked.dump())
    assert design.read_written(path).cells == asked.cells


def test_a_sweep_that_could_not_be_read_back_is_not_written() -> None:
    axes = {f"axis-{n}": ["x" * 390 + str(n) for n in range(100)] for n in range(8)}
    with pytest.raises(PresetError, match="longer than 256 KiB"):
        made.sweep_of(axes, seeds=1).dump()


def test_without_seeds_of_its_own_it_has_those_of_the_preset() -> None:
    assert made.sweep_of({made.RATE: [0.5]}, made.TINY | {"seeds": [3, 5]}).seeds == (3, 5)
    assert made.sweep_of({made.RATE: [0.5]}, seeds=[7, 2, 7]).seeds == (7, 2)


def test_later_repeats_have_seeds_that_follow_on() -> None:
    asked = made.sweep_of({made.RATE: [0.5]}, seeds=[3, 5], repeats=3)
    assert [asked.seeds_of(repeat) for repeat in range(3)] == [(3, 5), (6, 8), (9, 11)]


def test_files_that_an_axis_names_lie_beside_the_sweep(tmp_path: Path) -> None:
    text = FILE.replace(
        '"train.steps" = [20000, 6000]',
        'split = { keys = ["task.split_from"], values = ["a", "/b", ""] }',
    ).replace('zips = [["learning_rate", "train.steps"]]', "")
    (tmp_path / "rates.toml").write_text(text)
    asked = design.read(str(tmp_path / "rates.toml"))
    assert asked.axes[-1].values == (str(tmp_path / "a"), "/b", "")


def test_a_mistake_in_a_cell_names_file_key_and_cell(asked: design.Design) -> None:
    wrong = made.sweep_of({made.RATE: [0.5, 1.5], "train.stpes": [1]})
    with pytest.raises(PresetError) as refused:
        wrong.config(wrong.cells[1])
    assert (refused.value.source, refused.value.key) == ("made.toml", "train.stpes")
    assert refused.value.problem == (
        "no such key; did you mean steps?; so it is where arms.ticket.pruning_rate=1.5, "
        "train.stpes=1"
    )
    wrong = made.sweep_of({"arms.dens.steps": [5]})
    with pytest.raises(PresetError, match=r"made\.toml: arms\.dens: no such arm; expected dense"):
        wrong.config(wrong.cells[0])


def test_a_mistake_of_the_preset_itself_names_no_cell(tmp_path: Path) -> None:
    (tmp_path / "rates.toml").write_text(FILE.replace("[sweep]", "[train]\nstepz = 1\n[sweep]"))
    asked = design.read(str(tmp_path / "rates.toml"))
    with pytest.raises(PresetError) as refused:
        asked.config(asked.cells[0])
    assert (refused.value.key, refused.value.problem) == (
        "train.stepz",
        "no such key; did you mean steps?",
    )


@pytest.mark.parametrize(
    ("said", "key", "sentence"),
    [
        ({"axes": {}}, "sweep.axes", "1 to 8 axes"),
        ({"axes": [1]}, "sweep.axes", "1 to 8 axes"),
        ({"axes": {f"a{n}.b{n}": [1] for n in range(9)}}, "sweep.axes", "1 to 8 axes"),
        ({"axes": {"train.steps": 5}}, "sweep.axes.train.steps", "a list of values, or a table"),
        ({"axes": {"train.steps": []}}, "sweep.axes.train.steps.values", "a list of at least 1"),
        ({"axes": {"train.steps": [[1]]}}, "sweep.axes.train.steps.values[0]", "got a list of 1"),
        ({"axes": {"train.steps": list(range(1001))}}, "sweep.axes.train.steps", "1001 values"),
        ({"axes": {"train.steps": {"form": 1}}}, "sweep.axes.train.steps.form", "mean from?"),
        ({"axes": {"a.x": [1], "b.x": [1]}}, "sweep.axes.a.x", "two axes are called x"),
        ({"axes": {"a.x": [1], "b.X": [1]}}, "sweep.axes.a.x", "two axes are called x"),
        ({"seeds": 0}, "sweep.seeds", "from 1 to 1000"),
        ({"seeds": -1}, "sweep.seeds", "from 1 to 1000"),
        ({"seeds": [-1]}, "sweep.seeds[0]", "from 0 to 2147483647"),
        ({"seeds": []}, "sweep.seeds", "a list of at least 1"),
        ({"seeds": "many"}, "sweep.seeds", "got 'many'"),
        ({"sedes": 5}, "sweep.sedes", "did you mean seeds?"),
        ({"repeats": 101}, "sweep.repeats", "from 1 to 100"),
        ({"where": 5}, "sweep.where", "text of at most 400"),
        ({"zips": [["train.steps"]]}, "sweep.zips[0]", "a list of at least 2"),
        ({"zips": [["train.steps", "x"]]}, "sweep.zips", "there is no axis x"),
        ({"zips": [["train.steps", "train.steps"]]}, "sweep.zips", "stands twice"),
        ({"zips": [["train.steps", "train.log"]]}, "sweep.zips", "2 of train.steps, 1 of"),
        ({"stop": {"generalised": 3}}, "sweep.stop", "expected more repeats"),
        ({"stop": {"arm": "dense"}, "repeats": 2}, "sweep.stop.arm", "no number of seeds"),
        ({"stop": {"generalized": 3}}, "sweep.stop.generalized", "did you mean generalised"),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(
    said: dict[str, Any], key: str, sentence: str
) -> None:
    axes = said.pop("axes", {"train.steps": [5, 6], "train.log": ["grid"]})
    with pytest.raises(PresetError) as refused:
        design.of_table({**made.TINY, "sweep": {**said, "axes": axes}}, "made.toml")
    assert (refused.value.source, refused.value.key) == ("made.toml", key)
    assert sentence in refused.value.problem


@pytest.mark.parametrize("sweep", [None, 5, [], "x"])
def test_a_preset_is_no_sweep(sweep: Any) -> None:
    table = made.TINY if sweep is None else {**made.TINY, "sweep": sweep}
    with pytest.raises(PresetError, match=r"sweep: missing; expected a table"):
        design.of_table(dict(table), "made.toml")


@pytest.mark.parametrize("name", [one.name for one in gallery.presets("sweep")])
def test_a_sweep_of_the_gallery_is_sound(name: str) -> None:
    asked = design.read(name)
    for cell in asked.cells:
        asked.config(cell, asked.seeds)
    assert design.of_table(toml.parse(asked.dump().encode(), ""), "").cells == asked.cells
