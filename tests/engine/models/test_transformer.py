"""The transformer: its options, sharp attention, weights from files, tickets without matrices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from grok_tui.engine import models
from grok_tui.engine.lanes import Layout
from grok_tui.engine.losses import cross_entropy
from grok_tui.engine.pruning import mask
from grok_tui.engine.workspace import Workspace
from grok_tui.errors import PresetError
from grok_tui.protocol.arms import Arm, MaskFrom
from grok_tui.protocol.models import Transformer
from grok_tui.protocol.tasks import ModularAddition
from tests.engine import reference, tiny
from tests.engine.pruning import readings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grok_tui.protocol.config import Config

WITH_OPTIONS = msgspec.structs.replace(tiny.TRANSFORMER, positions=True, biases=True)
SIZES = {"p": 13, "d_model": 12, "heads": 2, "d_head": 4, "d_mlp": 10}


def config_of(model: Transformer, p: int = 13, **train: Any) -> Config:
    config = tiny.tiny(**train)
    return msgspec.structs.replace(config, model=model, task=ModularAddition(p=p))


def computed(
    config: Config, layout: Layout, rows: Tensor, sets: tuple[Tensor, Tensor], labels: Tensor
) -> dict[str, Tensor]:
    """Logits and gradients of a network that is bound to these rows."""
    gradient = torch.full_like(rows, torch.nan)
    weights, slopes = layout.views(rows), layout.views(gradient)
    network = models.build(config).network(weights, slopes, sets, Workspace(rows))
    logits = network.forward()
    test = network.test().clone()
    network.backward(cross_entropy.gradient(logits, labels, torch.empty_like(logits)))
    return {"train": logits, "test": test, **slopes}


@pytest.mark.parametrize("lead", [-14.0, 14.0])
def test_attention_to_one_token_alone_still_has_a_slope_in_single_precision(lead: float) -> None:
    """By 1 - alpha a lead of 14 would leave one digit of it, one of 17 none."""
    config = config_of(Transformer(d_model=12, d_head=4, d_mlp=10))
    layout = Layout(config.shapes())
    row = layout.row(models.build(config).initial(0), torch.float64)
    views = layout.views(row)
    keys, queries = (views[name][0] @ views["W_E"] for name in ("W_K", "W_Q"))
    views["W_Q"].mul_(lead * 2 / float((keys[:, 3] - keys[:, 5]) @ queries[:, 5]))
    sets = torch.tensor([[3, 5]]), torch.tensor([[5, 5]])
    found, wanted = (
        computed(config, layout, row.to(dtype), sets, torch.tensor([[8]]))
        for dtype in (torch.float32, torch.float64)
    )
    for name in ("W_Q", "W_K"):
        off = (found[name] - wanted[name]).abs().max()
        assert off <= 1e-4 * wanted[name].abs().max(), name


def test_the_initial_transformer_has_the_deviation_of_its_widths_and_no_biases() -> None:
    model = Transformer(
        d_model=96, heads=2, d_head=40, d_mlp=160, positions=True, biases=True, init_scale=2.0
    )
    drawn = models.build(config_of(model, p=67)).initial(0)
    inputs = {"W_E": 67, "W_pos": 96, "W_Q": 96, "W_K": 96, "W_V": 96, "W_O": 80, "W_in": 96}
    for name, d_in in (inputs | {"W_out": 160, "W_U": 96}).items():
        weight = drawn.pop(name)
        sure = 4 / math.sqrt(2 * weight.numel())  # four deviations of what is estimated
        assert float(weight.std(correction=0)) == pytest.approx(2 / math.sqrt(d_in), rel=sure), name
    assert list(drawn) == ["b_in", "b_out"]
    assert not any(bias.any() for bias in drawn.values())


def published(config: Config) -> dict[str, Tensor]:
    """Tensors by the names and shapes that files have."""
    p, d_model, heads, d_head, d_mlp = SIZES.values()
    shapes = {
        "W_E": (d_model, p),
        "W_U": (d_model, p),
        **dict.fromkeys(("W_Q", "W_K", "W_V"), (heads, d_head, d_model)),
        "W_O": (d_model, heads * d_head),
        "W_in": (d_mlp, d_model),
        "W_out": (d_model, d_mlp),
        "W_pos": (d_model, 2),
        "b_in": (d_mlp,),
        "b_out": (d_model,),
    }
    noise = torch.Generator().manual_seed(4)
    return {
        name: torch.randn(shape, generator=noise, dtype=torch.float64) / 3
        for name, shape in shapes.items()
        if name in config.shapes()
    }


def from_file(model: Transformer, file: Path, tensors: Mapping[str, Tensor]) -> Config:
    save_file({f"best.{name}": tensor for name, tensor in tensors.items()}, file)
    section = msgspec.structs.replace(model, weights_from=str(file), weights_prefix="best.")
    return config_of(section, precision="float64", steps=5)


@pytest.mark.parametrize("model", [tiny.TRANSFORMER, WITH_OPTIONS])
def test_a_transformer_from_a_file_starts_as_the_network_in_the_file(
    tmp_path: Path, model: Transformer
) -> None:
    tensors = published(config_of(model))
    lanes = tiny.experiment(from_file(model, tmp_path / "w", tensors))
    first = tiny.run_on(lanes, begin=True, until=1)
    (lane,) = lanes.running.values()
    for name, view in lanes.layout.views(lane.start).items():
        assert torch.equal(view, tensors[name]), name
    examples = zip(lane.data.test.inputs.tolist(), lane.data.test.labels[:, 0], strict=True)
    listed = [(tokens, int(label)) for tokens, label in examples]
    wanted = reference.mean_loss(reference.transformer, tensors, listed)
    assert tiny.measured(first, "dense")[0].test_loss == pytest.approx(float(wanted), rel=1e-12)


@pytest.mark.parametrize("name", list(published(config_of(WITH_OPTIONS))))
def test_a_tensor_of_another_shape_is_refused_by_name(tmp_path: Path, name: str) -> None:
    tensors = published(config_of(WITH_OPTIONS))
    right = " x ".join(map(str, tensors[name].shape))
    tensors[name] = torch.ones(2, 3, 5, 7)
    config = from_file(WITH_OPTIONS, tmp_path / "w", tensors)
    with pytest.raises(PresetError, match=f"best.{name} is 2 x 3 x 5 x 7; expected {right}$"):
        models.build(config).initial(0)


@pytest.mark.parametrize("name", ["W_Q", "W_pos", "b_out"])
def test_a_tensor_that_is_missing_is_named(tmp_path: Path, name: str) -> None:
    tensors = published(config_of(WITH_OPTIONS))
    del tensors[name]
    config = from_file(WITH_OPTIONS, tmp_path / "w", tensors)
    with pytest.raises(PresetError, match=f"no tensor best.{name}; the file has best"):
        models.build(config).initial(0)


@pytest.mark.parametrize("scope", ["global", "layer"])
def test_biases_are_never_pruned_and_the_count_is_of_the_matrices(scope: Any) -> None:
    config = config_of(WITH_OPTIONS)
    layout = Layout(config.shapes())
    row = layout.row(models.build(config).initial(0), torch.float32)  # all biases are zero
    reading = readings.of_rows(layout, row, method="magnitude", pruning_rate=0.9, scope=scope)
    kept = mask(reading)
    views = layout.views(kept)
    matrices = {name: view for name, view in views.items() if view.dim() > 1}
    assert sorted(views.keys() - matrices.keys()) == ["b_in", "b_out"]
    assert views["b_in"].all()
    assert views["b_out"].all()
    sizes = [view.numel() for view in matrices.values()]
    lost = sum(int((view == 0).sum()) for view in matrices.values())
    wanted = round(0.9 * sum(sizes)) if scope == "global" else sum(round(0.9 * n) for n in sizes)
    assert lost == wanted


@pytest.mark.parametrize("empty", [("W_Q",), ("W_Q", "W_K"), ("W_V", "W_O", "W_pos")])
def test_a_ticket_without_whole_matrices_trains_on(tmp_path: Path, empty: tuple[str, ...]) -> None:
    tensors = published(config_of(WITH_OPTIONS))
    for name in empty:
        tensors[name] *= 1e-6  # the smallest of all, so they go first
    config = from_file(WITH_OPTIONS, tmp_path / "w", tensors)
    source = MaskFrom(arm="dense", at="init")
    ticket = Arm(name="ticket", method="magnitude", pruning_rate=0.45, mask_from=source)
    train = msgspec.structs.replace(config.train, steps=60)
    events = tiny.run(
        msgspec.structs.replace(config, arms=(Arm(name="dense"), ticket), train=train)
    )
    gone = [layer.name for layer in tiny.started(events, "ticket").layers if not layer.kept]
    assert set(gone) == set(empty)
    first, last = (tiny.values(events, "ticket")[at] for at in (0, -1))
    assert tiny.ended(events, "ticket").reason == "steps"
    assert all(math.isfinite(number) for number in last)
    assert last[1] < 0.5 * first[1]  # the training loss
