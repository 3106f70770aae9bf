"""The draft: what the launcher edits, as a value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import PresetError
from grok_tui.protocol import gallery as shelf
from grok_tui.protocol import presets
from grok_tui.protocol.tasks import ModularTask
from grok_tui.ui import draft as drafts
from grok_tui.ui.draft import Draft
from grok_tui.ui.recipes import Pieces
from grok_tui.ui.values import RATE, SEEDS, Value, field_of, values

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.config import Config

PARITY = 'about = "Bits."\nkind = "sparse-parity"'
SUBTRACTION = 'about = "Ordered."\nkind = "modular-subtraction"'
CHAIN = 'about = "A chain."\nkind = "perceptron"\nwidths = [64]'


def opened(name: str) -> Draft:
    """The experiment of that name, unchanged."""
    (preset,) = (one for one in shelf.presets() if one.name == name)
    return Draft.of(drafts.base(preset, Pieces.read()))


@pytest.fixture
def draft(gallery: Path) -> Draft:
    return opened("quickstart")


def typed(draft: Draft, key: str, text: str) -> Draft:
    return draft.with_value(value(draft, key), text)


def value(draft: Draft, key: str) -> Value:
    (found,) = (one for one in values(draft.unvalued()) if one.key == key)
    return found


def modulus(config: Config) -> int:
    assert isinstance(config.task, ModularTask)
    return config.task.p


def test_an_unchanged_draft_is_the_preset(draft: Draft) -> None:
    assert draft.resolve() == presets.load("quickstart")[0]
    assert not draft.changed


@pytest.mark.parametrize(
    ("key", "text", "part"),
    [
        ("task.p", "1001", "a whole number from 3 to 1000, got 1001"),
        ("task.p", "seven", "got 'seven'"),
        ("task.train_fraction", "1", "above 0 and below 1"),
        ("train.learning_rate", "0", "above 0"),
        ("train.weight_decay", "-1", "from 0 to 100"),
        ("train.steps", "", "a whole number"),
        (RATE, "1", "below 1"),
        (SEEDS, "x", "a number of seeds"),
        (SEEDS, "1,1", "twice"),
    ],
)
def test_a_bad_value_is_refused_with_a_sentence_at_its_field(
    draft: Draft, key: str, text: str, part: str
) -> None:
    with pytest.raises(PresetError) as caught:
        typed(draft, key, text).resolve()
    assert field_of(caught.value, values(draft.unvalued())) == key
    assert part in caught.value.problem


def test_each_bad_value_has_a_fault_of_its_own(draft: Draft) -> None:
    for key, text in (("task.p", "2"), ("train.steps", "7"), ("train.weight_decay", "-1")):
        draft = typed(draft, key, text)
    assert draft.faults() == {
        "task.p": "expected a whole number from 3 to 1000, got 2",
        "train.weight_decay": "expected a number from 0 to 100, got -1",
    }


def test_a_value_that_is_changed_back_is_no_change(draft: Draft) -> None:
    changed = typed(draft, "task.p", "97")
    assert changed.changed
    assert modulus(changed.resolve()) == 97
    assert not typed(changed, "task.p", "67").changed


def test_the_pruning_rate_is_that_of_every_arm_with_one_of_its_own(draft: Draft) -> None:
    config = typed(draft, RATE, "0.8").resolve()
    rates = {arm.name: arm.pruning_rate for arm in config.arms}
    assert rates["grokked-ticket"] == rates["random-mask"] == 0.8
    assert rates["dense"] == rates["shuffled-mask"] == 0


def test_resolving_a_bad_rate_leaves_the_draft_as_it_was(draft: Draft) -> None:
    with pytest.raises(PresetError):
        typed(draft, RATE, "2").resolve()
    assert draft.resolve() == draft.base.config


def test_seeds_are_a_number_or_a_list(draft: Draft) -> None:
    assert typed(draft, SEEDS, "3").resolve().seeds == (0, 1, 2)
    chosen = typed(draft, SEEDS, "4,7").resolve()
    assert chosen.seeds == (4, 7)
    assert value(draft, SEEDS).text(chosen) == "4,7,"
    assert value(draft, SEEDS).text(draft.base.config) == "1"


def test_ticking_an_arm_ticks_all_that_it_is_made_from(gallery: Path) -> None:
    ticked, others = opened("slow").toggled("shuffled-mask")
    assert set(ticked.arms) == {"dense", "grokked-ticket", "shuffled-mask"}
    assert others == ("grokked-ticket",)
    assert {arm.name for arm in ticked.resolve().arms} == set(ticked.arms)


def test_unticking_an_arm_unticks_all_that_are_made_from_it(draft: Draft) -> None:
    left, others = draft.toggled("dense")
    assert left.arms == ("random-mask",)
    assert set(others) == {"grokked-ticket", "controlled-dense-l2", "shuffled-mask"}


def test_no_arm_at_all_is_refused(draft: Draft) -> None:
    for name in ("dense", "random-mask"):
        draft, _ = draft.toggled(name)
    with pytest.raises(PresetError, match="none is ticked"):
        draft.resolve()


def test_another_task_drops_what_was_typed_for_the_last_one(draft: Draft) -> None:
    changed = typed(typed(draft, "task.p", "97"), "train.steps", "10")
    other = changed.with_task("tiny-addition").resolve()
    assert (modulus(other), other.train.steps) == (7, 10)


def test_another_model_keeps_what_was_typed_and_the_arms(draft: Draft) -> None:
    changed = typed(draft, "task.p", "97").with_model("transformer")
    config = changed.resolve()
    assert config.shapes()["W_Q"] == (1, 128, 128)
    assert (modulus(config), config.arms) == (97, draft.base.config.arms)
    assert changed.with_model("mlp").resolve().model == draft.base.config.model


def test_arms_that_an_experiment_spells_out_are_kept_as_they_are(gallery: Path) -> None:
    (gallery / "own.toml").write_text(
        'title = "Own"\narms = ["dense", { preset = "grokked-ticket", name = "late", '
        "mask_from = { at = 400 } }]"
    )
    draft, _ = opened("own").toggled("random-mask")
    arms = {arm.name: arm for arm in draft.resolve().arms}
    assert arms["late"].mask_from.at == 400
    assert set(arms) == {"dense", "late", "random-mask"}


def test_another_model_drops_what_was_typed_for_the_last_one(draft: Draft) -> None:
    wide = typed(draft, "model.d_hidden", "96")
    assert wide.resolve().shapes()["W_in"] == (96, 500)
    assert wide.with_model("transformer").resolve().shapes()["W_in"] == (128, 128)
    assert not wide.with_model("transformer").with_model("mlp").changed


def test_a_task_that_the_model_cannot_learn_comes_with_the_first_that_can(gallery: Path) -> None:
    (gallery / "tasks/parity.toml").write_text(PARITY)
    (gallery / "models/chain.toml").write_text(CHAIN)
    misfit = opened("quickstart").with_task("parity")
    with pytest.raises(PresetError, match="mlp takes pairs of tokens, but sparse-parity has rows"):
        misfit.resolve()
    fitted, problem = misfit.fitted()
    assert problem.startswith("mlp takes pairs of tokens, but sparse-parity has rows of numbers")
    assert (fitted.task, fitted.model) == ("parity", "chain")
    assert fitted.resolve().shapes()["W_1"] == (64, 31)
    back, problem = fitted.with_task("modular-addition").fitted()
    assert problem.startswith("perceptron takes rows of numbers")
    assert not back.changed, "its own model comes first"


def test_a_model_that_can_learn_the_task_stays(gallery: Path, draft: Draft) -> None:
    assert draft.fitted() == (draft, "")
    (gallery / "tasks/subtraction.toml").write_text(SUBTRACTION)
    ordered = opened("quickstart").with_task("subtraction")
    fitted, problem = ordered.fitted()
    assert "with one embedding (a, b) and (b, a) are the same" in problem
    assert fitted.model == "transformer"
    assert fitted.fitted() == (fitted, "")


def test_where_no_model_can_learn_the_task_the_sentence_stays(gallery: Path) -> None:
    (gallery / "tasks/parity.toml").write_text(PARITY)
    misfit = opened("quickstart").with_task("parity")
    assert misfit.fitted() == (misfit, "")


def test_all_that_an_arm_takes_something_from_is_ticked_with_it(gallery: Path) -> None:
    (gallery / "pruning/scorer.toml").write_text('about = "S."\nsteps = 5\nrepeat = 3')
    (gallery / "pruning/hard.toml").write_text(
        'about = "H."\nsubset = { score = "el2n", fraction = 0.5, arms = ["scorer"], at = 5 }\n'
        'teacher = { arm = "dense" }'
    )
    (gallery / "pruning/late.toml").write_text(
        'preset = "dense"\nrewind_to = 9\nrewind_arm = "dense"'
    )
    alone = opened("slow")
    hard, others = alone.toggled("hard")
    assert others == ("scorer",)
    assert [arm.name for arm in hard.resolve().arms][:2] == ["dense", "hard"]
    assert hard.resolve().arm("hard").subset.arms == ("scorer-1", "scorer-2", "scorer-3")
    late, _ = alone.toggled("late")
    assert late.toggled("dense")[0].arms == ()
    assert alone.base.recipes["hard"].explained == "H. Made from dense and scorer."


def test_arms_said_in_short_are_one_line_to_tick(gallery: Path) -> None:
    (gallery / "own.toml").write_text(
        'title = "Own"\narms = ["dense", { preset = "grokked-ticket", rounds = 3 }]'
    )
    draft = opened("own")
    assert draft.arms == ("dense", "grokked-ticket")
    assert draft.resolve() == presets.load("own")[0]
    assert len(draft.resolve().arms) == 4
    assert len(draft.toggled("grokked-ticket")[0].resolve().arms) == 1


def test_probes_follow_the_arms_and_the_task(gallery: Path) -> None:
    (gallery / "tasks/product.toml").write_text('about = "P."\nkind = "modular-multiplication"')
    (gallery / "own.toml").write_text(
        'title = "Own"\ntask = "modular-addition"\nmodel = "mlp"\n'
        'arms = ["dense", "random-mask", { preset = "dense", name = "twice", repeat = 2 }]\n'
        'probes = ["norms", { probe = "progress", arms = ["dense", "twice-1"] },\n'
        '{ probe = "table", arms = ["random-mask"] }]'
    )
    draft = opened("own")
    assert probes(draft) == {
        "norms": (),
        "progress": ("dense", "twice-1"),
        "table": ("random-mask",),
    }
    fewer = draft.toggled("random-mask")[0].toggled("dense")[0]
    assert probes(fewer) == {"norms": (), "progress": ("twice-1",)}
    other = draft.with_task("product")
    assert probes(other) == {"norms": (), "table": ("random-mask",)}, "progress is of addition"


def probes(draft: Draft) -> dict[str, tuple[str, ...]]:
    return {probe.probe: probe.arms for probe in draft.resolve().probes}


def test_a_piece_that_cannot_be_read_is_not_offered(gallery: Path) -> None:
    (gallery / "pruning/lost.toml").write_text('preset = "nowhere"')
    (gallery / "tasks/broken.toml").write_text("kind = ")
    pieces = Pieces.read()
    assert "lost" not in pieces.recipes
    assert "broken" not in [one.name for one in pieces.tasks]


def test_facts_count_lanes_and_weights(draft: Draft) -> None:
    lanes, steps = drafts.facts(typed(draft, SEEDS, "2").resolve())
    assert lanes == "5 arms x 2 seeds = 10 lanes, 115,000 weights each"
    assert steps == "up to 5,000 steps, or 300 after generalising"


def test_facts_count_the_weights_of_the_model_that_is_picked(draft: Draft) -> None:
    lanes, _ = drafts.facts(draft.with_model("transformer").resolve())
    assert lanes == "5 arms x 1 seed = 5 lanes, 115,456 weights each"


def test_an_estimate_says_what_it_is_from() -> None:
    assert drafts.time_line(90.0, "as in run x") == "about 90 s here (as in run x)"
    assert "no estimate" in drafts.time_line(None, "nothing is known")


def test_probes_are_typed_as_steps_between_looks(draft: Draft) -> None:
    config = typed(typed(draft, "probes.norms", "50"), "probes.table", "0").resolve()
    assert [(one.probe, one.every) for one in config.probes] == [("norms", 50), ("table", 0)]
    assert value(draft, "probes.norms").text(config) == "50"
    assert value(draft, "probes.densities").text(config) == "off"
    assert typed(draft, "probes.norms", "off").changed is False


def test_a_probe_that_is_there_keeps_its_arms_and_can_be_left_out(gallery: Path) -> None:
    table = (gallery / "quickstart.toml").read_text()
    probes = 'probes = [{ probe = "norms", every = 7, arms = ["dense"] }, "table"]\n'
    (gallery / "quickstart.toml").write_text(probes + table)
    draft = opened("quickstart")
    assert value(draft, "probes.norms").text(draft.base.config) == "7"
    (norms, _) = sorted(typed(draft, "probes.norms", "9").resolve().probes, key=lambda p: p.probe)
    assert (norms.every, norms.arms) == (9, ("dense",))
    assert [one.probe for one in typed(draft, "probes.norms", "off").resolve().probes] == ["table"]


def test_a_probe_that_looks_at_no_number_of_steps_is_refused_at_its_field(draft: Draft) -> None:
    for text in ("often", "-1", "99999999"):
        wrong = typed(draft, "probes.norms", text)
        with pytest.raises(PresetError, match="expected a number of steps up to 10000000, or off"):
            wrong.resolve()
        assert list(wrong.faults()) == ["probes.norms"]


def test_words_and_files_are_typed_as_they_stand(draft: Draft) -> None:
    assert typed(draft, "title", "Mine, = [too]").resolve().title == "Mine, = [too]"
    lost = typed(draft, "model.weights_from", "/lost.safetensors")
    assert lost.faults()["model.weights_from"].startswith("there is no file /lost.safetensors")


def test_the_text_of_a_draft_is_the_draft(draft: Draft, gallery: Path) -> None:
    changed = typed(typed(draft, "task.p", "13"), SEEDS, "4,7")
    path = gallery / "elsewhere.txt"
    path.write_text(changed.text)
    again = Draft.of(drafts.base(draft.base.preset, draft.base.pieces, path))
    assert again.resolve() == changed.resolve()
    assert again.changed, "it is not what the preset says"
    assert "# Decoupled: each step multiplies every weight" in changed.text


@pytest.mark.parametrize(
    ("name", "called"),
    [("20261121-094726-fig1-right-mjux", "fig1-right"), ("quickstart", "quickstart")],
)
def test_a_run_of_an_old_run_is_called_as_that_was(draft: Draft, name: str, called: str) -> None:
    preset = replace(draft.base.preset, name=name)
    assert replace(draft.base, preset=preset).called == called
