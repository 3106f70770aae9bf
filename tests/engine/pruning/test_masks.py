"""Exact counts, ties and scopes, on ten weights that one can follow by hand."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pytest
import torch

from grok_tui.engine.lanes import Layout
from grok_tui.engine.pruning import mask
from grok_tui.engine.pruning.masks import keep_best, removed
from grok_tui.protocol.arms import METHODS, MaskFrom
from tests.engine.pruning.readings import of_rows

if TYPE_CHECKING:
    from torch import Tensor

TEN = Layout({"a": (2, 3), "b": (4, 1)})


def ten(*numbers: float) -> Tensor:
    return TEN.row(
        {"a": torch.tensor(numbers[:6]).view(2, 3), "b": torch.tensor(numbers[6:]).view(4, 1)},
        torch.float32,
    )


def magnitude(weights: Tensor, rate: float, scope: str = "global", **recipe: Any) -> list[int]:
    reading = of_rows(TEN, weights, method="magnitude", pruning_rate=rate, scope=scope, **recipe)
    return [int(bit) for bit in TEN.packed(mask(reading))]


@pytest.mark.parametrize(
    ("rate", "weights", "gone"),
    [
        (0.1, 115_000, 11_500),
        (0.6, 115_000, 69_000),
        (0.81, 115_000, 93_150),
        (0.9, 115_000, 103_500),
        (0.0, 10, 0),
        (0.2, 10, 2),
        (0.25, 10, 2),
        (0.35, 10, 4),
        (0.999, 10, 10),
        (0.3, 7, 2),
    ],
)
def test_the_count_is_the_rounded_product(rate: float, weights: int, gone: int) -> None:
    assert removed(rate, weights) == gone


@pytest.mark.parametrize(("rate", "kept"), [(0.0, 10), (0.2, 8), (0.5, 5), (0.9, 1)])
def test_exactly_so_many_of_ten_are_kept(rate: float, kept: int) -> None:
    reading = ten(0.5, -1.0, 0.1, 2.0, -0.2, 0.7, 3.0, -0.3, 0.9, 1.5)
    assert sum(magnitude(reading, rate)) == kept


def test_the_smallest_magnitudes_go_whatever_their_sign() -> None:
    reading = ten(0.5, -1.0, 0.1, 2.0, -0.2, 0.7, 3.0, -0.3, 0.9, 1.5)
    assert magnitude(reading, 0.4) == [0, 1, 0, 1, 0, 1, 1, 0, 1, 1]


def test_of_equal_magnitudes_the_first_go_and_the_count_stays_exact() -> None:
    reading = ten(*[1.0, -1.0] * 5)
    assert magnitude(reading, 0.5) == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert magnitude(reading, 0.3) == [0, 0, 0, 1, 1, 1, 1, 1, 1, 1]


def test_by_layer_every_matrix_loses_its_own_share() -> None:
    reading = ten(9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 0.4, 0.3, 0.2, 0.1)
    assert magnitude(reading, 0.5) == [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    assert magnitude(reading, 0.5, "layer") == [1, 1, 1, 0, 0, 0, 1, 1, 0, 0]


def test_zeros_count_as_weights() -> None:
    assert magnitude(ten(*[0.0] * 10), 0.6) == [0] * 6 + [1] * 4


def test_keeping_best_of_nothing_removed_keeps_all() -> None:
    assert keep_best(torch.tensor([3.0, 1.0]), 0).tolist() == [1, 1]


def test_random_masks_have_exact_counts_and_differ_by_arm_and_seed() -> None:
    layout = Layout({"a": (40, 50)})
    row = layout.row({"a": torch.ones(40, 50)}, torch.float32)
    masks = [
        mask(of_rows(layout, row, method="random", pruning_rate=0.6, name=arm, seed=seed))
        for arm, seed in (("x", 0), ("x", 0), ("x", 1), ("y", 0))
    ]
    assert [int(kept.sum()) for kept in masks] == [800] * 4
    assert torch.equal(masks[0], masks[1])
    assert not torch.equal(masks[0], masks[2])
    assert not torch.equal(masks[0], masks[3])


def test_shuffling_permutes_inside_each_matrix_and_keeps_each_count() -> None:
    layout = Layout({"a": (40, 50), "b": (30, 30)})
    half = {"a": torch.zeros(40, 50), "b": torch.ones(30, 30)}
    half["a"][:20] = 1
    half["b"][0] = 0
    source = layout.row(half, torch.uint8)
    reading = of_rows(
        layout, source, source, method="shuffle", mask_from=MaskFrom(arm="other"), seed=3
    )
    views = layout.views(mask(reading))
    assert [int(view.sum()) for view in views.values()] == [1000, 870]
    both = int((views["a"].bool() & half["a"].bool()).sum())
    assert 420 < both < 580  # chance is 500
    assert not torch.equal(views["b"], half["b"].to(torch.uint8))


def test_random_masks_take_each_count_of_the_mask_that_is_read() -> None:
    layout = Layout({"a": (40, 50), "b": (30, 30)})
    source = layout.row({"a": torch.zeros(40, 50), "b": torch.ones(30, 30)}, torch.uint8)
    source[:700] = 1
    other = MaskFrom(arm="other")
    kept = mask(of_rows(layout, source, source, method="random", mask_from=other))
    assert [int(view.sum()) for view in layout.views(kept).values()] == [700, 900]
    assert not torch.equal(kept, source)


def test_an_excluded_matrix_is_kept_and_not_counted() -> None:
    weights = ten(9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 0.4, 0.3, 0.2, 0.1)
    assert magnitude(weights, 0.5, exclude=("b",)) == [1, 1, 1, 0, 0, 0, 1, 1, 1, 1]
    assert magnitude(weights, 0.5, "layer", exclude=("a",)) == [1, 1, 1, 1, 1, 1, 1, 1, 0, 0]


def test_a_matrix_may_have_a_rate_of_its_own() -> None:
    weights = ten(9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 0.4, 0.3, 0.2, 0.1)
    rates = {"b": 0.75}
    assert magnitude(weights, 0.5, "layer", layer_rates=rates) == [1, 1, 1, 0, 0, 0, 1, 0, 0, 0]


def test_what_was_pruned_before_goes_first_though_a_weight_is_smaller() -> None:
    weights = ten(0.0, -1.0, 0.1, 2.0, 0.0, 0.7, 3.0, -0.3, 0.9, 1.5)
    before = ten(*[1.0] * 4, 0.0, *[1.0] * 5).to(torch.uint8)
    reading = of_rows(TEN, weights, before, method="magnitude", pruning_rate=0.1)
    assert [int(bit) for bit in TEN.packed(mask(reading))] == [1, 1, 1, 1, 0, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("name", METHODS)
def test_every_method_of_a_preset_has_its_score(name: str) -> None:
    module = importlib.import_module(f"grok_tui.engine.pruning.{name.replace('-', '_')}")
    assert callable(module.score)
