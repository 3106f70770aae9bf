"""Masks as graphs: small ones by hand, others by brute force, large ones by the reference table."""

from __future__ import annotations

import math
from itertools import combinations

import numpy
import pytest
import torch
from torch import Tensor

from grok_tui.engine import probes
from grok_tui.engine.probes import bipartite, clustering, path_length, ramanujan, spectral_gap
from tests.engine.probes.subjects import bits, of_masks, random_mask, random_masks, subject

PATH = bits("110", "011")
"""Two rows, three columns, a chain of five nodes: column, row, column, row, column."""
EMPTY = bits("000", "000")


def neighbours(mask: Tensor) -> list[set[int]]:
    """Of each node, rows first."""
    rows, columns = mask.shape
    found: list[set[int]] = [set() for _ in range(rows + columns)]
    for row, column in mask.nonzero().tolist():
        found[row].add(rows + column)
        found[rows + column].add(row)
    return found


def test_a_graph_has_all_nodes_and_an_edge_for_each_kept_weight() -> None:
    graph = bipartite.graph(bits("010", "000"))
    assert sorted(graph.nodes) == [0, 1, 2, 3, 4]
    assert list(graph.edges) == [(0, 3)]


def test_a_full_mask_has_one_singular_value() -> None:
    assert spectral_gap.gap(torch.ones(12, 27).double()) == pytest.approx(math.sqrt(12 * 27))


def test_the_gap_is_that_of_numpy() -> None:
    matrix = torch.randn(9, 14, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    values = numpy.linalg.svd(matrix.numpy(), compute_uv=False)
    assert spectral_gap.gap(matrix) == pytest.approx(values[0] - values[1])


def test_weights_count_with_their_signs_and_under_the_mask() -> None:
    weights = {"W_1": torch.tensor([[3.0, 9.0], [9.0, -1.0]])}
    found = probes.measure("spectral-gap", subject(weights, {"W_1": bits("10", "01")}))
    assert found["spectral-gap/W_1/weights"] == pytest.approx(2.0)
    assert found["spectral-gap/W_1/mask"] == pytest.approx(0.0)


def test_a_single_row_has_no_second_direction() -> None:
    found = probes.measure("spectral-gap", of_masks({"W_3": bits("1111")}))
    assert found["spectral-gap/W_3/mask"] == pytest.approx(2.0)


@pytest.mark.parametrize("name", ["spectral-gap", "ramanujan", "path-length", "clustering"])
def test_an_empty_matrix_is_counted_and_otherwise_absent(name: str) -> None:
    alone = probes.measure(name, of_masks({"W_1": PATH}))
    found = probes.measure(name, of_masks({"W_1": PATH, "W_Q": EMPTY}))
    assert found == {**alone, f"{name}/empty": 1.0}
    assert probes.measure(name, of_masks({"W_Q": EMPTY})) == {f"{name}/empty": 1.0}


def test_means_are_over_the_matrices_that_have_the_number() -> None:
    masks = {"W_1": PATH, "W_2": torch.ones(3, 3, dtype=torch.uint8), "W_3": EMPTY}
    found = probes.measure("path-length", of_masks(masks))
    assert found["path-length/mean/length"] == pytest.approx((2.0 + 1.4) / 2)


def test_heads_lie_one_under_the_other() -> None:
    heads = torch.stack([bits("110", "011"), bits("001", "100")])
    found = probes.measure("spectral-gap", of_masks({"W_Q": heads}))
    flat = bits("110", "011", "001", "100").double()
    assert found["spectral-gap/W_Q/mask"] == pytest.approx(spectral_gap.gap(flat))


def test_the_ramanujan_variants_of_a_full_mask() -> None:
    found = ramanujan.gaps(torch.ones(5, 10).double())
    degree = 2 * 50 / 15
    assert found == {
        "a": pytest.approx(math.sqrt(2 * degree - 1)),
        "b": pytest.approx(2 * math.sqrt(degree - 1)),
        "c": pytest.approx(3 + 2),
    }


def test_variants_without_a_root_are_absent() -> None:
    assert ramanujan.gaps(bits("1110", "0000").double()).keys() == {"a", "b"}
    assert ramanujan.gaps(bits("1000", "0000").double()).keys() == set()


@pytest.mark.parametrize(
    ("density", "gap", "a", "b", "c"),
    [(0.4, 54.3, -5.25, -1.61, 4.53), (0.6, 87.9, -3.35, 1.16, 8.69)],
)
def test_random_masks_have_the_spectra_of_the_reference(
    density: float, gap: float, a: float, b: float, c: float
) -> None:
    looked_at = of_masks(random_masks(density))
    gaps = probes.measure("spectral-gap", looked_at)
    variants = probes.measure("ramanujan", looked_at)
    assert gaps["spectral-gap/mean/mask"] == pytest.approx(gap, abs=0.3)
    found = [variants[f"ramanujan/mean/{variant}"] for variant in "abc"]
    assert found == pytest.approx([a, b, c], abs=0.15)


def test_the_mean_path_of_a_chain() -> None:
    assert path_length.paths(PATH) == {"length": 2.0, "connected": 1.0}


def test_paths_are_those_of_the_largest_component() -> None:
    mask = bits("1100", "0100", "0010", "0000")  # a chain of four nodes, a pair, two alone
    assert path_length.paths(mask) == {
        "length": pytest.approx((3 * 1 + 2 * 2 + 3) / 6),
        "connected": 0.5,
    }


def test_the_mean_path_is_that_of_powers_of_the_adjacency() -> None:
    mask = random_mask(6, 9, 0.45, seed=5)
    size = sum(mask.shape)
    adjacency = numpy.zeros((size, size), dtype=int)
    for node, near in enumerate(neighbours(mask)):
        adjacency[node, list(near)] = 1
    reached = numpy.eye(size, dtype=int)
    lengths = numpy.zeros((size, size), dtype=int)
    for length in range(1, size):
        wider = reached @ (adjacency + numpy.eye(size, dtype=int)) > 0
        lengths[wider & (reached == 0)] = length
        reached = wider.astype(int)
    assert reached.all()
    assert path_length.paths(mask)["length"] == pytest.approx(lengths.sum() / (size * (size - 1)))


@pytest.mark.parametrize(("rows", "columns"), [(4, 7), (50, 7)])
def test_a_full_mask_has_the_paths_of_the_formula(rows: int, columns: int) -> None:
    found = path_length.paths(torch.ones(rows, columns).double())
    nodes = rows + columns
    pairs = 2 * rows * columns / (nodes * (nodes - 1))
    assert found["length"] == pytest.approx(2 - pairs, abs=1e-9)


@pytest.mark.parametrize(("density", "length"), [(0.4, 2.037), (0.6, 1.963)])
def test_random_masks_have_the_paths_of_the_reference(density: float, length: float) -> None:
    masks = {name: random_masks(density)[name] for name in ("W_E", "W_in")}
    found = probes.measure("path-length", of_masks(masks))
    assert found["path-length/mean/length"] == pytest.approx(length, abs=0.008)
    assert found["path-length/mean/connected"] == 1.0


def test_the_clustering_of_a_chain() -> None:
    # Ends share one of the middle's two neighbours: 1/2. The middle: 1/2 with each end. Rows: 1/3.
    assert clustering.coefficient(PATH) == pytest.approx((3 * (1 / 2) + 2 * (1 / 3)) / 5)


def test_nodes_that_share_no_neighbour_count_as_zero() -> None:
    assert clustering.coefficient(bits("10", "00")) == 0.0
    assert clustering.coefficient(bits("11", "00")) == pytest.approx((1 + 1) / 4)


def test_clustering_is_that_of_all_pairs_of_nodes() -> None:
    mask = random_mask(8, 11, 0.35, seed=7)
    near = neighbours(mask)
    shares: list[list[float]] = [[] for _ in near]
    for one, other in combinations(range(len(near)), 2):
        if common := near[one] & near[other]:
            for node in (one, other):
                shares[node].append(len(common) / len(near[one] | near[other]))
    wanted = sum(sum(own) / len(own) for own in shares if own) / len(near)
    assert clustering.coefficient(mask) == pytest.approx(wanted)


@pytest.mark.parametrize(("density", "clustered"), [(0.4, 0.25), (0.6, 0.43)])
def test_random_masks_cluster_as_the_reference(density: float, clustered: float) -> None:
    found = probes.measure("clustering", of_masks({"W_1": random_mask(48, 67, density, seed=11)}))
    assert found["clustering/mean/coefficient"] == pytest.approx(clustered, abs=0.01)
