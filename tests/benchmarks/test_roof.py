"""Counted operations, and the bound that follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
import torch

from benchmarks.plan import config
from benchmarks.roof import Roofs, bound, count

if TYPE_CHECKING:
    from grok_tui.protocol.benchmark import ModelName


@pytest.mark.parametrize(
    ("model", "step", "test", "weights"),
    [("mlp", 37, 9, 115_000), ("transformer", 103, 23, 115_456)],
)
def test_the_counts_are_those_of_the_collapsed_forms(
    model: ModelName, step: int, test: int, weights: int
) -> None:
    counts = count(config(model))
    assert round(counts.step / 1e6) == step
    assert round(counts.test / 1e6) == test
    assert counts.traffic == 28 * weights


def test_the_counts_of_an_mlp_by_hand() -> None:
    """p 67, 911 pairs, 500 wide, 48 hidden: two tables, one product for each pair, thrice."""
    tables = 2 * (48 * 500 * 67) + 2 * (67 * 500 * 48)
    assert count(config("mlp")).step == 3 * (tables + 911 * 2 * 48 * 67)


def test_the_counts_of_a_transformer_by_hand() -> None:
    square, out, scores = 128 * 128 * 67, 128 * 67 * 67, 67 * 67 * 128
    of_vocabulary = 4 * square + scores + 2 * square + 2 * out  # q k v T; S; P R; G H
    tables = 2 * (of_vocabulary + 67 * 128 * 128)
    assert count(config("transformer")).step == 3 * (tables + 911 * 2 * 128 * 67)


def test_a_second_head_costs_what_is_made_of_each_head() -> None:
    one = config("transformer")
    two = msgspec.structs.replace(one, model=msgspec.structs.replace(one.model, heads=2))
    of_a_head = 2 * 67 * (4 * 128 * 128 + 67 * 128 + 128 * (128 + 67))
    assert count(two).step - count(one).step == 3 * of_a_head


def test_the_bound_adds_the_time_of_products_and_of_traffic() -> None:
    counts = count(config("mlp"))
    gemm, traffic = 2.0 * counts.step, 4.0 * counts.traffic  # half a second, a quarter
    assert bound(counts, gemm, traffic) == pytest.approx(1 / 0.75)
    assert bound(counts, gemm, traffic, tested=1.0) < bound(counts, gemm, traffic, tested=0.1)


def test_a_roof_is_the_best_that_was_seen() -> None:
    roofs = Roofs(torch.device("cpu"))
    roofs.take(1000)
    first = roofs.best()
    roofs.take(1000)
    assert all(later >= earlier > 0 for later, earlier in zip(roofs.best(), first, strict=True))
    assert {roof.threads for roof in roofs.report()} == {1, roofs.all_threads}
