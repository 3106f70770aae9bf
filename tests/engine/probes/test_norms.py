"""Norms and densities, by sums that one can do in the head."""

from __future__ import annotations

import math

import pytest
import torch

from grok_tui.engine import probes
from tests.engine.probes.subjects import bits, of_masks, random_masks, subject

WEIGHTS = {
    "W_1": torch.tensor([[3.0, -4.0], [0.0, 0.0]]),
    "b_1": torch.tensor([-2.0, 0.0]),
    "W_2": torch.tensor([[12.0, 5.0]]),
}


def test_each_matrix_the_whole_vector_and_the_published_mean_have_norms() -> None:
    found = probes.measure("norms", subject(WEIGHTS))
    assert found == {
        "norms/W_1/l1": 7.0,
        "norms/W_2/l1": 17.0,
        "norms/net/l1": 26.0,
        "norms/published/l1": 12.0,
        "norms/W_1/l2": 5.0,
        "norms/W_2/l2": 13.0,
        "norms/net/l2": pytest.approx(math.sqrt(25 + 4 + 169)),
        "norms/published/l2": 9.0,
    }


def test_heads_are_one_matrix() -> None:
    found = probes.measure("norms", subject({"W_Q": torch.full((2, 3, 4), -0.5)}))
    assert found["norms/W_Q/l1"] == 12.0


def test_densities_are_kept_shares() -> None:
    masks = {"W_1": bits("1000", "0000"), "W_2": bits("11")}
    assert probes.measure("densities", of_masks(masks)) == {
        "densities/W_1": 0.125,
        "densities/W_2": 1.0,
        "densities/net": 0.3,
    }


def test_exact_counts_are_exact_shares() -> None:
    found = probes.measure("densities", of_masks(random_masks(0.4)))
    assert list(found.values()) == [0.4] * 5
