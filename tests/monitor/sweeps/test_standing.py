"""How a sweep stands: by its packs, whether or not somebody drives it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.sweeps.standing import details, failures, fraction, standing
from tests.ui.sweeps import made

if TYPE_CHECKING:
    from grok_tui.monitor.sweeps.packwatch import State


@pytest.mark.parametrize(
    ("states", "driver", "word"),
    [
        (("done", "training"), True, "training"),
        (("done", "paused"), False, "training"),
        (("waiting", "waiting"), True, "waiting"),
        (("done", "done"), False, "done"),
        (("done", "failed"), False, "failed"),
        (("done", "stopped"), False, "stopped"),
        (("interrupted", "waiting"), False, "stopped"),
    ],
)
def test_a_sweep_stands_as_its_packs_do(states: tuple[State, ...], driver: bool, word: str) -> None:
    board = replace(made(packs=[(state, "") for state in states]), driver=driver)
    assert standing(board) == word


def test_the_important_comes_first() -> None:
    board = made(packs=(("training", ""), ("done", "")))
    assert details(board) == [
        "96 of 144 lanes",
        "1 of 2 packs",
        "at most 5 min left",
        "1,234 lane steps/s",
    ]
    left = replace(board, driver=False, repeat=2, eta=None, speed=None)
    assert details(left)[2:] == ["nobody places packs", "repeat 3"]


def test_what_is_done_is_a_share_of_the_steps() -> None:
    assert fraction(made()) == 0.4
    assert fraction(replace(made(), lanes_done=144)) == 1.0


def test_failed_packs_are_counted() -> None:
    assert failures(made()) == ""
    assert failures(made(packs=(("failed", "no room"), ("done", "")))) == "1 pack failed"
    assert failures(made(packs=(("failed", ""), ("failed", "")))) == "2 packs failed"
