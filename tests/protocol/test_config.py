"""Models as a configuration describes them: names, shapes and counts of their weights."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grok_tui.protocol import tasks
from grok_tui.protocol.arms import Arm, MaskFrom
from grok_tui.protocol.config import Config, Train, to_plain
from grok_tui.protocol.models import Mlp, Model, Perceptron, Transformer
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
        (Mlp(embeddings=2), 148_500),
        (Mlp(hidden_layers=3), 115_000 + 2 * 48 * 48),
    ],
)
def test_the_weights_of_a_lane_are_counted_exactly(model: Model, weights: int) -> None:
    assert experiment(model).parameters == weights


@pytest.mark.parametrize(
    ("task", "widths", "weights"),
    [
        (tasks.Mnist(), (200, 200), 198_800),
        (tasks.Digits(), (200, 200), 54_800),
        (tasks.SparseParity(), (64,), 2112),
        (tasks.PolynomialRegression(dimension=40), (40, 48, 500), 28_020),
        (tasks.PolynomialRegression(dimension=20), (40, 48, 500), 27_220),
    ],
)
def test_the_weights_of_a_perceptron_are_those_of_the_papers(
    task: tasks.Task, widths: tuple[int, ...], weights: int
) -> None:
    model = Perceptron(widths=widths)
    config = Config(title="Shapes", arms=(Arm(name="dense"),), model=model, task=task)
    assert config.parameters == weights


@pytest.mark.parametrize(
    ("task", "train", "test"),
    [
        (ModularAddition(train_fraction=0.4), 911, 1367),
        (ModularAddition(train_fraction=0.5), 1139, 1139),
        (tasks.ModularSubtraction(train_fraction=0.4), 1795, 2694),
        (tasks.ModularSubtraction(train_fraction=0.5), 2244, 2245),
        (ModularAddition(both_orders=True, train_fraction=0.5), 2244, 2245),
        (tasks.ModularDivision(train_fraction=0.4), 1768, 2654),
        (tasks.ModularDivision(train_fraction=0.5), 2211, 2211),
        (tasks.PermutationS5(train_fraction=0.4), 5760, 8640),
        (tasks.PermutationS5(train_fraction=0.5), 7200, 7200),
        (tasks.RandomTable(), 911, 1367),
        (tasks.SparseParity(), 1200, 1000),
        (tasks.PolynomialRegression(), 200, 1000),
        (tasks.Digits(), 200, 1597),
        (tasks.Mnist(), 1000, 10_000),
    ],
)
def test_the_examples_of_a_task_are_counted_exactly(
    task: tasks.Task, train: int, test: int
) -> None:
    assert (task.train_examples, task.test_examples) == (train, test)
    assert task.examples == train + test


def test_two_embeddings_and_more_hidden_layers_stand_in_layer_order() -> None:
    shapes = experiment(Mlp(embeddings=2, hidden_layers=2)).shapes()
    assert list(shapes) == ["W_E", "W_F", "W_in", "W_hidden_1", "W_out", "W_U"]
    assert shapes["W_F"] == (500, 67)
    assert shapes["W_hidden_1"] == (48, 48)


def test_an_arm_trains_as_the_run_does_but_for_what_it_says() -> None:
    arms = (Arm(name="dense"), Arm(name="own", steps=5, weight_decay=0.0))
    config = Config(title="Arms", arms=arms, train=Train(steps=100, learning_rate=0.1))
    assert config.train_of(config.arm("dense")) is not config.train_of(config.arm("own"))
    assert config.train_of(config.arm("dense")) == config.train
    assert config.train_of(config.arm("own")) == Train(steps=5, learning_rate=0.1, weight_decay=0.0)
    with pytest.raises(KeyError):
        config.arm("other")


def test_an_arm_generalises_above_the_threshold_of_its_task() -> None:
    config = Config(title="x", arms=(Arm(name="dense"),), model=Perceptron(), task=tasks.Digits())
    assert config.thresholds_of(config.arm("dense")) == (0.95, 0.8)
    config = experiment(Mlp())
    assert config.thresholds_of(config.arm("dense")) == (0.95, 0.95)


def test_the_wait_before_a_mask_is_that_of_the_decay_of_the_arm_that_is_read() -> None:
    late = MaskFrom(arm="slow", at="generalised")
    slow = Arm(name="slow", learning_rate=1e-3, weight_decay=0.5)
    arms = (
        slow,
        Arm(name="late", method="magnitude", mask_from=late),
        Arm(name="said", method="magnitude", mask_from=MaskFrom(arm="slow", plus=7)),
    )
    config = Config(title="Waits", arms=arms, train=Train(learning_rate=0.1, weight_decay=1.0))
    assert [config.mask_offset(arm) for arm in arms] == [0, 2000, 7]


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
