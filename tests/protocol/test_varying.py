"""An experiment in many variants is what each variant is by itself."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from grok_tui.errors import PresetError
from grok_tui.protocol import gallery, presets
from grok_tui.protocol.checks import as_config
from grok_tui.protocol.pieces import filled
from grok_tui.protocol.settings import Change
from grok_tui.protocol.varying import Variants

CHANGES: dict[str, tuple[Any, ...]] = {
    "train.learning_rate": (1e-3, 2e-2, -1.0),
    "train.betas": (0.5,),
    "task": ("modular-multiplication", "no-such-task"),
    "task.train_fraction": (0.3, 0.6, 2.0),
    "model": ("mlp-two-embeddings", "transformer"),
    "model.d_hidden": (24, 96),
    "model.init_scale": (0.5, 1.0),
    "train.weight_decay": (0.5, 2.0),
    "arms.*.pruning_rate": (0.2, 0.9),
    "arms.dense.steps": (9000,),
    "arms.dense.name": ("grokked-ticket", "other"),
    "arms.other.weight_decay": (0.5,),
    "arms.grokked-ticket.mask_from.plus": (10, 100),
    "arms.iterative-ticket.pruning_rate": (0.5, 0.7),
    "arms.iterative-ticket.rounds": (2, 4),
    "arms.iterative-ticket-1.weight_decay": (0.5, 2.0),
    "arms.random.repeat": (2,),
    "arms.random-1.subset.fraction": (0.7,),
    "arms.hardest.subset.skip": (0.05,),
    "probes": ("norms",),
    "title": ("Another",),
    "preset": ("fig1",),
}


def outcome(make: Any) -> Any:
    """What is made, or where it is wrong."""
    try:
        return make()
    except PresetError as error:
        return error.key, error.problem


@pytest.mark.parametrize("name", ["quickstart", "extra-iterative", "data-diet", "table1"])
def test_a_variant_is_the_preset_with_its_changes_set(name: str) -> None:
    dice = random.Random(name)
    table = gallery.read(gallery.find(name))
    untouched = copy.deepcopy(filled(table, name))
    variants = Variants(filled(table, name), name)
    sound = 0
    for _ in range(36):
        keys = dice.sample(list(CHANGES), dice.randint(1, 4))
        changes = [Change(tuple(key.split(".")), dice.choice(CHANGES[key]), key) for key in keys]
        alone = outcome(lambda made=changes: as_config(presets.changed(table, name, made), name))
        assert outcome(lambda made=changes: variants.config(made)) == alone
        sound += not isinstance(alone, tuple)
    assert sound > 1
    assert filled(table, name) == untouched
    assert variants.config(()) == presets.load(name)[0], "a variant changed what all have"


def test_seeds_take_the_place_of_those_of_the_preset() -> None:
    variants = Variants(gallery.read(gallery.find("quickstart")), "")
    assert variants.config((), (4, 2)).seeds == (4, 2)
    assert variants.config(()).seeds == (0,)
