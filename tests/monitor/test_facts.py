"""What can be asked of a run by name."""

from __future__ import annotations

import msgspec
import pytest

from grok_tui.monitor.facts import config_facts, outcome, outcome_of, run_keys
from grok_tui.monitor.filter import parse
from grok_tui.monitor.history import LaneHistory
from grok_tui.protocol.events import LaneFinished
from grok_tui.protocol.models import Perceptron, Transformer
from grok_tui.protocol.tasks import ModularDivision
from tests import fakes

replaced = msgspec.structs.replace


@pytest.mark.parametrize(
    ("lane", "words"),
    [
        ((None, None, ""), ()),
        ((42, None, ""), ("memorised",)),
        ((42, 1141, "steps"), ("grokked", "generalised")),
        ((None, 7, ""), ("grokked", "generalised")),
        ((42, None, "diverged"), ("memorised", "diverged")),
        ((None, None, "unavailable"), ("unavailable",)),
    ],
)
def test_the_outcome_of_a_lane(
    lane: tuple[int | None, int | None, str], words: tuple[str, ...]
) -> None:
    assert outcome(*lane) == words


def test_the_outcome_of_a_lane_as_it_is_known() -> None:
    end = LaneFinished(arm="dense", seed=0, step=3, reason="diverged")
    assert outcome_of(LaneHistory("dense", 0, end=end)) == ("diverged",)
    assert outcome_of(None) == ()


def test_a_configuration_by_name() -> None:
    facts = config_facts(fakes.config(seeds=(3, 4)))
    for text in (
        "p=67 fraction=0.5 width=48 model=mlp task=modular-addition",
        "wd=1 lr=3e-3 steps=5000 threshold=0.95",
        "seeds=2 seed=4 arms=6 arm=grokked-ticket method=shuffle rate=0.6",
        "activation=relu",
    ):
        assert parse(text, run_keys()).fits(facts), text
    assert "about" not in facts


def test_where_arms_differ_all_values_are_known() -> None:
    config = fakes.config(only=("dense",))
    own = replaced(config.arms[0], weight_decay=0.1, task=ModularDivision(p=67))
    facts = config_facts(replaced(config, arms=(own,)))
    assert facts["weight_decay"] == (1.0, 0.1)
    assert facts["task"] == ("modular-addition", "modular-division")


def test_the_width_is_that_of_the_hidden_units() -> None:
    config = fakes.config()
    assert config_facts(replaced(config, model=Transformer(d_mlp=77)))["width"] == 77
    assert config_facts(replaced(config, model=Perceptron(widths=(20, 30))))["width"] == (20, 30)


def test_every_name_of_a_run_can_be_asked_for() -> None:
    assert set(config_facts(fakes.config())) <= run_keys()
    assert {"p", "d_mlp", "widths", "state", "t_gen", "age", "weight_decay"} <= run_keys()
