"""Jaccard distances, on masks of a few bits and against chance."""

from __future__ import annotations

import pytest
import torch

from grok_tui.engine import probes
from grok_tui.engine.probes import mask_distance
from tests.engine.probes.subjects import bits, of_masks, random_masks


def test_the_first_measurement_has_nothing_to_compare_with() -> None:
    assert probes.measure("mask-distance", of_masks({"W_1": bits("10")})) == {}


def test_distances_of_each_matrix_and_of_all_weights_together() -> None:
    now = {"W_1": bits("1100"), "W_2": bits("01", "01")}
    before = {"W_1": bits("0110"), "W_2": bits("01", "01")}
    assert probes.measure("mask-distance", of_masks(now, earlier=before)) == {
        "mask-distance/W_1": pytest.approx(1 - 1 / 3),
        "mask-distance/W_1/chance": pytest.approx(1 - 0.25 / 0.75),
        "mask-distance/W_2": 0.0,
        "mask-distance/W_2/chance": pytest.approx(1 - 0.25 / 0.75),
        "mask-distance/net": pytest.approx(1 - 3 / 5),
        "mask-distance/net/chance": pytest.approx(1 - 0.25 / 0.75),
    }


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("1010", "1010", 0.0), ("1010", "0101", 1.0), ("0000", "0000", 0.0), ("0000", "0100", 1.0)],
)
def test_limits(one: str, other: str, distance: float) -> None:
    assert mask_distance.distance(bits(one), bits(other)) == distance


@pytest.mark.parametrize(
    ("one", "other", "chance"),
    [
        ("1100000000" * 2, "1111000000" * 2, 1 - 0.08 / 0.52),
        ("1111000000", "1111000000", 0.75),
        ("1111110000", "0000111111", 1 - 0.6 / 1.4),
        ("0000", "0000", 0.0),
        ("0000", "0010", 1.0),
        ("1111", "1111", 0.0),
    ],
)
def test_chance_follows_from_the_densities(one: str, other: str, chance: float) -> None:
    assert mask_distance.by_chance(bits(one), bits(other)) == pytest.approx(chance)


def test_independent_masks_are_as_far_apart_as_chance_says() -> None:
    now, before = of_masks(random_masks(0.4)), random_masks(0.4, seed=1)
    found = probes.measure("mask-distance", of_masks(now.masks, earlier=before))
    assert found["mask-distance/net"] == pytest.approx(0.75, abs=0.01)
    assert found["mask-distance/net/chance"] == pytest.approx(0.75, abs=0.01)


def test_at_the_end_each_mask_is_compared_with_the_last() -> None:
    masks = [
        torch.tensor([int(bit) for bit in row], dtype=torch.uint8)
        for row in ("1100", "0110", "0010")
    ]
    assert mask_distance.to_last(masks, masks[-1]) == {
        "to-last": [1.0, 0.5, 0.0],
        "to-last/chance": pytest.approx([1 - 0.125 / 0.625] * 2 + [1 - 0.0625 / 0.4375]),
    }
