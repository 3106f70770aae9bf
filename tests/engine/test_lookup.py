"""Lookups against dense products with a one-hot matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor

from grok_tui.engine.lookup import Lookup

if TYPE_CHECKING:
    from collections.abc import Sequence

HEIGHT, WIDTH, EXAMPLES, ENTRIES = 11, 5, 30, 3
USED = 8
"""Rows from here on are in no example."""
SHARES = {torch.float32: 1e-6, torch.float64: 1e-14}
every_kind = pytest.mark.parametrize(
    ("lanes", "dtype", "weighted"),
    [
        (lanes, dtype, weighted)
        for lanes in ((), (3,), (2, 3))
        for dtype in SHARES
        for weighted in (False, True)
    ],
)


class Case:
    """Rows, a table, slopes and weights, drawn; and the one-hot matrix that says the same."""

    def __init__(self, lanes: Sequence[int], dtype: torch.dtype, weighted: bool) -> None:
        noise = torch.Generator().manual_seed(len(lanes))
        self.rows = torch.randint(USED, (*lanes, EXAMPLES, ENTRIES), generator=noise)
        self.rows[..., 0, :] = 2  # one example has the same row in all places
        self.lookup = Lookup(self.rows, HEIGHT)

        def drawn(*shape: int) -> Tensor:
            return torch.randn(*lanes, *shape, generator=noise, dtype=dtype)

        self.table, self.slopes = drawn(HEIGHT, WIDTH), drawn(EXAMPLES, WIDTH)
        self.weights = drawn(EXAMPLES, ENTRIES) if weighted else None
        shares = drawn(EXAMPLES, ENTRIES).fill_(1.0) if self.weights is None else self.weights
        hot = torch.zeros(*lanes, EXAMPLES, ENTRIES, HEIGHT, dtype=dtype)
        hot.scatter_(-1, self.rows.unsqueeze(-1), shares.unsqueeze(-1))
        self.one_hot = hot.sum(-2)
        self.share = SHARES[dtype]

    def close(self, found: Tensor, wanted: Tensor) -> bool:
        """Equal to the rounding of a few dozen sums."""
        off = (found - wanted).abs().max()
        return found.shape == wanted.shape and bool(off <= self.share * wanted.abs().max())


@every_kind
def test_gathering_is_a_product_with_the_one_hot_matrix(
    lanes: Sequence[int], dtype: torch.dtype, weighted: bool
) -> None:
    case = Case(lanes, dtype, weighted)
    assert case.close(case.lookup.gather(case.table, case.weights), case.one_hot @ case.table)


@every_kind
def test_scattering_is_a_product_with_its_transpose(
    lanes: Sequence[int], dtype: torch.dtype, weighted: bool
) -> None:
    case = Case(lanes, dtype, weighted)
    found = case.lookup.scatter(case.slopes, case.weights)
    assert case.close(found, case.one_hot.mT @ case.slopes)
    assert (found[..., USED:, :] == 0).all()


@every_kind
def test_one_is_the_transpose_of_the_other(
    lanes: Sequence[int], dtype: torch.dtype, weighted: bool
) -> None:
    case = Case(lanes, dtype, weighted)
    there = case.lookup.gather(case.table, case.weights) * case.slopes
    back = case.lookup.scatter(case.slopes, case.weights) * case.table
    off = (there.sum((-2, -1)) - back.sum((-2, -1))).abs()
    assert (off <= case.share * there.abs().sum((-2, -1))).all()


@pytest.mark.parametrize("weighted", [False, True])
def test_the_bits_are_the_same_each_time_with_every_number_of_threads(weighted: bool) -> None:
    case = Case((), torch.float32, weighted)
    threads = torch.get_num_threads()
    found = []
    try:
        for count in (1, 2, 3, 1):
            torch.set_num_threads(count)
            gathered = case.lookup.gather(case.table, case.weights)
            found.append((gathered, case.lookup.scatter(case.slopes, case.weights)))
    finally:
        torch.set_num_threads(threads)
    for gathered, scattered in found[1:]:
        assert torch.equal(gathered, found[0][0])
        assert torch.equal(scattered, found[0][1])


@pytest.mark.parametrize("weighted", [False, True])
def test_a_lane_alone_has_the_bits_it_has_among_others(weighted: bool) -> None:
    case = Case((3,), torch.float32, weighted)
    for lane in range(3):
        alone = Lookup(case.rows[lane], HEIGHT)
        weights = None if case.weights is None else case.weights[lane]
        among = case.lookup.gather(case.table, case.weights)[lane]
        assert torch.equal(alone.gather(case.table[lane], weights), among)
        among = case.lookup.scatter(case.slopes, case.weights)[lane]
        assert torch.equal(alone.scatter(case.slopes[lane], weights), among)


def test_a_table_may_lie_in_memory_in_any_way() -> None:
    case = Case((), torch.float64, weighted=True)
    slanted = case.table.mT.contiguous().mT
    assert torch.equal(case.lookup.gather(slanted), case.lookup.gather(case.table))
    parts = torch.cat([case.slopes, case.slopes], -1)[:, WIDTH:]
    assert torch.equal(case.lookup.scatter(parts), case.lookup.scatter(case.slopes))


def test_a_number_that_is_none_stays_with_the_examples_that_read_it() -> None:
    case = Case((), torch.float64, weighted=False)
    case.table[2] = torch.nan
    found = case.lookup.gather(case.table).isnan().any(-1)
    assert torch.equal(found, (case.rows == 2).any(-1))
    case.slopes[7] = torch.nan
    hit = torch.zeros(HEIGHT, dtype=torch.bool)
    hit[case.rows[7]] = True
    assert torch.equal(case.lookup.scatter(case.slopes).isnan().any(-1), hit)
