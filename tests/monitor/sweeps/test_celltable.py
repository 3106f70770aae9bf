"""The table of cells: what its columns say, what a filter leaves, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import UsageError
from grok_tui.monitor.sweeps.celltable import arranged, chosen, columns, label
from tests.monitor.sweeps.boards import PENDING, board, missed, reached

if TYPE_CHECKING:
    from grok_tui.monitor.sweeps.results import Board

AXES = {"arms.t.rate": (0.2, 0.6, 0.9), "model.activation": ("relu", "gelu")}


def made() -> Board:
    """Of the highest rate one seed of three generalises; of the middle one nothing is known."""

    def fate(arm: str, values: tuple[object, ...], seed: int) -> object:
        if values[0] == 0.6:
            return PENDING
        if values[0] == 0.9:
            return reached(900) if seed == 0 else missed(5000)
        return reached(100 + seed + (50 if values[1] == "relu" else 0))

    return board(AXES, fate)  # type: ignore[arg-type]


def numbers(text: str = "", by: str = "cell", backwards: bool = False) -> list[int]:
    found = made()
    rows = arranged(found, "dense", chosen(found, text), by, backwards)
    return [cell.number for cell in rows]


def test_each_column_says_what_the_arm_came_to() -> None:
    found = made()
    told = {
        name: [column.text(found.cells[number], False) for number in (0, 2, 4)]
        for name, column in columns(found, "dense").items()
    }
    assert told == {
        "axis 0": ["0.2", "0.6", "0.9"],
        "axis 1": ["relu", "relu", "relu"],
        "t_mem": ["40 (40-40)", "", "40 (40-40)"],
        "t_gen": ["151 (150-152)", "", "not in 5000 (1/3)"],
        "tau": ["3.77 (3.75-3.8)", "", ""],
        "share": ["100%", "", "33%"],
        "reached": ["3/3", "", "1/3"],
        "state": ["done", "done", "done"],
        "cell": ["0", "2", "4"],
    }
    assert columns(found, "dense")["t_gen"].text(found.cells[4], True) == ">5k"
    assert columns(found, "nobody")["t_gen"].text(found.cells[0], False) == ""


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("rate>=0.6", [2, 3, 4, 5]),
        ("relu", [0, 2, 4]),
        ("activation=gelu t_gen<2k", [1]),
        ("share<100%", [4, 5]),
        ("t_gen=none ended=3", [4, 5]),
        ("-rate=0.2 -gelu", [2, 4]),
        ("cell=1..2 or reached=1", [1, 2, 4, 5]),
    ],
)
def test_cells_are_chosen_by_axes_and_by_what_the_arm_reached(text: str, left: list[int]) -> None:
    assert numbers(text) == left


def test_an_unknown_key_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="no “width” to filter by"):
        chosen(made(), "width=3")


def test_cells_are_sorted_and_those_without_a_value_come_last() -> None:
    assert numbers(by="t_gen") == [1, 0, 2, 3, 4, 5]
    assert numbers(by="t_gen", backwards=True) == [0, 1, 2, 3, 4, 5]
    assert numbers(by="share") == [4, 5, 0, 1, 2, 3]
    assert numbers(by="axis 1", backwards=True) == [0, 2, 4, 1, 3, 5]
    assert numbers(backwards=True) == [5, 4, 3, 2, 1, 0]


def test_a_cell_is_labelled_by_the_last_part_of_its_keys() -> None:
    assert label(made(), made().cells[3]) == "rate=0.6, activation=gelu"


def test_hostile_names_and_values_steer_nothing() -> None:
    found = board({"a.\x1b[2Jx": ("\x1b]0;owned\x07", "b")}, lambda *_: reached(9))
    assert "\x1b" not in label(found, found.cells[0])
    assert "\x1b" not in columns(found, "dense")["axis 0"].title
