"""Presets: found, put together, changed, and written out whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import tomli
from msgspec.structs import replace

from grok_tui.errors import PresetError
from grok_tui.protocol import gallery, presets
from grok_tui.protocol.arms import METHODS
from grok_tui.protocol.checks import as_config
from grok_tui.protocol.probing import PROBES
from grok_tui.protocol.settings import parse_seeds
from grok_tui.protocol.tasks import ModularAddition, RandomTable
from tests.protocol.folders import elsewhere, write

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["elsewhere"]  # the fixture: each test here runs in a folder of its own

EXPERIMENTS = [preset.name for preset in gallery.presets()]
PIECES = [
    (kind, preset) for kind in ("task", "model", "pruning") for preset in gallery.presets(kind)
]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_gallery_experiment_loads_and_survives_a_round_trip(name: str) -> None:
    config, slug = presets.load(name)
    assert slug == name
    assert as_config(tomli.loads(presets.dump(config)), "again") == config


@pytest.mark.parametrize(("kind", "piece"), PIECES, ids=lambda value: getattr(value, "name", value))
def test_every_piece_says_what_it_is(kind: str, piece: gallery.Preset) -> None:
    assert piece.about
    assert not piece.problem


def test_quickstart_is_the_demo_setting_with_six_arms() -> None:
    config, _ = presets.load("quickstart")
    assert config.task == ModularAddition(train_fraction=0.5, about=config.task.about)
    assert (config.train.learning_rate, config.train.weight_decay) == (3e-3, 1.0)
    assert [arm.name for arm in config.arms] == [
        "dense",
        "grokked-ticket",
        "controlled-dense-l1",
        "controlled-dense-l2",
        "random-mask",
        "shuffled-mask",
    ]
    assert config.arm("grokked-ticket").pruning_rate == 0.6
    assert config.mask_offset(config.arm("grokked-ticket")) == 333


def test_paper_default_is_the_published_setting() -> None:
    config, _ = presets.load("paper-default")
    assert config.task == ModularAddition(p=67, train_fraction=0.4, about=config.task.about)
    assert config.train.learning_rate == 1e-3
    assert config.train.steps == 30_000


def test_paper_transformer_is_paper_default_with_the_other_model() -> None:
    mlp, _ = presets.load("paper-default")
    config, _ = presets.load("paper-transformer")
    assert config.task == mlp.task
    assert config.parameters == 115_456
    assert [arm.name for arm in config.arms] == [
        "dense",
        "grokked-ticket",
        "controlled-dense-l1",
        "controlled-dense-l2",
    ]
    assert replace(config.train, steps=mlp.train.steps) == mlp.train
    assert config.train.steps >= 2 * 22697, "the slowest dense arm that was seen, twice"


def test_set_changes_the_size_of_a_model_or_the_model_itself() -> None:
    smaller, _ = presets.load("paper-transformer", ["model.d_mlp=64", "model.positions=true"])
    assert smaller.shapes()["W_in"] == (64, 128)
    assert smaller.shapes()["W_pos"] == (128, 2)
    other, _ = presets.load("paper-default", ["model=transformer", "model.heads=4"])
    assert other.shapes()["W_Q"] == (4, 128, 128)


def test_early_tickets_reads_the_dense_arm_before_and_after_it_generalises() -> None:
    config, _ = presets.load("early-tickets")
    moments = [arm.mask_from.at for arm in config.arms if arm.mask_from.arm]
    assert {"memorised", 400, 800, "generalised"} <= set(moments)


def test_an_arm_is_named_after_its_preset_or_by_itself(elsewhere: Path) -> None:
    path = write(
        elsewhere / "two.toml",
        'title = "two"\narms = ["dense", {preset = "dense", name = "again"}]',
    )
    assert [arm.name for arm in presets.load(str(path))[0].arms] == ["dense", "again"]


def test_a_piece_may_start_from_another_key_by_key(elsewhere: Path) -> None:
    write(
        elsewhere / "presets/pruning/half.toml",
        'preset = "grokked-ticket"\npruning_rate = 0.5\nmask_from = { plus = 7 }',
    )
    config, _ = presets.load("quickstart", ['arms=["dense", "half"]'])
    half = config.arm("half")
    assert (half.pruning_rate, half.mask_from.plus) == (0.5, 7)
    assert (half.mask_from.arm, half.mask_from.at) == ("dense", "generalised")


def test_files_are_meant_from_the_folder_of_the_preset_that_names_them(elsewhere: Path) -> None:
    weights = write(elsewhere / "deep/w.safetensors", "")
    path = write(
        elsewhere / "deep/own.toml",
        'title = "own"\narms = ["dense"]\nmodel = {preset = "mlp", weights_from = "w.safetensors"}',
    )
    assert presets.load(str(path))[0].model.weights_from == str(weights)


def test_files_named_on_the_command_line_are_meant_from_here(elsewhere: Path) -> None:
    split = write(elsewhere / "s.safetensors", "")
    config, _ = presets.load("quickstart", ["task.split_from=s.safetensors"])
    assert isinstance(config.task, ModularAddition)
    assert config.task.split_from == str(split)


@pytest.mark.parametrize(
    ("settings", "value"),
    [
        (["train.steps=500"], 500),
        (["train.precision=float64"], "float64"),
        (["train.betas=[0.9, 0.99]"], (0.9, 0.99)),
        (["train.steps=5", "train.steps=6"], 6),
    ],
)
def test_set_changes_a_value(settings: list[str], value: object) -> None:
    config, _ = presets.load("quickstart", settings)
    assert getattr(config.train, settings[0].split("=")[0].split(".")[1]) == value


def test_set_reaches_one_arm_or_every_arm_that_has_the_key() -> None:
    config, _ = presets.load("quickstart", ["arms.grokked-ticket.pruning_rate=0.7"])
    assert config.arm("grokked-ticket").pruning_rate == 0.7
    assert config.arm("random-mask").pruning_rate == 0.6
    config, _ = presets.load("quickstart", ["arms.*.pruning_rate=0.8"])
    assert {arm.pruning_rate for arm in config.arms} == {0.0, 0.8}


@pytest.mark.parametrize("arms", [5, True, "dense", {"dense": 1}, [5, {"name": 7}], [{"name": []}]])
def test_set_of_an_arm_that_is_none_is_refused(arms: object) -> None:
    table = {"title": "t", "arms": arms}
    with pytest.raises(PresetError, match=r"--set arms\.dense\.steps=5"):
        presets.resolve(table, "own.toml", ["arms.dense.steps=5"])
    with pytest.raises(PresetError, match=r"(own\.toml|steps=5): arms"):
        presets.resolve(table, "own.toml", ["arms.*.steps=5"])


@pytest.mark.parametrize("key", ["prunning_rate", "task.p", "subset"])
def test_a_change_of_every_arm_that_changes_none_is_refused(key: str) -> None:
    problem = rf"arms\.\*\.{key.partition('.')[0]}: no arm says it in this preset"
    with pytest.raises(PresetError, match=problem):
        presets.load("quickstart", [f"arms.*.{key}=0.5"])


def test_a_long_change_is_blamed_in_short() -> None:
    with pytest.raises(PresetError) as error:
        presets.load("quickstart", [f"train.steps={'9' * 3000}x"])
    assert len(str(error.value)) < 300


@pytest.mark.parametrize("number", ["0x" + "F" * 4000, "-9223372036854775809", "9" * 4000])
def test_whole_numbers_beyond_64_bits_are_refused(elsewhere: Path, number: str) -> None:
    file = write(elsewhere / "own.toml", f"title = 't'\ntrain.betas = [\n{number}\n]\n")
    with pytest.raises(PresetError, match=r"train\.betas\[0\]: a whole number beyond 64 bits"):
        presets.load(str(file))
    with pytest.raises(PresetError, match=r"train\.steps: expected a whole number from 1"):
        presets.load("quickstart", [f"train.steps={number}"])


def test_changes_leave_the_table_as_it_was() -> None:
    arm = {"name": "pruned", "method": "random", "pruning_rate": 0.5}
    table = {"title": "mine", "arms": [arm]}
    config = presets.resolve(table, "mine", ["arms.pruned.pruning_rate=0.9"])
    assert (config.arm("pruned").pruning_rate, arm["pruning_rate"]) == (0.9, 0.5)


def test_set_cannot_smuggle_in_a_second_key() -> None:
    with pytest.raises(PresetError, match=r"train\.steps: expected a whole number"):
        presets.load("quickstart", ["train.steps=1\ntitle = 'x'"])


@pytest.mark.parametrize(
    ("text", "seeds"), [("3", [0, 1, 2]), ("0,4,2", [0, 4, 2]), ("7,", [7]), ("1, 2", [1, 2])]
)
def test_seeds_are_a_number_of_them_or_a_list(text: str, seeds: list[int]) -> None:
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize("text", ["x", "-1", "0", "1001", "1,,2", "1e3", "²", "9" * 5000])
def test_other_seeds_are_refused(text: str) -> None:
    with pytest.raises(PresetError, match="expected a number of seeds"):
        parse_seeds(text)


def test_a_runs_own_config_is_read_as_a_preset(elsewhere: Path) -> None:
    config, _ = presets.load("early-tickets", ["task.p=11"], "2")
    path = write(elsewhere / "config.toml", presets.dump(config))
    assert presets.load_config(path) == config
    assert presets.load(str(path))[0] == config


def test_the_wait_before_a_mask_is_bounded_however_weak_the_decay() -> None:
    config, _ = presets.load("quickstart", ["train.weight_decay=1e-12"])
    assert config.mask_offset(config.arm("grokked-ticket")) == 10_000_000
    assert config.mask_offset(config.arm("random-mask")) == 0


def test_an_arms_task_is_a_piece_or_a_table_that_starts_from_one(elsewhere: Path) -> None:
    write(elsewhere / "presets/pruning/other.toml", 'about = "x"\ntask = "modular-addition"')
    arms = [
        "other",
        {"preset": "other", "name": "more", "task": {"train_fraction": 0.7}},
        {"preset": "other", "name": "table", "task": {"kind": "random-table"}},
        {"name": "own", "task": {"preset": "modular-addition", "train_fraction": 0.3}},
    ]
    config = presets.resolve({"title": "x", "arms": arms}, "x")
    other, more, table, own = (config.task_of(arm) for arm in config.arms)
    assert isinstance(other, ModularAddition)
    assert replace(other, train_fraction=0.7) == more
    assert replace(other, train_fraction=0.3) == own
    assert table == RandomTable()


def test_an_arms_task_that_is_no_piece_is_named_with_its_key() -> None:
    arms = [{"name": "own", "task": "latin"}]
    with pytest.raises(PresetError, match=r"x: arms\[0\]\.task: latin: no such task preset"):
        presets.resolve({"title": "x", "arms": arms}, "x")


def test_files_of_an_arms_task_are_meant_from_the_folder_of_its_preset(elsewhere: Path) -> None:
    split = write(elsewhere / "deep/s.safetensors", "")
    path = write(
        elsewhere / "deep/own.toml",
        'title = "own"\n[[arms]]\nname = "own"\n'
        'task = { kind = "modular-addition", split_from = "s.safetensors" }',
    )
    (arm,) = presets.load(str(path))[0].arms
    assert isinstance(arm.task, ModularAddition)
    assert arm.task.split_from == str(split)


def test_every_key_survives_a_round_trip(elsewhere: Path) -> None:
    arms = [
        {"name": "dense", "steps": 500, "weight_decay": 0.0, "stop_after_generalised": 0},
        {
            "name": "ticket",
            "method": "magnitude",
            "scope": "layer",
            "pruning_rate": 0.5,
            "layer_rates": {"W_E": 0.1},
            "exclude": ["W_U"],
            "mask_from": {"arm": "dense", "at": 100},
            "rewind_to": 10,
            "rewind_arm": "dense",
            "learning_rate": 0.1,
        },
        {
            "name": "popup",
            "method": "edge-popup",
            "scope": "layer",
            "scores": {"weight_decay": 0, "freeze_weights": False},
            "init": "redrawn",
        },
        {
            "name": "student",
            "subset": {"score": "grand", "fraction": 0.5, "skip": 0.1, "arms": ["dense"], "at": 5},
            "teacher": {"arm": "dense", "features": 2.0, "shuffle_classes": True},
        },
        {"name": "other", "task": {"kind": "modular-multiplication"}},
    ]
    probes = ["norms", {"probe": "progress", "arms": ["dense"], "frequencies": [3, 5]}]
    config = presets.resolve({"title": "x", "arms": arms, "probes": probes}, "x")
    path = write(elsewhere / "config.toml", presets.dump(config))
    assert presets.load_config(path) == config
    assert "None" not in path.read_text()


def test_a_configuration_may_be_longer_than_a_preset_but_not_without_end(elsewhere: Path) -> None:
    names = [f"{index:040d}" for index in range(64)]
    arms: list[dict[str, object]] = [{"name": name, "about": "x" * 400} for name in names]
    config = presets.resolve({"title": "x", "arms": arms}, "x")
    path = write(elsewhere / "config.toml", presets.dump(config))
    assert path.stat().st_size > 64 * 1024
    assert presets.load_config(path) == config
    task = {"kind": "modular-addition", "about": "表" * 400}
    subset = {"score": "el2n", "fraction": 0.5, "arms": names[:30]}
    arms = [{**arm, "about": "表" * 400, "task": task} for arm in arms]
    arms = [*arms[:30], *({**arm, "subset": subset} for arm in arms[30:])]
    probes = [{"probe": name, "arms": names, "every": 1} for name in PROBES]
    config = presets.resolve({"title": "x", "arms": arms, "probes": probes}, "x")
    with pytest.raises(PresetError, match="x: arms: spelled out they are longer than"):
        presets.dump(config)


MODELS_OF = {
    "mlp": 115_000,
    "mlp-two-embeddings": 148_500,
    "transformer": 115_456,
    "image-mlp": 54_800,
    "parity-mlp": 2112,
    "regression-mlp": 27_220,
}
TASK_OF = {
    "image-mlp": "digits",
    "parity-mlp": "sparse-parity",
    "regression-mlp": "polynomial-regression",
}


@pytest.mark.parametrize(("name", "weights"), MODELS_OF.items())
def test_a_model_piece_has_the_published_size(name: str, weights: int) -> None:
    task = TASK_OF.get(name, "modular-addition")
    config = presets.resolve({"title": "x", "task": task, "model": name, "arms": ["dense"]}, "x")
    assert config.parameters == weights


def test_every_arm_of_the_gallery_is_trained_beside_those_it_is_made_from() -> None:
    others = ["dense", "grokked-ticket", "teacher", "scorer"]
    pieces = [one.name for one in gallery.presets("pruning")]
    arms = [*others, *(name for name in pieces if name not in others)]
    task = {"preset": "modular-addition", "train_fraction": 0.5}
    config = presets.resolve({"title": "x", "task": task, "model": "mlp", "arms": arms}, "x")
    names = {arm.name for arm in config.arms}
    assert {"iterative-ticket-1", "scorer-10", "random-examples-3"} <= names
    assert set(METHODS) == {arm.method for arm in config.arms}
    assert {name for name in pieces if name not in names} == {"scorer", "random-examples"}


def test_the_pieces_of_edge_popup_differ_in_what_is_trained_and_decays() -> None:
    arms = ["dense", "edge-popup", *(f"edge-popup-{how}" for how in EDGE_POPUPS)]
    config = presets.resolve({"title": "x", "arms": arms}, "x")
    initial = config.arm("edge-popup")
    assert (initial.rewind_to, initial.scores.freeze_weights) == ("init", True)
    for how, (freeze, decay) in EDGE_POPUPS.items():
        arm = config.arm(f"edge-popup-{how}")
        assert (arm.rewind_to, arm.rewind_arm) == ("memorised", "dense")
        assert (arm.scores.freeze_weights, arm.scores.weight_decay) == (freeze, decay)
        assert (arm.scope, arm.pruning_rate) == ("layer", 0.6)


EDGE_POPUPS = {"memorised": (True, 1.0), "weights": (False, 1.0), "no-decay": (True, 0.0)}
