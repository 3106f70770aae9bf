"""Tasks whose examples are rows of numbers that are drawn: parity and regression."""

from __future__ import annotations

import math

import pytest
import torch

from grok_tui.engine import tasks
from grok_tui.engine.tasks import sparse_parity
from grok_tui.engine.tasks.data import Data, Placement
from grok_tui.protocol.tasks import PolynomialRegression, SparseParity, TaskSection

PLACE = Placement(torch.device("cpu"), torch.float64)


def built(task: TaskSection, seed: int = 0) -> Data:
    return tasks.build(task, seed, PLACE)


def test_the_sizes_of_the_default_recipes() -> None:
    parity, regression = built(SparseParity()), built(PolynomialRegression())
    assert parity.train.inputs.shape == (1200, 31)
    assert parity.test.inputs.shape == (1000, 31)
    assert regression.train.inputs.shape == (200, 20)
    assert regression.test.inputs.shape == (1000, 20)


@pytest.mark.parametrize("parity_bits", [1, 2, 3, 7])
def test_a_label_is_the_exclusive_or_of_the_first_bits(parity_bits: int) -> None:
    data = built(SparseParity(bits=12, parity_bits=parity_bits, train_strings=300))
    for row, [label] in zip(data.train.inputs.tolist(), data.train.labels.tolist(), strict=True):
        minus = sum(sign == -1 for sign in row[:parity_bits])
        assert label == minus % 2
        assert math.prod(row[:parity_bits]) == (-1 if label else 1)


def test_a_string_is_signs_and_then_the_constant() -> None:
    inputs = built(SparseParity()).train.inputs
    assert set(inputs[:, :30].flatten().tolist()) == {-1.0, 1.0}
    assert set(inputs[:, 30].tolist()) == {1.0}


def test_signs_are_drawn_evenly() -> None:
    data = built(SparseParity())
    assert abs(float(data.train.inputs[:, :30].mean())) < 4 / math.sqrt(36_000)
    assert abs(float(data.train.labels.double().mean()) - 0.5) < 4 * 0.5 / math.sqrt(1200)


def test_all_strings_that_there_are_can_be_drawn() -> None:
    strings = sparse_parity.distinct(256, 8, seed=3)
    numbers = (strings.long() * 2 ** torch.arange(8)).sum(1)
    assert sorted(numbers.tolist()) == list(range(256))


def test_strings_are_drawn_anew_until_no_two_are_alike() -> None:
    strings = sparse_parity.distinct(900, 10, seed=0)
    assert len({tuple(row) for row in strings.tolist()}) == 900


def test_the_numbers_to_predict_are_half_the_square_of_one_direction() -> None:
    data = built(PolynomialRegression(dimension=7))
    beta = data.split["beta"]
    for part in (data.train, data.test):
        wanted = [[float(row @ beta) ** 2 / 2] for row in part.inputs]
        torch.testing.assert_close(part.labels, torch.tensor(wanted, dtype=torch.float64))


@pytest.mark.parametrize("dimension", [20, 40])
def test_points_have_length_one_on_average(dimension: int) -> None:
    data = built(PolynomialRegression(dimension=dimension, test_points=5000))
    squares = data.test.inputs.square().sum(1)
    assert float(squares.mean()) == pytest.approx(1, abs=0.03)
    assert float(data.test.inputs.mean()) == pytest.approx(0, abs=0.01)
    assert float(squares.var()) == pytest.approx(2 / dimension, rel=0.15)


def test_the_direction_is_drawn_with_unit_variance() -> None:
    drawn = torch.cat([built(PolynomialRegression(), seed).split["beta"] for seed in range(100)])
    assert float(drawn.mean()) == pytest.approx(0, abs=0.1)
    assert float(drawn.var()) == pytest.approx(1, abs=0.15)


def test_the_split_holds_the_points_themselves() -> None:
    data = built(PolynomialRegression())
    assert torch.equal(data.split["train_points"], data.train.inputs)
    assert torch.equal(data.split["test_points"], data.test.inputs)
