"""What holds for every loss: gradients are those of its mean, lanes do not mix, nothing waits."""

from __future__ import annotations

import typing

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from grok_tui.engine.losses import LOSSES
from grok_tui.protocol import tasks
from tests.engine.waiting import Waits

NAMES = list(LOSSES)


def examples(name: str, *shape: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Outputs (*shape) and labels that suit the loss, float64."""
    noise = torch.Generator().manual_seed(seed)
    outputs = torch.randn(shape, generator=noise, dtype=torch.float64) * 3
    if name == "squared":
        return outputs, torch.randn(shape, generator=noise, dtype=torch.float64)
    return outputs, torch.randint(0, shape[-1], (*shape[:-1], 1), generator=noise)


def plain(name: str, outputs: Tensor, labels: Tensor) -> Tensor:
    """The mean loss as torch writes it, of one lane."""
    if name == "cross-entropy":
        return F.cross_entropy(outputs, labels[:, 0])
    if name == "squared":
        return F.mse_loss(outputs, labels)
    return F.mse_loss(outputs, F.one_hot(labels[:, 0], outputs.shape[-1]).to(outputs))


def test_every_loss_that_a_task_can_have_is_there() -> None:
    assert set(LOSSES) == set(typing.get_args(tasks.Loss))


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_is_that_of_the_mean_loss_by_autograd(name: str) -> None:
    outputs, labels = examples(name, 30, 7)
    leaf = outputs.clone().requires_grad_()
    (wanted,) = torch.autograd.grad(plain(name, leaf, labels), leaf)
    loss = LOSSES[name]
    out = torch.full_like(outputs, torch.nan)
    found = loss.gradient(outputs, labels, out)
    assert found is out
    assert torch.allclose(found, wanted, rtol=1e-12, atol=1e-16)
    single = loss.gradient(
        outputs.float(), labels if name != "squared" else labels.float(), out=(torch.empty(30, 7))
    )
    assert torch.allclose(single.double(), wanted, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_is_that_of_the_mean_loss_by_central_differences(name: str) -> None:
    outputs, labels = examples(name, 4, 3, seed=1)
    loss = LOSSES[name]
    found = loss.gradient(outputs, labels, torch.empty_like(outputs))
    step = 1e-5
    for entry in range(outputs.numel()):
        moved = []
        for sign in (step, -step):
            there = outputs.clone()
            there.view(-1)[entry] += sign
            moved.append(float(loss.losses(there, labels)[0].mean()))
        assert float(found.view(-1)[entry]) == pytest.approx(
            (moved[0] - moved[1]) / (2 * step), abs=1e-8
        )


@pytest.mark.parametrize("name", NAMES)
def test_the_losses_have_the_mean_of_the_plain_form_and_leave_the_outputs_alone(name: str) -> None:
    outputs, labels = examples(name, 30, 7)
    before = outputs.clone()
    found, score = LOSSES[name].losses(outputs, labels)
    assert found.shape == score.shape == (30, 1)
    assert float(found.mean()) == pytest.approx(float(plain(name, outputs, labels)), rel=1e-12)
    assert torch.equal(outputs, before)


@pytest.mark.parametrize("name", NAMES)
def test_lanes_side_by_side_have_the_losses_that_each_has_alone(name: str) -> None:
    loss = LOSSES[name]
    outputs, labels = examples(name, 3, 20, 5)
    slopes = loss.gradient(outputs, labels, torch.empty_like(outputs))
    together = (slopes, *loss.losses(outputs, labels))
    for lane in range(3):
        own = outputs[lane], labels[lane]
        alone = (loss.gradient(*own, torch.empty_like(own[0])), *loss.losses(*own))
        for part, wanted in zip(together, alone, strict=True):
            assert torch.equal(part[lane], wanted)


@pytest.mark.parametrize("name", NAMES)
def test_a_gradient_waits_for_no_number(name: str) -> None:
    outputs, labels = examples(name, 30, 7)
    with Waits() as waits:
        LOSSES[name].gradient(outputs, labels, torch.empty_like(outputs))
        if name != "cross-entropy":  # which looks for ties, on a CPU alone
            LOSSES[name].losses(outputs, labels)
    assert waits.count == 0
