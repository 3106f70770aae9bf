"""Which cells the axes of a sweep make."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import pytest

from grok_tui.errors import PresetError
from grok_tui.monitor.filter import parse
from grok_tui.monitor.sweeps.crossing import key_of
from tests.monitor.sweeps import made


def axes(**values: list[Any]) -> dict[str, Any]:
    return {name: {"keys": ["train.steps"], "values": list(own)} for name, own in values.items()}


def crossed(values: dict[str, list[Any]], **sweep: Any) -> list[tuple[Any, ...]]:
    return [cell.values for cell in made.sweep_of(axes(**values), **sweep).cells]


def test_each_goes_with_each_the_last_axis_the_quickest() -> None:
    asked = made.sweep_of(axes(a=[1, 2], b=["x", "y", "z"]))
    assert [cell.values for cell in asked.cells] == list(product([1, 2], ["x", "y", "z"]))
    assert [cell.number for cell in asked.cells] == list(range(6))


def test_zipped_axes_go_side_by_side_in_any_order() -> None:
    values = {"a": [1, 2], "b": [10, 20, 30], "c": [5, 6]}
    for together in (["a", "c"], ["c", "a"]):
        assert crossed(values, zips=[together]) == [
            (a, b, c) for a, c in ((1, 5), (2, 6)) for b in (10, 20, 30)
        ]


def test_conditions_choose_as_a_filter_does() -> None:
    dice = random.Random(8)
    values: dict[str, list[Any]] = {
        "rate": [0.1, 0.5, 0.9],
        "wd": [0, 1, 2],
        "kind": ["relu", "gelu"],
    }
    terms = ["rate<0.9", "wd>=1", "-rate=0.5", "kind=relu", "kind!=*u", "wd=0..1", "rate>50%"]
    for _ in range(40):
        words = dice.sample(terms, dice.randint(1, 5))
        where = " ".join(f"{dice.choice(('and', 'or', ''))} {word}" for word in words)
        where = where.strip().removeprefix("or").removeprefix("and")
        chosen = parse(where, list(values))
        wanted = [
            one
            for one in product(*values.values())
            if chosen.fits(dict(zip(values, one, strict=True)))
        ]
        if wanted:
            assert crossed(values, where=where) == wanted
        else:
            with pytest.raises(PresetError, match="no cell is left"):
                crossed(values, where=where)


def test_of_a_million_settings_a_few_can_be_chosen() -> None:
    many = list(range(1, 1001))
    found = crossed({"a": many, "b": many}, where="a<=2 b>=999 or a=500 b=7")
    assert found == [(1, 999), (1, 1000), (2, 999), (2, 1000), (500, 7)]


@pytest.mark.parametrize(
    ("sweep", "key", "sentence"),
    [
        ({"where": "a>5"}, "sweep.where", "no cell is left"),
        ({"where": "relu"}, "sweep.where", "a word alone"),
        ({"where": "c>5"}, "sweep.where", "there is no “c”"),
        ({"where": "a>"}, "sweep.where", "lacks what a is compared with"),
        ({"where": "or"}, "sweep.where", "before and after"),
        ({"where": " ".join(["a>0"] * 33)}, "sweep.where", "at most 32"),
    ],
)
def test_a_where_that_chooses_nothing_is_refused(
    sweep: dict[str, Any], key: str, sentence: str
) -> None:
    with pytest.raises(PresetError) as refused:
        crossed({"a": [1, 2], "b": [3]}, **sweep)
    assert (refused.value.source, refused.value.key) == ("made.toml", key)
    assert sentence in refused.value.problem


@pytest.mark.parametrize("where", ["", "a>0 or b>0"])
def test_more_cells_than_a_sweep_may_have_are_refused(where: str) -> None:
    many = list(range(1, 143))
    with pytest.raises(PresetError, match="more than 20000 cells"):
        crossed({"a": many, "b": many}, where=where)


def test_alternatives_together_are_counted_too() -> None:
    many = list(range(1, 1001))
    with pytest.raises(PresetError, match="more than 20000 cells"):
        crossed({"a": many, "b": many}, where="b<=15 or b>=990")


def test_an_axis_goes_by_the_last_part_of_its_name() -> None:
    assert key_of("arms.grokked-ticket.Pruning-Rate") == "pruning_rate"
