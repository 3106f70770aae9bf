"""The gallery: where presets lie, in which order they are listed, and what they start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from grok_tui.errors import PresetError
from grok_tui.protocol import gallery, presets
from grok_tui.protocol.models import Mlp, Transformer
from grok_tui.protocol.tasks import ModularAddition
from tests.protocol.folders import elsewhere, write

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["elsewhere"]  # the fixture: each test here runs in a folder of its own

PLAIN = 'title = "Plain"\narms = ["dense"]'
BASE = """
title = "The base"
about = "What to see."
seeds = [0, 1]
task = { preset = "modular-addition", train_fraction = 0.5 }
model = "mlp"
arms = ["dense", "random-mask"]
probes = [{ probe = "norms" }]
[train]
steps = 500
learning_rate = 3e-3
"""


def test_quickstart_is_first_and_figures_are_last_and_in_their_order(elsewhere: Path) -> None:
    for name in ("fig10", "fig9", "fig2b", "fig2a", "fig1-paper", "fig1", "beyond", "table1"):
        write(elsewhere / f"presets/figures/{name}.toml", PLAIN)
    write(elsewhere / "presets/a-first.toml", PLAIN)
    found = gallery.presets()
    names = [one.name for one in found if one.path.is_relative_to(elsewhere)]
    assert names[0] == "a-first"
    figures = ["fig1", "fig1-paper", "fig2a", "fig2b", "fig9", "fig10", "beyond", "table1"]
    assert names[1:] == figures
    assert found[0].name == "quickstart"
    folders = [one.folder for one in found]
    assert folders == sorted(folders), "all that lie at the top, then all figures"


def test_a_figure_is_found_by_its_name(elsewhere: Path) -> None:
    path = write(elsewhere / "presets/figures/fig99.toml", PLAIN)
    assert gallery.find("fig99") == path
    assert presets.load("fig99")[1] == "fig99"


def test_the_working_directory_comes_before_the_users_own_and_the_gallery(elsewhere: Path) -> None:
    mine = write(elsewhere / "config/grok-tui/presets/quickstart.toml", PLAIN)
    assert gallery.find("quickstart") == mine
    here = write(elsewhere / "presets/quickstart.toml", PLAIN.replace("Plain", "here"))
    assert gallery.find("quickstart") == here
    assert presets.load("quickstart")[0].title == "here"
    assert [one.title for one in gallery.presets() if one.name == "quickstart"] == ["here"]


def test_a_preset_that_cannot_be_read_is_listed_with_its_problem(elsewhere: Path) -> None:
    write(elsewhere / "presets/broken.toml", "title = ")
    write(elsewhere / "presets/lost.toml", 'preset = "nowhere"')
    problems = {one.name: one.problem for one in gallery.presets()}
    assert "not valid TOML" in problems["broken"]
    assert "presets/lost.toml: preset: nowhere: no such preset" in problems["lost"]
    assert problems["quickstart"] == ""


def test_a_name_that_nothing_is_close_to_is_answered_with_a_few() -> None:
    with pytest.raises(PresetError, match="no such pruning preset; expected a file or") as caught:
        gallery.find("zzzz", "pruning")
    assert str(caught.value).count(",") == gallery.NAMED - 1


def derived(folder: Path, text: str, base: str = BASE) -> Path:
    write(folder / "presets/base.toml", base)
    return write(folder / "presets/figures/derived.toml", f'preset = "base"\n{text}')


def test_an_experiment_starts_from_another_key_by_key(elsewhere: Path) -> None:
    path = derived(
        elsewhere, 'title = "Mine"\ntask = { train_fraction = 0.4 }\n[train]\nsteps = 900'
    )
    config, name = presets.load(str(path))
    assert name == "derived"
    assert (config.title, config.about, config.seeds) == ("Mine", "What to see.", (0, 1))
    assert config.task == ModularAddition(train_fraction=0.4, about=config.task.about)
    assert (config.train.steps, config.train.learning_rate) == (900, 3e-3)
    assert [arm.name for arm in config.arms] == ["dense", "random-mask"]
    (listed,) = [one for one in gallery.presets() if one.name == "derived"]
    assert (listed.title, listed.about) == ("Mine", "What to see.")


def test_arms_seeds_and_probes_are_replaced_as_a_whole(elsewhere: Path) -> None:
    path = derived(elsewhere, 'seeds = [7]\nprobes = [{ probe = "table" }]\narms = ["dense"]')
    config, _ = presets.load(str(path))
    assert config.seeds == (7,)
    assert [arm.name for arm in config.arms] == ["dense"]
    assert [probe.probe for probe in config.probes] == ["table"]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ('model = "transformer"', Transformer()),
        ('model = { preset = "transformer" }', Transformer()),
        ('model = { kind = "transformer" }', Transformer()),
        ("model = { d_hidden = 96 }", Mlp(d_hidden=96)),
    ],
)
def test_a_model_is_another_one_or_the_same_with_changes(
    elsewhere: Path, model: str, expected: object
) -> None:
    config, _ = presets.load(str(derived(elsewhere, model)))
    assert replace(config.model, about="") == expected


def test_a_table_is_laid_over_a_table(elsewhere: Path) -> None:
    base = BASE.replace('model = "mlp"', "") + '[model]\nkind = "mlp"\nd_hidden = 32'
    config, _ = presets.load(str(derived(elsewhere, "model = { d_embedding = 64 }", base)))
    assert config.model == Mlp(d_hidden=32, d_embedding=64)


def test_files_are_meant_from_the_folder_of_the_preset_that_names_them(elsewhere: Path) -> None:
    weights = write(elsewhere / "presets/w.safetensors", "")
    base = BASE.replace(
        'model = "mlp"', 'model = { preset = "mlp", weights_from = "w.safetensors" }'
    )
    config, _ = presets.load(str(derived(elsewhere, "seeds = [3]", base)))
    assert config.model.weights_from == str(weights)


def test_a_path_is_meant_from_the_preset_that_names_it(elsewhere: Path) -> None:
    write(elsewhere / "deep/base.toml", BASE)
    path = write(elsewhere / "deep/mine.toml", 'preset = "./base.toml"\ntitle = "Mine"')
    assert presets.load(str(path))[0].title == "Mine"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("preset = 3", "deep/mine.toml: preset: expected the name of a preset"),
        ('preset = "./mine.toml"', "deep/mine.toml: preset: presets start from one another in a"),
        ('preset = "nowhere"', "deep/mine.toml: preset: nowhere: no such preset; expected a file"),
        ('preset = "./none.toml"', "deep/none.toml: there is no such file"),
    ],
)
def test_a_start_that_is_none_is_refused(elsewhere: Path, line: str, expected: str) -> None:
    path = write(elsewhere / "deep/mine.toml", line)
    with pytest.raises(PresetError) as caught:
        presets.load(str(path))
    assert str(caught.value).startswith(expected)
