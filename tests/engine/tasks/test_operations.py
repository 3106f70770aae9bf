"""The labels of pairs: by hand, by the laws that they obey, and counted as in the papers."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
import torch

from grok_tui.engine import tasks
from grok_tui.engine.tasks import permutation_s5
from grok_tui.engine.tasks.data import Placement
from grok_tui.protocol.tasks import (
    ModularAddition,
    ModularDivision,
    ModularMultiplication,
    ModularPolynomial,
    ModularSubtraction,
    PairsTask,
    PermutationS5,
    RandomTable,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PLACE = Placement(torch.device("cpu"), torch.float32)
PERMUTATIONS = list(permutations(range(5)))


def table(task: PairsTask, seed: int = 0) -> dict[tuple[int, int], int]:
    """The label of each pair."""
    data = tasks.build(task, seed, PLACE)
    return {
        (a, b): label
        for part in (data.train, data.test)
        for (a, b), [label] in zip(part.inputs.tolist(), part.labels.tolist(), strict=True)
    }


@pytest.mark.parametrize(
    ("task", "examples", "at_40", "at_50"),
    [
        (ModularAddition, 2278, (911, 1367), (1139, 1139)),
        (ModularMultiplication, 2278, (911, 1367), (1139, 1139)),
        (RandomTable, 2278, (911, 1367), (1139, 1139)),
        (ModularPolynomial, 2278, (911, 1367), (1139, 1139)),
        (ModularSubtraction, 4489, (1795, 2694), (2244, 2245)),
        (ModularDivision, 4422, (1768, 2654), (2211, 2211)),
        (PermutationS5, 14400, (5760, 8640), (7200, 7200)),
    ],
)
def test_the_counts_are_those_of_the_papers(
    task: type[PairsTask], examples: int, at_40: tuple[int, int], at_50: tuple[int, int]
) -> None:
    for fraction, wanted in ((0.4, at_40), (0.5, at_50)):
        section = task(train_fraction=fraction)
        data = tasks.build(section, 0, PLACE)
        assert (len(data.train.labels), len(data.test.labels)) == wanted
        assert (section.train_examples, section.test_examples) == wanted
        assert section.examples == examples


def test_addition_lists_each_pair_once_or_in_both_orders() -> None:
    once = {(0, 0): 0, (0, 1): 1, (0, 2): 2, (1, 1): 2, (1, 2): 0, (2, 2): 1}
    assert table(ModularAddition(p=3)) == once
    swapped = {(b, a): label for (a, b), label in once.items()}
    assert table(ModularAddition(p=3, both_orders=True)) == once | swapped


def test_subtraction_wraps_around() -> None:
    found = table(ModularSubtraction(p=3))
    wanted = {(0, 0): 0, (0, 1): 2, (0, 2): 1, (1, 0): 1, (1, 1): 0, (1, 2): 2}
    assert found == wanted | {(2, 0): 2, (2, 1): 1, (2, 2): 0}


def test_multiplication_has_zero_among_its_factors() -> None:
    assert table(ModularMultiplication(p=5)) == {
        (a, b): a * b % 5 for a in range(5) for b in range(a, 5)
    }


def test_division_is_undone_by_multiplication_and_never_by_zero() -> None:
    found = table(ModularDivision(p=7))
    assert set(found) == {(a, b) for a in range(7) for b in range(1, 7)}
    assert all(label * b % 7 == a for (a, b), label in found.items())
    assert found[3, 2] == 5  # the integer quotient would be 1


@pytest.mark.parametrize("p", [5, 97])
@pytest.mark.parametrize(
    ("expression", "ordered", "exact"),
    [
        ("x^2 + x*y + y^2", False, lambda x, y: x**2 + x * y + y**2),
        ("(x+y)^2", False, lambda x, y: (x + y) ** 2),
        ("(x+y)^2 + 2y", True, lambda x, y: (x + y) ** 2 + 2 * y),
        ("x^3 + xy", True, lambda x, y: x**3 + x * y),
        ("x y^2 - 80 x + 12", True, lambda x, y: x * y**2 - 80 * x + 12),
        ("(x+y)^16", False, lambda x, y: (x + y) ** 16),
        ("0", False, lambda _x, _y: 0),
    ],
)
def test_a_polynomial_is_worked_out_modulo_p(
    expression: str, ordered: bool, exact: Callable[[int, int], int], p: int
) -> None:
    found = table(ModularPolynomial(p=p, expression=expression))
    assert set(found) == {(x, y) for x in range(p) for y in range(p) if ordered or x <= y}
    assert all(label == exact(x, y) % p for (x, y), label in found.items())


def test_a_random_table_is_drawn_by_the_seed_and_not_by_the_split() -> None:
    found = table(RandomTable(p=23), seed=5)
    assert set(found) == {(a, b) for a in range(23) for b in range(a, 23)}
    assert table(RandomTable(p=23, train_fraction=0.7), seed=5) == found
    assert table(RandomTable(p=23), seed=6) != found


def test_the_labels_of_a_random_table_are_uniform_and_follow_no_sum() -> None:
    found = table(RandomTable(p=67))
    counts = torch.tensor(list(found.values())).bincount(minlength=67)
    assert len(counts) == 67
    expected = Fraction(2278, 67)
    chi = float(sum((int(count) - expected) ** 2 / expected for count in counts))
    assert 30 < chi < 115  # 66 degrees of freedom: mean 66, standard deviation 11.5
    assert sum(label == (a + b) % 67 for (a, b), label in found.items()) < 70


def test_permutations_are_composed_as_functions() -> None:
    found = table(PermutationS5())
    drawn = torch.Generator().manual_seed(0)
    for a, b in torch.randint(120, (200, 2), generator=drawn).tolist():
        first, then = PERMUTATIONS[b], PERMUTATIONS[a]
        composed = tuple(then[first[x]] for x in range(5))
        assert found[a, b] == PERMUTATIONS.index(composed)


def test_two_permutations_by_hand() -> None:
    swap, turn = PERMUTATIONS.index((1, 0, 2, 3, 4)), PERMUTATIONS.index((1, 2, 3, 4, 0))
    found = table(PermutationS5())
    # first turn, 0 -> 1, then swap, 1 -> 0; and so on
    assert PERMUTATIONS[found[swap, turn]] == (0, 2, 3, 4, 1)
    assert PERMUTATIONS[found[turn, swap]] == (2, 1, 3, 4, 0)


def test_permutations_form_a_group_numbered_from_the_one_that_does_nothing() -> None:
    products, inverses = permutation_s5.products(), permutation_s5.inverses()
    every = torch.arange(120)
    assert torch.equal(products[0], every)
    assert torch.equal(products[:, 0], every)
    assert torch.equal(products[every, inverses], torch.zeros_like(every))
    assert torch.equal(products.sort(1).values, every.expand(120, 120))
    a, b, c = torch.randint(120, (3, 500), generator=torch.Generator().manual_seed(1))
    assert torch.equal(products[products[a, b], c], products[a, products[b, c]])


def test_the_other_products_of_permutations() -> None:
    plain = table(PermutationS5())
    inverse = permutation_s5.inverses().tolist()
    conjugated = table(PermutationS5(product="aba^-1"))
    twice = table(PermutationS5(product="aba"))
    for (a, b), product in plain.items():
        assert conjugated[a, b] == plain[product, inverse[a]]
        assert twice[a, b] == plain[product, a]
