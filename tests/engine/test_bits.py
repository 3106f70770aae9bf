"""Masks in few bytes, and back."""

from __future__ import annotations

import pytest
import torch

from grok_tui.engine import bits


@pytest.mark.parametrize("weights", [1, 7, 8, 9, 16, 1001])
def test_a_mask_comes_back_from_an_eighth_of_the_bytes(weights: int) -> None:
    noise = torch.Generator().manual_seed(weights)
    mask = (torch.rand(weights, generator=noise) < 0.4).to(torch.uint8)
    kept = bits.packed(mask)
    assert kept.dtype == torch.uint8
    assert kept.tolist() == [
        sum(bit << place for place, bit in enumerate(mask[start : start + 8].tolist()))
        for start in range(0, weights, 8)
    ]
    assert torch.equal(bits.unpacked(kept, weights), mask)
