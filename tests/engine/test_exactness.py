"""The collapsed models are the models: logits, gradients and training against the plain ones.

What is compared agrees to 1e-9 of the largest entry of its tensor, in float64. The same sum in
another order differs by about 1e-16 of its largest terms: an entry far below its neighbours has
fewer digits of its own, and a gradient that cancels to nothing has none, so such dust is measured
against the largest entry of all gradients. AdamW divides by the root of the second moment; where
that vanishes epsilon remains, and dust of 1e-17 becomes 1e-9 of the learning rate, no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from grok_tui.engine import models
from grok_tui.engine.lanes import Layout
from grok_tui.engine.losses import cross_entropy
from grok_tui.engine.making import Parts
from grok_tui.engine.workspace import Workspace
from grok_tui.protocol.arms import Arm
from grok_tui.protocol.config import Config, Train
from grok_tui.protocol.events import Measured
from grok_tui.protocol.models import Mlp, Transformer
from grok_tui.protocol.tasks import ModularAddition
from tests.engine import reference, tiny

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grok_tui.engine.experiment import Experiment
    from grok_tui.engine.tasks.data import Examples
    from tests.engine.reference import Example, Network

STEPS = 50
DUST = 1e-15
"""What remains where a sum of terms cancels, as a share of the terms."""


@dataclass(frozen=True)
class Case:
    """A network with weights and masks, and its examples."""

    config: Config
    weights: dict[str, Tensor]
    """Masked, float64."""
    masks: dict[str, Tensor]

    @property
    def network(self) -> Network:
        """The plain writing of the model."""
        model = self.config.model
        if isinstance(model, Transformer):
            scaled = partial(reference.transformer, scaled=model.scaled)
            return partial(scaled, activation=model.activation)
        return partial(reference.mlp, activation=model.activation)

    def experiment(self) -> Experiment:
        """One lane with these weights and masks, taken on as from a checkpoint."""
        lanes = tiny.experiment(self.config)
        (key,) = lanes.order
        weights, masks = (lanes.layout.row(part, torch.float64) for part in self.parts)
        lanes.running[key] = lanes.maker.lane(*key, lanes.data(key), Parts(weights, masks))
        lanes.waiting.clear()
        lanes.take_on()
        return lanes

    @property
    def parts(self) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Weights and masks."""
        return self.weights, self.masks


def case(model: Mlp | Transformer, seed: int, train: Train, **task: float) -> Case:
    """Weights drawn by the model, biases that are not zero, nothing pruned."""
    config = Config(
        title="Exact",
        seeds=(seed,),
        task=ModularAddition(**task),  # type: ignore[arg-type]
        model=model,
        arms=(Arm(name="dense"),),
        train=train,
    )
    drawn = models.build(config).initial(seed)
    noise = torch.Generator().manual_seed(seed)
    weights = {
        name: weight.double() if weight.dim() > 1 else normal(weight.shape, noise)
        for name, weight in drawn.items()
    }
    return Case(config, weights, {name: torch.ones_like(one) for name, one in weights.items()})


def pruned(dense: Case, rate: float, empty: Sequence[str], seed: int) -> Case:
    """The case with random masks, and nothing left of some matrices."""
    noise = torch.Generator().manual_seed(seed)
    masks = {
        name: (torch.rand(mask.shape, generator=noise) >= rate).double() * (name not in empty)
        if mask.dim() > 1
        else mask
        for name, mask in dense.masks.items()
    }
    weights = {name: weight * masks[name] for name, weight in dense.weights.items()}
    return Case(dense.config, weights, masks)


def normal(shape: Sequence[int], noise: torch.Generator) -> Tensor:
    return torch.randn(shape, generator=noise, dtype=torch.float64)


def widths(real: int) -> st.SearchStrategy[int]:
    """A few units, and once in a while as many as by default."""
    return st.integers(1, 10).map(lambda width: real if width == 10 else width)


ACTIVATIONS = st.sampled_from(["relu", "gelu"])
MLPS = st.builds(
    Mlp,
    d_embedding=widths(500),
    d_hidden=widths(48),
    embeddings=st.integers(1, 2),
    hidden_layers=st.integers(1, 3),
    activation=ACTIVATIONS,
)
TRANSFORMERS = st.builds(
    Transformer,
    d_model=widths(128),
    heads=st.integers(1, 3),
    d_head=widths(128),
    d_mlp=widths(128),
    positions=st.booleans(),
    biases=st.booleans(),
    scaled=st.booleans(),
    activation=ACTIVATIONS,
)
RECIPES = st.builds(
    Train,
    steps=st.just(STEPS),
    learning_rate=st.sampled_from([1e-3, 1e-2]),
    weight_decay=st.sampled_from([0.0, 1.0, 2.0]),
    precision=st.just("float64"),
)


@st.composite
def cases(draw: st.DrawFn, of: st.SearchStrategy[Mlp | Transformer], examples: int) -> Case:
    """Few examples: with a larger modulus most tokens are in none of them."""
    p = draw(st.integers(3, 11))
    pairs = p * (p + 1) // 2
    trained = draw(st.integers(1, min(examples, pairs - 1)))
    seed = draw(st.integers(0, 1000))
    dense = case(draw(of), seed, draw(RECIPES), p=p, train_fraction=(trained + 0.5) / pairs)
    matrices = [name for name, mask in dense.masks.items() if mask.dim() > 1]
    some = st.lists(st.sampled_from(matrices), max_size=2)
    attentive = [st.just(["W_Q", "W_K"])] if "W_Q" in matrices else []
    empty = draw(st.one_of(st.just([]), some, *attentive))
    return pruned(dense, draw(st.sampled_from([0.0, 0.3, 0.6, 0.9])), empty, seed)


def listed(examples: Examples) -> list[Example]:
    """Tokens and label of each example."""
    return list(zip(examples.inputs.tolist(), examples.labels[:, 0].tolist(), strict=True))


def agree(
    found: Mapping[str, Tensor], wanted: Mapping[str, Tensor], share: float, dust: float = 0.0
) -> None:
    """Every entry of a tensor to that share of its largest, and to dust of the largest of all."""
    assert found.keys() == wanted.keys()
    largest = max(float(tensor.abs().max()) for tensor in wanted.values())
    for name, tensor in wanted.items():
        off = float((found[name].double() - tensor).abs().max())
        assert off <= share * float(tensor.abs().max()) + dust * largest, name


def computed(fast: Case, dtype: torch.dtype) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Logits of both sets, and all gradients, from the engine's network."""
    model, layout = models.build(fast.config), Layout(fast.config.shapes())
    data = tiny.experiment(fast.config).data(("dense", fast.config.seeds[0]))
    row = layout.row(fast.weights, dtype)
    gradient = torch.full_like(row, torch.nan)
    sets = data.train.inputs, data.test.inputs
    weights, slopes = layout.views(row), layout.views(gradient)
    network = model.network(weights, slopes, sets, Workspace(row))
    logits = network.forward()
    found = {"train": logits.clone(), "test": network.test().clone()}
    network.backward(cross_entropy.gradient(logits, data.train.labels, torch.empty_like(logits)))
    return found, slopes


def expected(plain: Case) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The same, one example after the other."""
    data = tiny.experiment(plain.config).data(("dense", plain.config.seeds[0]))
    train, test = listed(data.train), listed(data.test)
    logits = {
        "train": reference.logits(plain.network, plain.weights, train),
        "test": reference.logits(plain.network, plain.weights, test),
    }
    return logits, reference.gradients(plain.network, plain.weights, train)


@pytest.mark.parametrize("model", [Mlp(), Transformer()], ids=["mlp", "transformer"])
def test_the_default_networks_are_exact(model: Mlp | Transformer) -> None:
    dense = case(model, 0, Train(), p=67, train_fraction=0.4)
    logits, slopes = expected(dense)
    for dtype, share in ((torch.float64, 1e-12), (torch.float32, 1e-5)):
        found, gradients = computed(dense, dtype)
        agree(found, logits, share)
        agree(gradients, slopes, share)


@pytest.mark.parametrize("of", [MLPS, TRANSFORMERS], ids=["mlp", "transformer"])
def test_logits_and_gradients_are_those_of_the_plain_network(
    of: st.SearchStrategy[Mlp | Transformer],
) -> None:
    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(cases(of, examples=30))
    def check(drawn: Case) -> None:
        (logits, slopes), (found, gradients) = expected(drawn), computed(drawn, torch.float64)
        agree(found, logits, 1e-9)
        agree(gradients, slopes, 1e-9, DUST)

    check()


@pytest.mark.long
@pytest.mark.parametrize("of", [MLPS, TRANSFORMERS], ids=["mlp", "transformer"])
def test_fifty_steps_are_those_of_the_plain_network(
    of: st.SearchStrategy[Mlp | Transformer],
) -> None:
    @settings(max_examples=15, deadline=None, derandomize=True)
    @given(cases(of, examples=5))
    def check(drawn: Case) -> None:
        lanes = drawn.experiment()
        (lane,) = lanes.running.values()
        events = []
        while lanes.running:
            events += lanes.advance(STEPS)
        train, test = listed(lane.data.train), listed(lane.data.test)
        wanted = reference.train(drawn.network, *drawn.parts, train, drawn.config.train)
        agree(lanes.layout.views(lane.rows.weights), wanted, 1e-9)
        assert ((lane.rows.weights == 0) >= (lane.rows.mask == 0)).all()
        last = [event for event in events if isinstance(event, Measured)][-1]
        assert last.step == STEPS
        for logged, examples in ((last.train_loss, train), (last.test_loss, test)):
            assert logged == pytest.approx(
                reference.mean_loss(drawn.network, wanted, examples), rel=1e-8
            )

    check()
