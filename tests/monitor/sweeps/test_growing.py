"""Larger sweeps made of smaller ones: further seeds, values between those that are there."""

from __future__ import annotations

from typing import Any

import pytest

from grok_tui.errors import UsageError
from grok_tui.monitor.sweeps.design import Design, of_table
from grok_tui.monitor.sweeps.growing import can_be_finer, finer, with_seeds

AXES: dict[str, Any] = {
    "task.train_fraction": [0.3, 0.5, 0.7],
    "train.learning_rate": [1e-4, 1e-3, 1e-2],
    "model.d_hidden": [8, 10, 11],
    "model.activation": ["relu", "gelu"],
}


def made(axes: dict[str, Any] = AXES, **sweep: Any) -> Design:
    table = {
        "title": "Small",
        "task": {"kind": "modular-addition", "p": 13},
        "model": {"kind": "mlp", "d_embedding": 8, "d_hidden": 8},
        "arms": [{"name": "dense"}],
        "sweep": {"seeds": [0, 4], "axes": axes, **sweep},
    }
    return of_table(table, "small.toml")


def values(design: Design, name: str) -> tuple[Any, ...]:
    return next(axis.values for axis in design.axes if axis.name == name)


def test_further_seeds_come_after_all_that_any_pack_has() -> None:
    assert with_seeds(made(), 3).seeds == (0, 4, 5, 6, 7)
    assert with_seeds(made(), 2, taken=[9, 2]).seeds == (0, 4, 10, 11)


@pytest.mark.parametrize("count", [0, -1, 999])
def test_a_number_of_seeds_that_cannot_be_is_refused(count: int) -> None:
    with pytest.raises(UsageError, match="expected 1 to 998 more"):
        with_seeds(made(), count)


def test_a_grid_is_finer_where_it_was_asked_to_be() -> None:
    grown = finer(made(), "task.train_fraction", (0.5, 0.7), 1)
    assert values(grown, "task.train_fraction") == (0.3, 0.5, 0.6, 0.7)
    assert len(grown.cells) == 4 * 3 * 3 * 2
    assert grown.table == made().table


def test_an_axis_over_decades_is_split_by_ratio() -> None:
    grown = finer(made(), "train.learning_rate", (1e-2, 1e-4), 1)
    expected = (1e-4, 3.16227766017e-4, 1e-3, 3.16227766017e-3, 1e-2)
    assert values(grown, "train.learning_rate") == expected


def test_whole_numbers_stay_whole() -> None:
    assert values(finer(made(), "model.d_hidden", (8, 11), 1), "model.d_hidden") == (8, 9, 10, 11)
    with pytest.raises(UsageError, match="no whole number between those of"):
        finer(made(), "model.d_hidden", (10, 11), 1)


def test_a_region_without_neighbours_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no two values .* expected a part of 0.3 to 0.7"):
        finer(made(), "task.train_fraction", (0.35, 0.45), 1)


def test_words_and_zipped_axes_cannot_be_finer() -> None:
    found = {axis.name: can_be_finer(made(), axis) for axis in made().axes}
    assert found == {**dict.fromkeys(AXES, True), "model.activation": False}
    names = ["task.train_fraction", "train.learning_rate"]
    zipped = made({name: AXES[name] for name in names}, zips=[names])
    assert not any(can_be_finer(zipped, axis) for axis in zipped.axes)
