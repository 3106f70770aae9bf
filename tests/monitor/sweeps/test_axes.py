"""Axes: what is written of them becomes values, or a sentence."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from grok_tui.errors import PresetError
from grok_tui.monitor.sweeps.axes import line
from grok_tui.protocol.sweeps import Axis


def values(**said: Any) -> tuple[Any, ...]:
    return line("train.steps", Axis(**said), "f").values


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"values": (3, 1.5, "a", True)}, (3, 1.5, "a", True)),
        ({"start": 0.3, "to": 0.8, "count": 6}, (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)),
        ({"start": 0, "to": 1.0, "step": 0.1}, tuple(n / 10 for n in range(11))),
        ({"start": 0.9, "to": 0.1, "step": 0.2}, (0.9, 0.7, 0.5, 0.3, 0.1)),
        ({"start": 0, "to": 10, "step": 3}, (0, 3, 6, 9)),
        ({"start": 1, "to": 1000, "count": 4, "scale": "log"}, (1, 10, 100, 1000)),
        ({"start": 1e-4, "to": 1e-2, "step": 10.0, "scale": "log"}, (1e-4, 1e-3, 1e-2)),
        ({"start": 64, "to": 8, "step": 2.0, "scale": "log"}, (64, 32, 16, 8)),
        ({"start": 2, "to": 2, "step": 1}, (2,)),
    ],
)
def test_values_are_those_that_a_person_would_write(
    said: dict[str, Any], wanted: tuple[Any, ...]
) -> None:
    found = values(**said)
    assert found == wanted
    assert [type(one) for one in found] == [type(one) for one in wanted]


def test_a_log_scale_has_equal_ratios_and_its_ends() -> None:
    found = values(start=1e-4, to=1e-2, count=5, scale="log")
    assert (found[0], found[2], found[-1]) == (1e-4, 1e-3, 1e-2)
    assert found[1] / found[0] == pytest.approx(10**0.5)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "expected values, or from, to and either count or step"),
        ({"start": 1, "to": 2}, "either count or step"),
        ({"start": 1, "to": 2, "count": 3, "step": 1.0}, "either count or step"),
        ({"values": (1,), "to": 2}, "values and a range"),
        ({"values": (1, 1.0)}, "stands twice"),
        ({"start": 1, "to": 2, "count": 5}, "ends with a point for fractions"),
        ({"values": (nan,)}, "finite"),
        ({"values": (0.5, inf)}, "finite"),
        ({"start": 0.0, "to": inf, "count": 3}, "finite"),
        ({"start": -1e308, "to": 1e308, "count": 3}, "finite"),
        ({"start": 1, "to": 10**400, "count": 3}, "finite"),
        ({"start": -(10**400), "to": 10**400, "step": 1.0}, "finite"),
        ({"start": 0.0, "to": 1.0, "step": inf}, "step: expected a finite number"),
        ({"start": 1, "to": 1e308, "step": 1e-300}, "more than 1000 values"),
        ({"start": 0, "to": 1000, "step": 1}, "more than 1000 values"),
        ({"start": 0, "to": 1.0, "count": 3, "scale": "log"}, "a log scale has no zero"),
        ({"start": 1, "to": 8, "step": 1.0, "scale": "log"}, "expected more than 1"),
        ({"start": 1, "to": 2, "step": 1 + 1e-15, "scale": "log"}, "more than 1000 values"),
    ],
)
def test_what_is_no_axis_is_said_to_be_none(said: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PresetError, match=r"f: sweep\.axes\.train\.steps") as refused:
        values(**said)
    assert sentence in str(refused.value)


def test_true_is_not_one() -> None:
    assert values(values=(True, 1)) == (True, 1)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("", ("train.steps",)),
        ("rate.", ("train.steps",)),
        (" ", ("train.steps",)),
        ("\x1b[2J", ("train.steps",)),
        ("x" * 201, ("train.steps",)),
        ("a..b", ()),
        ("rate", ("train.",)),
        ("rate", (".".join("abcdefghi"),)),
        ("seeds", ()),
        ("title", ()),
        ("x", ("sweep.seeds",)),
    ],
)
def test_names_and_keys_are_such(name: str, keys: tuple[str, ...]) -> None:
    with pytest.raises(PresetError, match="expected"):
        line(name, Axis(keys=keys, values=(1,)), "f")


def test_a_value_changes_each_key() -> None:
    made = line(
        "rate", Axis(keys=("arms.a.pruning_rate", "arms.b . pruning_rate"), values=(0.5,)), ""
    )
    assert [(one.path, one.value) for one in made.changes(0.5)] == [
        (("arms", "a", "pruning_rate"), 0.5),
        (("arms", "b", "pruning_rate"), 0.5),
    ]
