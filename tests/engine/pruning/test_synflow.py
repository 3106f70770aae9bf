"""SynFlow by paths that one can count, by a closed form, and what must hold in every round."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
import torch

from grok_tui.engine.pruning import mask, slopes, synflow
from grok_tui.engine.tasks.data import Examples
from grok_tui.errors import PresetError
from grok_tui.protocol.models import Mlp, Perceptron, Transformer
from tests.engine.pruning import nets

if TYPE_CHECKING:
    from torch import Tensor

    from grok_tui.engine.pruning import Reading

NOTHING = Examples(torch.zeros(0, 2, dtype=torch.int64), torch.zeros(0, 1, dtype=torch.int64))
SYNFLOW: dict[str, Any] = {"method": "synflow", "pruning_rate": 0.6}
MODELS = (
    (Mlp(d_embedding=8, d_hidden=6), 11, 11),
    (Mlp(d_embedding=8, d_hidden=6, embeddings=2, activation="gelu"), 11, 11),
    (Mlp(d_embedding=8, d_hidden=6, hidden_layers=3), 11, 11),
    (Perceptron(widths=(9, 7)), 12, 3),
)
"""Their weights are multiples of four: a quarter of them is a whole number."""
every_model = pytest.mark.parametrize(("model", "inputs", "outputs"), MODELS)


def reading_of(model: Any, inputs: int, outputs: int, **recipe: Any) -> Reading:
    weights = nets.drawn(model, inputs, outputs)
    return nets.reading(model, weights, NOTHING, **(SYNFLOW | recipe))


def test_a_score_is_the_sum_over_the_paths_through_a_weight() -> None:
    """Two inputs, two units, one output: 1 x 5, 2 x 5 by the first unit, 3 x 7, 4 x 7 by the
    other."""
    weights = {"W_1": torch.tensor([[1.0, -2.0], [-3.0, 4.0]]), "W_2": torch.tensor([[5.0, -7.0]])}
    first = next(synflow.rounds(nets.reading(Perceptron(widths=(2,)), weights, NOTHING)))
    assert first["W_1"].tolist() == [[5.0, 10.0], [21.0, 28.0]]
    assert first["W_2"].tolist() == [[15.0, 49.0]]


def test_with_two_embeddings_a_one_goes_into_each_row_of_both() -> None:
    """One unit, 10 comes into it, and 2 x 3 x 5 goes on to one class of two."""
    weights = {
        "W_E": torch.tensor([[1.0, 2.0]]),
        "W_F": torch.tensor([[3.0, -4.0]]),
        "W_in": torch.tensor([[2.0]]),
        "W_out": torch.tensor([[-3.0]]),
        "W_U": torch.tensor([[5.0, 0.0]]),
    }
    model = Mlp(d_embedding=1, d_hidden=1, embeddings=2)
    first = next(synflow.rounds(nets.reading(model, weights, NOTHING)))
    assert {name: flow.flatten().tolist() for name, flow in first.items()} == {
        "W_E": [30.0, 60.0],
        "W_F": [90.0, 120.0],
        "W_in": [300.0],
        "W_out": [300.0],
        "W_U": [300.0, 0.0],
    }


@every_model
def test_in_every_round_the_scores_of_each_layer_have_the_same_sum(
    model: Any, inputs: int, outputs: int
) -> None:
    for scores in synflow.rounds(reading_of(model, inputs, outputs)):
        sums = {name: float(flow[flow > -math.inf].sum()) for name, flow in scores.items()}
        if "W_F" in sums:  # one layer, the tokens beside each other
            sums["W_E"] += sums.pop("W_F")
        assert max(sums.values()) == pytest.approx(min(sums.values()), rel=1e-9)


@every_model
def test_each_round_keeps_the_same_share_and_nothing_returns(
    model: Any, inputs: int, outputs: int
) -> None:
    reading = reading_of(model, inputs, outputs, pruning_rate=0.75)
    before = torch.zeros(reading.layout.prunable_weights, dtype=torch.bool)
    for number, scores in enumerate(synflow.rounds(reading)):
        gone = slopes.packed(reading.layout, scores) == -math.inf
        weights = len(gone)
        assert weights - int(gone.sum()) == round(weights * 0.25 ** (number / 100))
        assert (gone >= before).all()
        before = gone
    kept = reading.layout.packed(mask(reading)).bool()
    assert int(kept.sum()) == weights // 4
    assert not (kept & before).any()


@pytest.mark.parametrize(("model", "inputs", "outputs"), [MODELS[0], MODELS[2], MODELS[3]])
def test_the_mask_is_that_of_a_hundred_rounds_written_out(
    model: Any, inputs: int, outputs: int
) -> None:
    """Half are left: where a unit has but one way in and one out, both have the same score."""
    reading = reading_of(model, inputs, outputs, pruning_rate=0.5)
    weights = reading.layout.views(reading.weights)
    wanted = written_out([one.mT if name == "W_U" else one for name, one in weights.items()], 0.5)
    views = reading.layout.views(mask(reading))
    for (name, kept), other in zip(views.items(), wanted, strict=True):
        assert torch.equal(kept.bool(), other.mT if name == "W_U" else other), name


def written_out(layers: list[Tensor], left: float) -> list[Tensor]:
    """The masks of matrices (outputs, inputs) in order: what comes into a weight times what it is
    times what goes on from it."""
    layers = [layer.abs() for layer in layers]
    count = sum(layer.numel() for layer in layers)
    for number in range(1, 101):
        into = [torch.ones(layers[0].shape[1], dtype=torch.float64)]
        for layer in layers:
            into.append(layer @ into[-1])
        on = [torch.ones(layers[-1].shape[0], dtype=torch.float64)]
        for layer in reversed(layers):
            on.insert(0, layer.mT @ on[0])
        scores = [layer * torch.outer(on[at + 1], into[at]) for at, layer in enumerate(layers)]
        ranked = torch.cat([score.flatten() for score in scores]).sort(descending=True).values
        least = ranked[round(count * left ** (number / 100)) - 1]
        layers = [layer * (score >= least) for layer, score in zip(layers, scores, strict=True)]
    return [layer > 0 for layer in layers]


def test_signs_activation_and_examples_are_of_no_account() -> None:
    model = Mlp(d_embedding=8, d_hidden=6)
    weights = nets.drawn(model, 11, 11)
    first = mask(nets.reading(model, weights, NOTHING, **SYNFLOW))
    turned = {name: -weight for name, weight in weights.items()}
    gelu = Mlp(d_embedding=8, d_hidden=6, activation="gelu")
    assert torch.equal(mask(nets.reading(gelu, turned, nets.pairs(11), **SYNFLOW)), first)


def test_an_excluded_matrix_takes_part_and_stays_whole() -> None:
    reading = reading_of(*MODELS[0], exclude=("W_in",))
    views = reading.layout.views(mask(reading))
    assert views["W_in"].all()
    others = [view for name, view in views.items() if name != "W_in"]
    weights = sum(view.numel() for view in others)
    assert sum(int(view.sum()) for view in others) == weights - round(0.6 * weights)


def test_by_layer_every_matrix_loses_its_own_share() -> None:
    reading = reading_of(*MODELS[0], scope="layer", layer_rates={"W_U": 0.25})
    for name, view in reading.layout.views(mask(reading)).items():
        rate = 0.25 if name == "W_U" else 0.6
        assert int(view.sum()) == view.numel() - round(rate * view.numel()), name


def test_one_round_cuts_off_what_a_hundred_leave_connected() -> None:
    """Of 12 x 9, 9 x 7 and 7 x 3 weights the many of the first matrix share the flow."""
    reading = reading_of(*MODELS[3], pruning_rate=0.9)
    at_once = next(synflow.rounds(reading))
    largest = torch.cat([flow.flatten() for flow in at_once.values()]).topk(19).values
    assert not (at_once["W_1"] >= largest[-1]).any()
    kept = reading.layout.views(mask(reading))
    assert sum(int(view.sum()) for view in kept.values()) == 19
    assert all(view.any() for view in kept.values())


def test_a_transformer_is_refused_in_a_sentence() -> None:
    model = Transformer(d_model=4, d_head=3, d_mlp=5)
    reading = reading_of(model, 5, 5)
    with pytest.raises(PresetError, match="synflow needs a model whose layers follow one another"):
        mask(reading)
