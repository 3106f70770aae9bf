"""What holds of every model: its plain writing, its derivatives, lanes side by side, names."""

from __future__ import annotations

import importlib
import math
from typing import TYPE_CHECKING

import msgspec
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from grok_tui.engine import models
from grok_tui.engine.lanes import Layout
from grok_tui.errors import PresetError
from grok_tui.protocol.models import MODELS, Mlp, Network, Perceptron, Transformer
from tests.engine import reference
from tests.engine.models.kinds import KINDS, Bound, case, config_of

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.models import Model

every_kind = pytest.mark.parametrize("kind", KINDS)


def close(found: Tensor, wanted: Tensor, share: float) -> bool:
    """Every entry, to that share of the largest."""
    off = float((found - wanted).abs().max())
    return found.shape == wanted.shape and off <= share * float(wanted.abs().max())


@pytest.mark.parametrize("section", MODELS)
def test_every_section_of_a_preset_has_its_module(section: type[Network]) -> None:
    kind = str(section.__struct_config__.tag)
    module = importlib.import_module(f"grok_tui.engine.models.{kind.replace('-', '_')}")
    assert callable(module.model)
    assert any(isinstance(one, section) for one in KINDS.values())


@pytest.mark.parametrize(
    ("section", "inputs", "outputs", "weights"),
    [
        (Mlp(), 67, 67, 115_000),
        (Mlp(embeddings=2), 67, 67, 148_500),
        (Transformer(), 67, 67, 115_456),
        (Perceptron(), 784, 10, 198_800),
        (Perceptron(), 64, 10, 54_800),
        (Perceptron(widths=(64,)), 31, 2, 2_112),
        (Perceptron(widths=(40, 48, 500)), 20, 1, 27_220),
    ],
)
def test_the_networks_of_the_papers_have_as_many_weights(
    section: Model, inputs: int, outputs: int, weights: int
) -> None:
    layout = Layout(section.shapes(inputs, outputs))
    assert layout.parameters == layout.prunable_weights == weights


@every_kind
def test_outputs_and_gradients_are_those_of_the_plain_network(kind: str) -> None:
    one = case(KINDS[kind])
    found = Bound([one]).computed()
    outputs = reference.logits(one.network, one.weights, one.examples)
    assert close(found["train logits"], outputs, 1e-13)
    slopes = reference.gradients(one.network, one.weights, one.examples)
    for name, slope in slopes.items():
        assert close(found[name], slope, 1e-12), name


@every_kind
def test_the_gradients_are_the_differences_of_the_loss(kind: str) -> None:
    one = case(KINDS[kind])
    bound = Bound([one])
    found = bound.computed()
    weights = bound.layout.views(bound.row)
    largest = max(float(found[name].abs().max()) for name in weights)
    for name, weight in weights.items():
        flat, slopes = weight.view(-1), []
        for at, value in enumerate(flat.tolist()):
            losses = []
            for step in (1e-6, -1e-6):
                flat[at] = value + step
                losses.append(bound.loss())
            flat[at] = value
            slopes.append((losses[0] - losses[1]) / 2e-6)
        off = (found[name].flatten() - torch.tensor(slopes, dtype=torch.float64)).abs().max()
        assert off <= 1e-8 * max(largest, 1.0), name


@every_kind
def test_the_test_set_reads_the_same_weights(kind: str) -> None:
    one = case(KINDS[kind])
    inputs = one.test.tolist() if one.section.pairs else list(one.test)
    wanted = torch.stack([one.network(one.weights, row) for row in inputs])
    assert close(Bound([one]).computed()["test logits"], wanted, 1e-13)


@every_kind
def test_what_autograd_sees_is_the_same_network(kind: str) -> None:
    one = case(KINDS[kind])
    model = models.build(config_of(one.section))
    found = Bound([one]).computed()
    assert close(model.logits(one.weights, one.train), found["train logits"], 1e-13)
    assert close(model.logits(one.weights, one.test), found["test logits"], 1e-13)
    assert close(model.features(one.weights, one.train), found["features"], 1e-13)
    single = {name: weight.float() for name, weight in one.weights.items()}
    assert model.logits(single, one.train).dtype == torch.float32


@every_kind
def test_a_slope_at_the_features_adds_its_gradient(kind: str) -> None:
    one = case(KINDS[kind])
    model = models.build(config_of(one.section))
    leaves = {name: weight.clone().requires_grad_() for name, weight in one.weights.items()}
    features = model.features(leaves, one.train)
    noise = torch.Generator().manual_seed(3)
    wish = torch.randn(features.shape, generator=noise, dtype=torch.float64)
    logits = model.logits(leaves, one.train)
    loss = torch.nn.functional.cross_entropy(logits, one.labels[:, 0])
    wanted = torch.autograd.grad(loss + (wish * features).sum(), list(leaves.values()))
    kept = wish.clone()
    found = Bound([one]).computed(wish)
    for name, slope in zip(leaves, wanted, strict=True):
        assert close(found[name], slope, 1e-12), name
    assert torch.equal(wish, kept)


@every_kind
def test_the_slopes_of_slopes_are_right(kind: str) -> None:
    one = case(KINDS[kind])
    model = models.build(config_of(one.section))

    def outputs(*weights: Tensor) -> Tensor:
        return model.logits(dict(zip(one.weights, weights, strict=True)), one.train)

    leaves = tuple(weight.clone().requires_grad_() for weight in one.weights.values())
    assert torch.autograd.gradgradcheck(outputs, leaves, fast_mode=True)


@every_kind
def test_lanes_side_by_side_compute_what_each_computes_alone(kind: str) -> None:
    cases = [case(KINDS[kind], seed) for seed in range(3)]
    noise = torch.Generator().manual_seed(4)
    width = Bound(cases[:1]).computed()["features"].shape
    wishes = torch.randn((3, *width), generator=noise, dtype=torch.float64)
    together = Bound(cases).computed(wishes)
    for lane, one in enumerate(cases):
        alone = Bound([one]).computed(wishes[lane])
        assert alone.keys() == together.keys()
        for name, wanted in alone.items():
            assert close(together[name][lane], wanted, 1e-12), name


@every_kind
def test_a_pass_leaves_nothing_behind_for_the_next(kind: str) -> None:
    one = case(KINDS[kind])
    bound = Bound([one])
    first, again = bound.computed(), bound.computed()
    before = bound.row.clone()
    bound.row.mul_(3.0)
    other = bound.computed()
    bound.row.copy_(before)
    last = bound.computed()
    assert not torch.equal(first["train logits"], other["train logits"])
    for name, wanted in first.items():
        assert torch.equal(again[name], wanted), name
        assert torch.equal(last[name], wanted), name


@every_kind
def test_single_precision_is_the_same_to_its_digits(kind: str) -> None:
    one = case(KINDS[kind])
    exact, found = Bound([one]).computed(), Bound([one], torch.float32).computed()
    largest = max(float(slope.abs().max()) for slope in exact.values())
    for name, wanted in exact.items():
        assert found[name].dtype == torch.float32
        assert float((found[name] - wanted).abs().max()) <= 1e-5 * largest, name


@every_kind
def test_initial_weights_have_the_deviation_of_their_own_width(kind: str) -> None:
    section: Model = msgspec.structs.replace(KINDS[kind], init_scale=3.0)
    drawn = [models.build(config_of(section)).initial(seed) for seed in range(200)]
    for name in drawn[0]:
        weights = torch.stack([one[name] for one in drawn])
        if weights.dim() == 2:
            assert not weights.any()
            continue
        d_in = weights.shape[1 if name in ("W_U", "W_pos") else -1]
        sure = 5 / math.sqrt(2 * weights.numel())
        assert float(weights.std()) == pytest.approx(3 / math.sqrt(d_in), rel=sure), name


@every_kind
def test_a_network_starts_from_the_tensors_of_a_file_by_their_names(
    kind: str, tmp_path: Path
) -> None:
    one = case(KINDS[kind])
    save_file({f"best.{name}": weight for name, weight in one.weights.items()}, tmp_path / "w")
    section: Model = msgspec.structs.replace(
        one.section, weights_from=str(tmp_path / "w"), weights_prefix="best."
    )
    found = models.build(config_of(section)).initial(0)
    assert list(found) == list(config_of(section).shapes())
    for name, weight in found.items():
        assert torch.equal(weight, one.weights[name]), name


@every_kind
def test_a_tensor_that_a_file_lacks_is_named(kind: str, tmp_path: Path) -> None:
    weights = case(KINDS[kind]).weights
    name, _ = weights.popitem()
    save_file(weights, tmp_path / "w")
    section: Model = msgspec.structs.replace(KINDS[kind], weights_from=str(tmp_path / "w"))
    with pytest.raises(PresetError, match=f"no tensor {name}; the file has"):
        models.build(config_of(section)).initial(0)
