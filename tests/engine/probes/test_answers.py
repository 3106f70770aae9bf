"""Probes that ask the network: progress measures by brute force, and the table cell by cell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy
import pytest
import torch
from torch import Tensor

from grok_tui.engine import probes
from grok_tui.engine.probes import cells, progress
from grok_tui.engine.tasks.data import Examples
from grok_tui.protocol.probing import Probe
from grok_tui.protocol.tasks import ModularAddition, ModularSubtraction
from tests.engine.probes.subjects import subject, wave

if TYPE_CHECKING:
    from collections.abc import Callable

P = 7
PAIRS = torch.triu_indices(P, P).T


def addition(pairs: Tensor) -> Examples:
    return Examples(pairs, pairs.sum(1, keepdim=True) % P)


TRAIN, TEST = addition(PAIRS[::2]), addition(PAIRS[1::2])


def from_table(table: Tensor) -> Callable[[Tensor], Tensor]:
    """Logits that stand in a table (p, p, classes)."""
    return lambda pairs: table[pairs[:, 0], pairs[:, 1]]


def measured(
    table: Tensor, embedding: Tensor, frequencies: tuple[int, ...] = ()
) -> dict[str, float | list[float]]:
    return probes.measure(
        "progress",
        subject(
            {"W_E": embedding},
            task=ModularAddition(p=P),
            probe=Probe(probe="progress", frequencies=frequencies),
            logits=from_table(table),
            train=TRAIN,
            test=TEST,
        ),
    )


def cross_entropy(logits: numpy.ndarray, examples: Examples) -> float:
    """Mean over the examples of logits (p, p, classes), step by step."""
    total = 0.0
    for (a, b), label in zip(examples.inputs.tolist(), examples.labels[:, 0].tolist(), strict=True):
        total += math.log(sum(math.exp(logit) for logit in logits[a, b])) - logits[a, b, label]
    return total / len(examples.labels)


def brute_force(table: Tensor, frequencies: tuple[int, ...]) -> tuple[float, float]:
    """Both losses by the definition: waves over (a, b), of norm 1, class by class."""
    logits = table.numpy()
    sums = numpy.add.outer(numpy.arange(P), numpy.arange(P))
    on_waves = numpy.zeros_like(logits)
    for frequency in frequencies:
        for function in (numpy.cos, numpy.sin):
            wave = function(2 * math.pi * frequency * sums / P)
            wave /= numpy.linalg.norm(wave)
            for label in range(P):
                on_waves[:, :, label] += (wave * logits[:, :, label]).sum() * wave
    mean = logits.mean((0, 1))
    return cross_entropy(on_waves + mean, TEST), cross_entropy(logits - on_waves, TRAIN)


def noise(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(6), dtype=torch.float64)


@pytest.mark.parametrize("frequencies", [(1,), (2, 3), (1, 2, 3)])
def test_losses_are_those_of_the_projected_table(frequencies: tuple[int, ...]) -> None:
    found = measured(noise(P, P, P), noise(4, P), frequencies)
    restricted, excluded = brute_force(noise(P, P, P), frequencies)
    assert found["progress/restricted"] == pytest.approx(restricted)
    assert found["progress/excluded"] == pytest.approx(excluded)
    assert found["progress/frequencies"] == list(frequencies)


def test_a_part_at_a_time_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = measured(noise(P, P, P), noise(4, P), (2,))
    monkeypatch.setattr(cells, "PART", 5)
    parts = measured(noise(P, P, P), noise(4, P), (2,))
    assert [parts["progress/restricted"], parts["progress/excluded"]] == pytest.approx(
        [whole["progress/restricted"], whole["progress/excluded"]]
    )


def test_a_network_on_one_frequency_has_all_of_its_answer_there() -> None:
    a, b, c = torch.meshgrid(*[torch.arange(P, dtype=torch.float64)] * 3, indexing="ij")
    table = 9 * torch.cos(2 * math.pi * 2 * (a + b - c) / P) + 0.5 * c
    found = measured(table, wave(2, P)[None], (2,))
    assert found["progress/restricted"] == pytest.approx(cross_entropy(table.numpy(), TEST))
    rest = cross_entropy((0.5 * c).numpy(), TRAIN)
    assert found["progress/excluded"] == pytest.approx(rest)
    other = measured(table, wave(2, P)[None], (3,))
    assert other["progress/excluded"] == pytest.approx(cross_entropy(table.numpy(), TRAIN))


def test_key_frequencies_hold_a_tenth_of_the_power_of_the_embedding() -> None:
    embedding = torch.stack([3 * wave(2, P), 1.01 * wave(3, P) + 100, 0.9 * wave(1, P)])
    assert progress.key_frequencies(embedding) == [2]  # 9 : 1.02 : 0.81
    embedding[0] = 2.8 * wave(2, P)
    assert progress.key_frequencies(embedding) == [2, 3]  # 7.84 : 1.02 : 0.81
    assert measured(noise(P, P, P), embedding)["progress/frequencies"] == [2.0, 3.0]


def test_without_a_key_frequency_only_the_mean_is_restricted_to() -> None:
    table = noise(P, P, P)
    found = measured(table, torch.zeros(4, P))
    assert found["progress/frequencies"] == []
    restricted, excluded = brute_force(table, ())
    assert found["progress/restricted"] == pytest.approx(restricted)
    assert found["progress/excluded"] == pytest.approx(excluded)
    assert excluded == pytest.approx(cross_entropy(table.numpy(), TRAIN))


def share_right(table: Tensor, task: ModularAddition | ModularSubtraction) -> float | list[float]:
    ordered = torch.cartesian_prod(torch.arange(P), torch.arange(P))
    pairs = ordered if task.ordered else PAIRS
    examples = Examples(pairs, pairs.sum(1, keepdim=True) % P)
    half = len(pairs) // 2
    found = probes.measure(
        "table",
        subject(
            {},
            task=task,
            logits=from_table(table),
            train=Examples(examples.inputs[:half], examples.labels[:half]),
            test=Examples(examples.inputs[half:], examples.labels[half:]),
        ),
    )
    return found["table/correct"]


def right_where(cells_right: Callable[[int, int], bool]) -> Tensor:
    """A table whose largest logit is a + b, or else the class after it."""
    table = torch.zeros(P, P, P)
    for a in range(P):
        for b in range(P):
            table[a, b, (a + b + (0 if cells_right(a, b) else 1)) % P] = 1
    return table


@pytest.mark.parametrize("both", [False, True])
def test_all_cells_of_the_table_count_once(both: bool) -> None:
    upper = right_where(lambda a, b: a <= b)
    assert share_right(upper, ModularAddition(p=P, both_orders=both)) == pytest.approx(28 / 49)
    lower = right_where(lambda a, b: a > b)
    assert share_right(lower, ModularAddition(p=P, both_orders=both)) == pytest.approx(21 / 49)


def test_ordered_tasks_are_asked_what_they_are_labelled() -> None:
    assert share_right(right_where(lambda a, b: a == b), ModularSubtraction(p=P)) == 7 / 49


def test_of_equal_logits_the_lowest_class_is_the_answer() -> None:
    assert share_right(torch.zeros(P, P, P), ModularAddition(p=P)) == 7 / 49
