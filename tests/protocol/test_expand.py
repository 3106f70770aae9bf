"""Short forms of a preset: rounds, repeats and names of probes become arms and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grok_tui.errors import PresetError
from grok_tui.protocol import presets

if TYPE_CHECKING:
    from grok_tui.protocol.config import Config

Table = dict[str, Any]

DENSE: Table = {"name": "dense"}
ITERATED: Table = {
    "name": "iterated",
    "about": "The last round.",
    "method": "magnitude",
    "pruning_rate": 0.6,
    "mask_from": {"arm": "dense", "at": "generalised", "plus": 100},
    "rounds": 3,
}
SCORER: Table = {"name": "scorer", "init": "redrawn", "steps": 60, "repeat": 3}


def experiment(*arms: Table, settings: tuple[str, ...] = (), **more: object) -> Config:
    return presets.resolve({"title": "A test", "arms": [DENSE, *arms], **more}, "a test", settings)


def refusal(*arms: Table, settings: tuple[str, ...] = (), **more: object) -> str:
    with pytest.raises(PresetError) as caught:
        experiment(*arms, settings=settings, **more)
    return str(caught.value)


def test_a_round_takes_the_mask_of_the_one_before_and_the_last_has_the_name() -> None:
    rounds = experiment(ITERATED).arms[1:]
    assert [arm.name for arm in rounds] == ["iterated-1", "iterated-2", "iterated"]
    assert [arm.mask_from.arm for arm in rounds] == ["dense", "iterated-1", "iterated-2"]
    assert {(arm.mask_from.at, arm.mask_from.plus) for arm in rounds} == {("generalised", 100)}
    assert [arm.about for arm in rounds] == [
        "Round 1 of 3 of iterated.",
        "Round 2 of 3 of iterated.",
        "The last round.",
    ]


def test_an_exponential_schedule_keeps_the_same_share_in_each_round() -> None:
    rates = [arm.pruning_rate for arm in experiment(ITERATED).arms[1:]]
    assert rates[-1] == 0.6
    assert [1 - rate for rate in rates] == pytest.approx([0.4 ** (1 / 3), 0.4 ** (2 / 3), 0.4])
    assert rates[0] == 0.2631937003, "written in ten digits, so that counts are exact"


def test_a_linear_schedule_removes_the_same_number_in_each_round() -> None:
    arm = ITERATED | {"schedule": "linear", "rounds": 4}
    assert [arm.pruning_rate for arm in experiment(arm).arms[1:]] == [0.15, 0.3, 0.45, 0.6]


def test_rates_of_single_matrices_come_in_rounds_too() -> None:
    arm = ITERATED | {"scope": "layer", "layer_rates": {"W_E": 0.8}, "schedule": "linear"}
    rates = [arm.layer_rates["W_E"] for arm in experiment(arm | {"rounds": 2}).arms[1:]]
    assert rates == [0.4, 0.8]


def test_an_arm_that_says_no_rate_has_none_in_any_round() -> None:
    arm = {key: value for key, value in ITERATED.items() if key != "pruning_rate"}
    assert {one.pruning_rate for one in experiment(arm).arms} == {0.0}


def test_every_round_rewinds_to_the_same_weights_of_the_same_arm() -> None:
    initial = experiment(ITERATED).arms[1:]
    assert {(arm.rewind_to, arm.rewind_arm) for arm in initial} == {("init", "")}
    later = experiment(ITERATED | {"rewind_to": 50}).arms[1:]
    assert {(arm.rewind_to, arm.rewind_arm) for arm in later} == {(50, "dense")}
    other = {"name": "other"}
    named = experiment(other, ITERATED | {"rewind_to": 50, "rewind_arm": "other"}).arms[2:]
    assert {arm.rewind_arm for arm in named} == {"other"}


def test_one_round_is_the_arm_itself() -> None:
    (_, alone) = experiment(ITERATED | {"rounds": 1}).arms
    (_, plain) = experiment({key: ITERATED[key] for key in ITERATED if key != "rounds"}).arms
    assert alone == plain


def test_an_arm_is_repeated_and_all_copies_score_examples() -> None:
    subset = {"score": "el2n", "fraction": 0.8, "arms": ["scorer", "dense"], "at": 60}
    config = experiment(SCORER, {"name": "hard", "subset": subset})
    names = [arm.name for arm in config.arms]
    assert names == ["dense", "scorer-1", "scorer-2", "scorer-3", "hard"]
    assert config.arm("hard").subset.arms == ("scorer-1", "scorer-2", "scorer-3", "dense")
    assert {arm.init for arm in config.arms[1:4]} == {"redrawn"}


def test_probes_are_named_or_set_and_may_look_at_all_copies() -> None:
    probes = ["norms", {"probe": "densities", "every": 100, "arms": ["scorer"]}]
    norms, densities = experiment(SCORER, probes=probes).probes
    assert (norms.probe, norms.every, norms.arms) == ("norms", 0, ())
    assert (densities.probe, densities.every) == ("densities", 100)
    assert densities.arms == ("scorer-1", "scorer-2", "scorer-3")


@pytest.mark.parametrize(
    ("arm", "expected"),
    [
        (ITERATED | {"rounds": 0}, "iterated.rounds: expected a whole number from 1 to 64, got 0"),
        (
            ITERATED | {"rounds": "3"},
            "iterated.rounds: expected a whole number from 1 to 64, got '3'",
        ),
        (
            ITERATED | {"schedule": "cubic"},
            "iterated.schedule: expected one of exponential, linear, got 'cubic'",
        ),
        (
            DENSE | {"name": "own", "schedule": "linear"},
            "own.schedule: there are no rounds; expected none",
        ),
        (ITERATED | {"repeat": 2}, "iterated.repeat: rounds are not repeated; expected none"),
        (SCORER | {"repeat": 65}, "scorer.repeat: expected a whole number from 1 to 64, got 65"),
        (
            {"name": "own", "method": "random", "pruning_rate": 0.5, "rounds": 3},
            "own.rounds: a round prunes what was trained; expected method magnitude with mask_from",
        ),
        (
            {"name": "own", "method": "magnitude", "pruning_rate": 0.5, "rounds": 3},
            "own.rounds: a round prunes what was trained; expected method magnitude with mask_from",
        ),
        (
            SCORER | {"name": "a" * 39, "repeat": 1},
            f"{'a' * 39}.repeat: {'a' * 39}-1 is too long a name; expected at most 40 characters",
        ),
        (
            ITERATED | {"name": "a" * 38, "rounds": 11},
            f"{'a' * 38}.rounds: {'a' * 38}-10 is too long a name; expected at most 40 characters",
        ),
    ],
)
def test_a_short_form_that_means_nothing_is_refused(arm: Table, expected: str) -> None:
    assert refusal(arm).startswith(f"a test: arms.{expected}")


def test_more_arms_than_a_run_takes_are_counted() -> None:
    text = refusal(SCORER | {"repeat": 64})
    assert text == "a test: arms: 65 with all rounds and repeats; expected at most 64"
    arms = [{"name": f"arm-{index}"} for index in range(64)]
    assert refusal(*arms) == (
        "a test: arms: expected a list of at least 1: a table, got a list of 65"
    )


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        ([SCORER, {"name": "scorer-2"}], "arms: two arms are named scorer-2"),
        ([ITERATED | {"pruning_rate": 2.0}], "arms.iterated-1.pruning_rate: expected a number at"),
        ([ITERATED | {"pruning_rate": "x"}], "arms.iterated-1.pruning_rate: expected a number at"),
        ([{"name": 3, "repeat": 2}], "arms[1].name: expected a name of 1 to 40 small letters"),
        ([3], "arms[1]: expected a table, got 3"),
        ([SCORER | {"subset": {"arms": [3]}}], "arms.scorer-1.subset.arms[0]: expected text"),
        ([SCORER | {"subset": {"arms": 3}}], "arms.scorer-1.subset.arms: expected a list"),
    ],
)
def test_what_is_wrong_beside_short_forms_is_said_as_ever(arms: list[Table], expected: str) -> None:
    assert refusal(*arms).startswith(f"a test: {expected}")


def test_a_probe_that_is_no_probe_is_said_as_ever() -> None:
    assert refusal(probes=["colour"]).startswith("a test: probes.colour.probe: expected one of")
    assert refusal(probes=[3]).startswith("a test: probes[0]: expected a table, got 3")
    assert refusal(probes=3).startswith("a test: probes: expected a list: a table, got 3")


def test_set_changes_the_arm_that_is_written_or_one_that_is_made_of_it() -> None:
    settings = ("arms.iterated.rounds=2", "arms.iterated-1.steps=700", "arms.iterated.steps=900")
    config = experiment(ITERATED, settings=settings)
    assert [(arm.name, arm.steps) for arm in config.arms[1:]] == [
        ("iterated-1", 700),
        ("iterated", 900),
    ]
    assert experiment(ITERATED, settings=settings[::-1]) == config, "in whatever order"
    text = refusal(ITERATED, settings=("arms.iterated-3.steps=7",))
    assert "arms.iterated-3: no such arm; expected dense, iterated-1, iterated-2, iterated" in text
    text = refusal(ITERATED, settings=("arms.iterated.rounds=0",))
    assert text.startswith("--set arms.iterated.rounds=0: arms.iterated.rounds: expected a whole")


@pytest.mark.parametrize(
    ("settings", "blamed"),
    [
        (["arms.iterated.steps=0"], "--set arms.iterated.steps=0: arms.iterated-1.steps: "),
        (["arms.iterated-2.steps=0"], "--set arms.iterated-2.steps=0: arms.iterated-2.steps: "),
        (
            ["arms.iterated-2.steps=0", "arms.iterated.steps=9"],
            "--set arms.iterated-2.steps=0: arms.iterated-2.steps: ",
        ),
        (["arms.iterated.wrong=1"], "--set arms.iterated.wrong=1: arms.iterated-1.wrong: "),
        (["arms.dense.steps=9", "arms.dense.steps=0"], "--set arms.dense.steps=0: "),
    ],
)
def test_a_fault_that_set_put_into_arms_that_are_made_is_its_own(
    settings: list[str], blamed: str
) -> None:
    assert refusal(ITERATED, settings=tuple(settings)).startswith(blamed)


def test_an_arm_of_the_file_is_not_taken_for_one_that_is_made() -> None:
    arms = ({"name": "a", "method": "random", "pruning_rate": 0.5}, {"name": "a-1", "steps": 0})
    assert refusal(*arms, settings=("arms.a.steps=9",)).startswith("a test: arms.a-1.steps: ")
