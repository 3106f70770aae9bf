"""Squared errors by hand: of numbers, with the variance explained, and to one-hot targets."""

from __future__ import annotations

import pytest
import torch

from grok_tui.engine.losses import squared, squared_one_hot


def test_the_score_is_the_share_of_the_variance_explained() -> None:
    labels = torch.tensor([[1.0], [2.0], [3.0], [6.0]])  # mean 3, variance (4 + 1 + 0 + 9) / 4
    outputs = torch.tensor([[1.0], [3.0], [3.0], [4.0]])
    errors, score = squared.losses(outputs, labels)
    assert errors[:, 0].tolist() == [0.0, 1.0, 0.0, 4.0]
    assert score[:, 0].tolist() == pytest.approx([1, 1 - 1 / 3.5, 1, 1 - 4 / 3.5])
    assert float(score.mean()) == pytest.approx(1 - 1.25 / 3.5)


def test_the_mean_of_the_labels_explains_nothing_and_worse_is_below_zero() -> None:
    labels = torch.tensor([[1.0], [2.0], [6.0]])
    assert float(squared.losses(torch.full((3, 1), 3.0), labels)[1].mean()) == pytest.approx(
        0, abs=1e-6
    )
    assert float(squared.losses(torch.full((3, 1), 9.0), labels)[1].mean()) < -5


def test_labels_that_do_not_differ_leave_nothing_to_explain() -> None:
    labels = torch.stack([torch.full((3, 1), 2.0), torch.tensor([[1.0], [2.0], [6.0]])])
    outputs = torch.full((2, 3, 1), 2.0)
    assert squared.losses(outputs, labels)[1][0].tolist() == [[0.0]] * 3
    assert squared.losses(outputs, labels)[1][1, 1].item() == 1.0


def test_several_numbers_are_averaged() -> None:
    outputs, labels = torch.tensor([[1.0, 5.0], [0.0, 0.0]]), torch.tensor([[0.0, 2.0], [0.0, 0.0]])
    assert squared.losses(outputs, labels)[0].tolist() == [[5.0], [0.0]]
    slope = squared.gradient(outputs, labels, torch.empty(2, 2))
    assert slope.tolist() == [[0.5, 1.5], [0.0, 0.0]]


def test_squared_errors_to_one_hot_targets_are_averaged_over_classes() -> None:
    outputs, labels = torch.tensor([[0.5, 1.0, 0.0, -1.0]]), torch.tensor([[1]])
    errors, right = squared_one_hot.losses(outputs, labels)
    assert errors.item() == (0.25 + 0 + 0 + 1) / 4
    assert right.item()
    slope = squared_one_hot.gradient(outputs, labels, torch.empty(1, 4))
    assert slope.tolist() == [[0.25, 0.0, 0.0, -0.5]]


def test_an_output_near_its_target_keeps_its_digits() -> None:
    outputs = torch.tensor([[1.0 + 2.0**-20, 2.0**-20]])
    slope = squared_one_hot.gradient(outputs, torch.tensor([[0]]), torch.empty(1, 2))
    assert slope.tolist() == [[2.0**-20, 2.0**-20]]


def test_of_two_equal_outputs_the_lower_class_is_the_answer() -> None:
    outputs = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    _, right = squared_one_hot.losses(outputs, torch.tensor([[0], [1], [2]]))
    assert right[:, 0].tolist() == [True, False, False]
