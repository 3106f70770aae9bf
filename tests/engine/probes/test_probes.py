"""What holds for every probe: it is found by its name, and what it says is finite."""

from __future__ import annotations

import math

import pytest
import torch

from grok_tui.engine import probes
from grok_tui.engine.tasks.data import Examples
from grok_tui.protocol.models import Mlp, Network, Perceptron, Transformer
from grok_tui.protocol.probing import PROBES
from tests.engine.probes.subjects import subject

P = 11
PAIRS = torch.triu_indices(P, P).T
LABELS = PAIRS.sum(1, keepdim=True) % P
MLP = Mlp(d_embedding=8, d_hidden=6)
OF_ANY_MATRIX = (
    "norms",
    "densities",
    "mask-distance",
    "spectral-gap",
    "ramanujan",
    "path-length",
    "clustering",
)


def seen(name: str, model: Network, fill: float | None = None) -> dict[str, float | list[float]]:
    """What a probe says of random weights, half of them kept; or of weights that are all `fill`."""
    noise = torch.Generator().manual_seed(0)
    shapes = model.shapes(P, P)
    weights = {key: torch.randn(shape, generator=noise) for key, shape in shapes.items()}
    masks = {
        key: (matrix > 0).to(torch.uint8) for key, matrix in weights.items() if matrix.dim() > 1
    }
    kept = {key: matrix * masks.get(key, 1) for key, matrix in weights.items()}
    if fill is not None:
        kept = {key: torch.full(shape, fill) for key, shape in shapes.items()}
    logits = torch.randn(P, P, P, generator=noise, dtype=torch.float64)
    looked_at = subject(
        kept,
        masks,
        earlier={key: 1 - mask for key, mask in masks.items()},
        logits=lambda pairs: logits[pairs[:, 0], pairs[:, 1]],
        train=Examples(PAIRS[:30], LABELS[:30]),
        test=Examples(PAIRS[30:], LABELS[30:]),
    )
    return probes.measure(name, looked_at)


@pytest.mark.parametrize("name", PROBES)
@pytest.mark.parametrize(
    "model",
    [
        MLP,
        Mlp(d_embedding=8, d_hidden=6, embeddings=2, hidden_layers=3),
        Transformer(d_model=8, heads=2, d_head=4, d_mlp=6, positions=True, biases=True),
    ],
    ids=["mlp", "two tables and three layers", "transformer"],
)
def test_every_probe_looks_at_every_model_of_pairs(name: str, model: Network) -> None:
    found = seen(name, model)
    assert found
    for part, value in found.items():
        assert part.startswith(f"{name}/")
        assert all(map(math.isfinite, value if isinstance(value, list) else [value]))


@pytest.mark.parametrize("name", OF_ANY_MATRIX)
def test_probes_of_matrices_look_at_perceptrons(name: str) -> None:
    found = seen(name, Perceptron(widths=(9, 8)))
    assert {part.split("/")[1] for part in found} >= {"W_1", "W_2", "W_3"}


@pytest.mark.parametrize("name", PROBES)
@pytest.mark.parametrize("fill", [math.nan, math.inf])
def test_nothing_is_said_of_a_network_that_has_diverged(name: str, fill: float) -> None:
    assert seen(name, MLP, fill) == {}


def test_a_number_that_overflows_is_absent_alone() -> None:
    found = seen("norms", MLP, 1e38)
    assert found["norms/W_E/l2"] == pytest.approx(1e38 * math.sqrt(88), rel=1e-6)
    huge = subject({"W_1": torch.full((2, 2), 1e300, dtype=torch.float64)})
    assert probes.measure("norms", huge).keys() == {
        "norms/W_1/l1",
        "norms/net/l1",
        "norms/published/l1",
    }
