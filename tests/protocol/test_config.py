"""Models as a configuration describes them: names, shapes and counts of their weights."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grok_tui.protocol.arms import Arm
from grok_tui.protocol.config import Config, to_plain
from grok_tui.protocol.models import Mlp, Model, Transformer
from grok_tui.protocol.tasks import ModularAddition

SIZES = st.integers(1, 40)


def experiment(model: Model, p: int = 67) -> Config:
    return Config(title="Shapes", arms=(Arm(name="dense"),), model=model, task=ModularAddition(p=p))


@pytest.mark.parametrize(
    ("model", "weights"),
    [
        (Mlp(), 115_000),
        (Transformer(), 115_456),
        (Transformer(positions=True), 115_456 + 128 * 2),
        (Transformer(biases=True), 115_456 + 128 + 128),
        (Transformer(heads=4, d_head=32), 115_456),
        (Transformer(scaled=False), 115_456),
    ],
)
def test_the_weights_of_a_lane_are_counted_exactly(model: Model, weights: int) -> None:
    assert experiment(model).parameters == weights


def test_the_default_transformer_is_the_published_one_in_layer_order() -> None:
    assert list(experiment(Transformer()).shapes().items()) == [
        ("W_E", (128, 67)),
        ("W_Q", (1, 128, 128)),
        ("W_K", (1, 128, 128)),
        ("W_V", (1, 128, 128)),
        ("W_O", (128, 128)),
        ("W_in", (128, 128)),
        ("W_out", (128, 128)),
        ("W_U", (128, 67)),
    ]


@given(
    d_model=SIZES,
    heads=SIZES,
    d_head=SIZES,
    d_mlp=SIZES,
    p=st.integers(3, 40),
    positions=st.booleans(),
    biases=st.booleans(),
)
def test_every_tensor_of_a_transformer_has_the_declared_shape(
    d_model: int, heads: int, d_head: int, d_mlp: int, p: int, positions: bool, biases: bool
) -> None:
    model = Transformer(
        d_model=d_model,
        heads=heads,
        d_head=d_head,
        d_mlp=d_mlp,
        positions=positions,
        biases=biases,
    )
    config = experiment(model, p)
    shapes = config.shapes()
    optional = {"W_pos": positions, "b_in": biases, "b_out": biases}
    names = ["W_E", "W_pos", "W_Q", "W_K", "W_V", "W_O", "W_in", "b_in", "W_out", "b_out", "W_U"]
    assert list(shapes) == [name for name in names if optional.get(name, True)]
    for name in ("W_Q", "W_K", "W_V"):
        assert shapes[name] == (heads, d_head, d_model)
    assert (shapes["W_E"], shapes["W_U"]) == ((d_model, p), (d_model, p))
    assert shapes["W_O"] == (d_model, heads * d_head)
    assert (shapes["W_in"], shapes["W_out"]) == ((d_mlp, d_model), (d_model, d_mlp))
    assert shapes.get("W_pos", (d_model, 2)) == (d_model, 2)
    assert (shapes.get("b_in", (d_mlp,)), shapes.get("b_out", (d_model,))) == ((d_mlp,), (d_model,))
    assert config.parameters == sum(map(math.prod, shapes.values()))


def test_only_biases_have_one_dimension_so_that_all_else_is_prunable() -> None:
    shapes = experiment(Transformer(positions=True, biases=True)).shapes()
    assert {name for name, shape in shapes.items() if len(shape) < 2} == {"b_in", "b_out"}


@pytest.mark.parametrize(("model", "kind"), [(Mlp(), "mlp"), (Transformer(), "transformer")])
def test_a_model_written_out_says_which_it_is(model: Model, kind: str) -> None:
    assert next(iter(to_plain(model).items())) == ("kind", kind)
