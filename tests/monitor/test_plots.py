"""What is plotted of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from grok_tui.monitor.history import EMPTY, fold
from grok_tui.monitor.plots import (
    PLOTS,
    Chart,
    letter,
    lines,
    marks,
    palette,
    role,
    waiting_for,
)
from grok_tui.monitor.watch import State, View
from grok_tui.protocol.rundir import RunDir
from tests import fakes

CONFIG = fakes.config()
HISTORY = fakes.history(CONFIG)
ACCURACY = PLOTS[0]


def test_train_is_dashed_and_below_test() -> None:
    found = lines(ACCURACY, CONFIG, HISTORY)
    assert [line.dashed for line in found] == [True] * 6 + [False] * 6
    assert [line.letter for line in found] == [""] * 6 + list("FEDCBA")


def test_every_line_has_an_ink_of_its_own() -> None:
    found = lines(ACCURACY, CONFIG, HISTORY)
    assert len({line.role for line in found}) == 12


def test_norms_have_one_line_an_arm() -> None:
    assert len(lines(PLOTS[2], CONFIG, HISTORY)) == 6


def test_an_arm_that_has_not_started_has_no_line_but_keeps_its_letter() -> None:
    config = fakes.config(only=("dense", "random-mask"))
    history = fakes.history(fakes.config(only=("random-mask",)), last=50, ended=False)
    assert [line.letter for line in lines(PLOTS[2], config, history)] == ["B"]


def test_of_several_seeds_the_first_is_drawn() -> None:
    config = fakes.config(seeds=(7, 8), only=("dense",))
    history = fakes.history(config)
    found = lines(PLOTS[2], config, history)
    assert [line.xs for line in found] == [history.lanes["dense", 7].steps]


def test_generalising_is_marked_on_the_axis() -> None:
    found = {mark.letter: mark.x for mark in marks(CONFIG, HISTORY)}
    assert found.keys() == set("ABCD")
    assert found["B"] == HISTORY.lanes["grokked-ticket", 0].t_gen


def test_every_role_has_a_colour_on_either_ground() -> None:
    for light in (False, True):
        assert len(palette(light)) == role(63, dim=True) + 1
        assert len(set(palette(light)[1:7])) == 6


def test_letters_are_single_characters_for_as_many_arms_as_there_can_be() -> None:
    assert [letter(n) for n in (0, 25, 26, 51, 63)] == ["A", "Z", "a", "z", "*"]


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.name)
@pytest.mark.parametrize("log", [(True, True), (True, False), (False, True), (False, False)])
def test_each_plot_can_be_drawn_on_each_axis(plot: object, log: tuple[bool, bool]) -> None:
    grid = Chart(plot).draw(CONFIG, HISTORY, (60, 12), log)  # type: ignore[arg-type]
    braille = sum("\u2801" <= character <= "\u28ff" for row in grid for character, _ in row)
    assert braille > 40
    assert [len(row) for row in grid] == [60] * 12


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("starting", "waiting for the trainer to start"),
        ("running", "waiting for the first steps"),
        ("stopped", "no step was trained"),
    ],
)
def test_an_empty_plot_says_what_it_waits_for(state: State, words: str) -> None:
    assert waiting_for(View(RunDir(Path("x")), CONFIG, state=state), []) == words


def test_a_plot_that_has_only_step_0_is_empty_on_its_log_axis_and_says_so() -> None:
    history = fold(EMPTY, fakes.lane_events(CONFIG, "dense", 0, last=0))
    view = View(RunDir(Path("x")), CONFIG, history=history, state="running")
    drawn = lines(ACCURACY, CONFIG, history)
    assert [list(line.xs) for line in drawn] == [[0], [0]]
    assert waiting_for(view, drawn) == "waiting for the first steps"


def test_a_plot_without_a_configuration_says_why() -> None:
    view = View(RunDir(Path("x")), None, "config.toml: cannot be read")
    assert waiting_for(view, []) == "config.toml: cannot be read"


def test_a_plot_that_shows_something_waits_for_nothing() -> None:
    view = View(RunDir(Path("x")), CONFIG, history=HISTORY)
    assert waiting_for(view, lines(ACCURACY, CONFIG, HISTORY)) == ""
    assert lines(ACCURACY, CONFIG, EMPTY) == []
