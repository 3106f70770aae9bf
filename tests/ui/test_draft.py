"""The draft: what the launcher edits, as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import PresetError
from grok_tui.protocol import gallery as shelf
from grok_tui.protocol import presets
from grok_tui.protocol.tasks import ModularTask
from grok_tui.ui import draft as drafts
from grok_tui.ui.draft import RATE, SEEDS, VALUES, Draft

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.config import Config

BY_KEY = {value.key: value for value in VALUES}


@pytest.fixture
def draft(gallery: Path) -> Draft:
    (quick, _) = shelf.presets()
    return Draft.of(drafts.base(quick))


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
        draft.with_value(BY_KEY[key], text).resolve()
    assert drafts.field_of(caught.value) == key
    assert part in caught.value.problem


def test_each_bad_value_has_a_fault_of_its_own(draft: Draft) -> None:
    for key, text in (("task.p", "2"), ("train.steps", "7"), ("train.weight_decay", "-1")):
        draft = draft.with_value(BY_KEY[key], text)
    assert draft.faults() == {
        "task.p": "expected a whole number from 3 to 1000, got 2",
        "train.weight_decay": "expected a number from 0 to 100, got -1",
    }


def test_a_value_that_is_changed_back_is_no_change(draft: Draft) -> None:
    changed = draft.with_value(BY_KEY["task.p"], "97")
    assert changed.changed
    assert modulus(changed.resolve()) == 97
    assert not changed.with_value(BY_KEY["task.p"], "67").changed


def test_the_pruning_rate_is_that_of_every_arm_with_one_of_its_own(draft: Draft) -> None:
    config = draft.with_value(BY_KEY[RATE], "0.8").resolve()
    rates = {arm.name: arm.pruning_rate for arm in config.arms}
    assert rates["grokked-ticket"] == rates["random-mask"] == 0.8
    assert rates["dense"] == rates["shuffled-mask"] == 0


def test_resolving_a_bad_rate_leaves_the_draft_as_it_was(draft: Draft) -> None:
    with pytest.raises(PresetError):
        draft.with_value(BY_KEY[RATE], "2").resolve()
    assert draft.resolve() == draft.base.config


def test_seeds_are_a_number_or_a_list(draft: Draft) -> None:
    assert draft.with_value(BY_KEY[SEEDS], "3").resolve().seeds == (0, 1, 2)
    chosen = draft.with_value(BY_KEY[SEEDS], "4,7").resolve()
    assert chosen.seeds == (4, 7)
    assert BY_KEY[SEEDS].text(chosen) == "4,7,"
    assert BY_KEY[SEEDS].text(draft.base.config) == "1"


def test_ticking_an_arm_ticks_all_that_it_is_made_from(gallery: Path) -> None:
    slow = shelf.presets()[1]
    alone = Draft.of(drafts.base(slow))
    ticked, others = alone.toggled("shuffled-mask")
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
    changed = draft.with_value(BY_KEY["task.p"], "97").with_value(BY_KEY["train.steps"], "10")
    other = changed.with_task("tiny-addition").resolve()
    assert (modulus(other), other.train.steps) == (7, 10)


def test_another_model_keeps_what_was_typed_and_the_arms(draft: Draft) -> None:
    changed = draft.with_value(BY_KEY["task.p"], "97").with_model("transformer")
    config = changed.resolve()
    assert config.shapes()["W_Q"] == (1, 128, 128)
    assert (modulus(config), config.arms) == (97, draft.base.config.arms)
    assert changed.with_model("mlp").resolve().model == draft.base.config.model


def test_arms_that_an_experiment_spells_out_are_kept_as_they_are(gallery: Path) -> None:
    (gallery / "own.toml").write_text(
        'title = "Own"\narms = ["dense", { preset = "grokked-ticket", name = "late", '
        "mask_from = { at = 400 } }]"
    )
    own = next(one for one in shelf.presets() if one.name == "own")
    draft, _ = Draft.of(drafts.base(own)).toggled("random-mask")
    arms = {arm.name: arm for arm in draft.resolve().arms}
    assert arms["late"].mask_from.at == 400
    assert set(arms) == {"dense", "late", "random-mask"}


def test_facts_count_lanes_and_weights(draft: Draft) -> None:
    lanes, steps = drafts.facts(draft.with_value(BY_KEY[SEEDS], "2").resolve())
    assert lanes == "5 arms x 2 seeds = 10 lanes, 115,000 weights each"
    assert steps == "up to 5,000 steps, or 300 after generalising"


def test_facts_count_the_weights_of_the_model_that_is_picked(draft: Draft) -> None:
    lanes, _ = drafts.facts(draft.with_model("transformer").resolve())
    assert lanes == "5 arms x 1 seed = 5 lanes, 115,456 weights each"


def test_an_estimate_says_what_it_is_from() -> None:
    assert drafts.time_line(90.0, "as in run x") == "about 90 s on this device (as in run x)"
    assert "no estimate" in drafts.time_line(None, "nothing is known")
