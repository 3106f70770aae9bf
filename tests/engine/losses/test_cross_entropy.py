"""Cross entropy in the margin form, against the formula and the plain form in double precision."""

from __future__ import annotations

import math

import pytest
import torch

from grok_tui.engine.losses import cross_entropy


def exact_loss(lead: float, classes: int) -> float:
    """Cross entropy where the true class leads all others alike, without cancellation."""
    return math.log1p((classes - 1) * math.exp(-lead))


@pytest.mark.parametrize("lead", [0.5, 5.0, 10.0, 20.0, 40.0, 60.0, 80.0])
def test_the_loss_is_right_where_a_softmax_in_double_precision_sees_nothing(lead: float) -> None:
    logits = torch.zeros(1, 67)
    logits[0, 3] = lead
    labels = torch.tensor([[3]])
    found, right = cross_entropy.losses(logits, labels)
    assert found.item() == pytest.approx(exact_loss(lead, 67), rel=2e-6)
    assert right.item()
    slope = cross_entropy.gradient(logits, labels, torch.empty_like(logits))
    wrong = math.exp(-lead) / (1 + 66 * math.exp(-lead))
    assert slope[0, 0].item() == pytest.approx(wrong, rel=2e-6)
    assert slope[0, 3].item() == pytest.approx(-66 * wrong, rel=2e-6)


@pytest.mark.parametrize("scale", [0.1, 1.0, 5.0])
def test_loss_and_gradient_equal_the_plain_ones_in_double_precision(scale: float) -> None:
    noise = torch.Generator().manual_seed(1)
    logits = torch.randn(50, 23, generator=noise) * scale
    labels = torch.randint(0, 23, (50, 1), generator=noise)
    plain = logits.double().requires_grad_()
    reference = torch.nn.functional.cross_entropy(plain, labels[:, 0], reduction="none")
    reference.mean().backward()  # type: ignore[no-untyped-call]
    assert plain.grad is not None
    found, right = cross_entropy.losses(logits, labels)
    assert torch.allclose(found[:, 0].double(), reference.detach(), rtol=1e-5, atol=1e-12)
    assert torch.equal(right, logits.argmax(1, keepdim=True) == labels)
    slope = cross_entropy.gradient(logits, labels, torch.empty_like(logits))
    assert torch.allclose(slope.double(), plain.grad, rtol=1e-5, atol=1e-9)


def test_each_row_of_the_gradient_sums_to_zero() -> None:
    noise = torch.Generator().manual_seed(2)
    logits = torch.randn(40, 11, generator=noise, dtype=torch.float64) * 8
    labels = torch.randint(0, 11, (40, 1), generator=noise)
    slope = cross_entropy.gradient(logits, labels, torch.empty_like(logits))
    assert (slope.sum(1).abs() <= 1e-15 * slope.abs().sum(1)).all()


def test_a_tie_is_the_answer_of_the_lowest_class() -> None:
    logits = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    _, right = cross_entropy.losses(logits, torch.tensor([[0], [1], [2]]))
    assert right[:, 0].tolist() == [True, False, False]
