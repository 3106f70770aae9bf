"""Lessons: their gradients are those of the losses as written, class means those of the classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from grok_tui.engine.teaching import Lesson, class_means
from grok_tui.engine.training import Block
from grok_tui.engine.workspace import Workspace
from grok_tui.protocol.arms import Teacher
from grok_tui.protocol.models import Mlp, Transformer
from tests.engine import tiny
from tests.engine.waiting import Waits

if TYPE_CHECKING:
    from grok_tui.engine.experiment import Experiment
    from grok_tui.engine.lanes import Lane

SMALL = Mlp(d_embedding=24, d_hidden=20)
MODELS = [SMALL, msgspec.structs.replace(SMALL, hidden_layers=2), tiny.TRANSFORMER]
EXAMPLES, CLASSES, WIDTH = 12, 5, 6


def normal(*shape: int, seed: int = 0) -> Tensor:
    noise = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=noise, dtype=torch.float64)


def labels(seed: int = 0) -> Tensor:
    noise = torch.Generator().manual_seed(seed)
    return torch.randint(0, CLASSES, (EXAMPLES, 1), generator=noise)


def lesson(seed: int = 0, steps: int = 100, **section: Any) -> Lesson:
    """Of a teacher with random answers and features, float64."""
    return Lesson.of(
        Teacher(arm="dense", **section),
        logits=normal(EXAMPLES, CLASSES, seed=10 + seed) * 5,
        features=normal(EXAMPLES, WIDTH, seed=20 + seed).relu(),
        labels=labels(seed),
        steps=steps,
        generator=torch.Generator().manual_seed(seed),
    )


def students(of: Lesson) -> Tensor:
    """Features of a student, half of them shorter than the teacher's and half longer."""
    scale = torch.linspace(0.2, 2.0, EXAMPLES, dtype=torch.float64).unsqueeze(1)
    return F.normalize(normal(EXAMPLES, WIDTH, seed=3), dim=1) * scale * normed(of)


def normed(of: Lesson) -> Tensor:
    """The teacher's norms, where it has none 1."""
    return of.norms.masked_fill(of.norms == 0, 1.0)


def norm_and_direction(of: Lesson, features: Tensor) -> Tensor:
    """The loss as the paper writes it, one example after the other."""
    total = features.new_zeros(())
    for s, e, t in zip(features, of.directions, of.norms, strict=True):
        total = total + 1 - (s @ e) / torch.maximum(s.norm(), t[0])
    return of.section.features * total / len(features)


@pytest.mark.parametrize("kind", ["norm-and-direction", "direction"])
def test_the_slope_of_the_features_is_autograds(kind: str) -> None:
    taught = lesson(features=2.0, feature_loss=kind)
    leaf = students(taught).requires_grad_()
    (wanted,) = torch.autograd.grad(norm_and_direction(taught, leaf), leaf)
    found = taught.feature_slope(leaf.detach())
    assert found is not None
    assert torch.allclose(found, wanted, rtol=1e-12, atol=1e-15)


def test_a_long_feature_is_turned_and_a_short_one_is_drawn_along_the_direction() -> None:
    taught = lesson(features=2.0)
    features = students(taught)
    slope = taught.feature_slope(features)
    assert slope is not None
    is_long = features.norm(dim=1) >= taught.norms[:, 0]
    assert 0 < int(is_long.sum()) < EXAMPLES
    for s, g, e, t, long in zip(
        features, slope, taught.directions, taught.norms, is_long, strict=True
    ):
        if long:
            assert abs(float(s @ g)) < 1e-15
        else:
            assert torch.allclose(g, -2.0 / EXAMPLES * e / t)


def test_the_loss_of_a_long_feature_is_one_minus_the_cosine_whatever_its_length() -> None:
    turned, both = lesson(features=1.0, feature_loss="direction"), lesson(features=1.0)
    features = F.normalize(normal(EXAMPLES, WIDTH, seed=3), dim=1) * (both.norms + 0.1)
    found = [one.feature_slope(features) for one in (turned, both)]
    assert found[0] is not None
    assert found[1] is not None
    assert torch.equal(found[0], found[1])
    leaf = features.clone().requires_grad_()
    cosine = F.cosine_similarity(leaf, both.directions, dim=1)
    (wanted,) = torch.autograd.grad((1 - cosine).mean(), leaf)
    assert torch.allclose(found[0], wanted, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("kind", ["norm-and-direction", "direction"])
def test_features_that_are_zero_have_a_slope_that_is_a_number(kind: str) -> None:
    taught = Lesson.of(
        Teacher(arm="dense", features=3.0, feature_loss=kind),  # type: ignore[arg-type]
        logits=torch.zeros(3, 2),
        features=torch.tensor([[0.0, 4.0], [0.0, 0.0], [0.0, 0.0]]),
        labels=torch.tensor([[0], [0], [1]]),
        steps=10,
        generator=torch.Generator(),
    )
    slope = taught.feature_slope(torch.zeros(3, 2))
    assert slope is not None
    wanted = [[0.0, -0.25], [0.0, 0.0], [0.0, 0.0]]
    assert slope.tolist() == (wanted if kind == "norm-and-direction" else [[0.0, 0.0]] * 3)


def test_features_without_weight_are_not_taught() -> None:
    assert lesson(features=0.0).feature_slope(normal(EXAMPLES, WIDTH)) is None


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_the_slope_of_the_answers_is_autograds(temperature: float) -> None:
    taught = lesson(logits=1.5, temperature=temperature, ramp=0.0)
    leaf = (normal(EXAMPLES, CLASSES, seed=5) * 4).requires_grad_()
    student = torch.log_softmax(leaf / temperature, -1)
    divergence = F.kl_div(student, taught.answers, reduction="batchmean") * temperature**2
    (wanted,) = torch.autograd.grad(1.5 * divergence, leaf)
    before = normal(EXAMPLES, CLASSES, seed=6)
    slope = before.clone()
    taught.add_to_slope(leaf.detach(), slope, torch.tensor(0.0))
    assert torch.allclose(slope - before, wanted, rtol=1e-9, atol=1e-14)


def test_the_weight_of_the_answers_grows_over_its_share_of_the_steps() -> None:
    """A tenth of 200 steps: nothing at first, half after 10 updates, all from 20 on."""
    taught, full = lesson(steps=200, ramp=0.1), lesson(steps=200, ramp=0.0)
    logits = normal(EXAMPLES, CLASSES, seed=5)
    whole = torch.zeros_like(logits)
    full.add_to_slope(logits, whole, torch.tensor(0.0))
    for updates, share in ((0, 0.0), (5, 0.25), (10, 0.5), (20, 1.0), (150, 1.0)):
        slope = torch.zeros_like(logits)
        taught.add_to_slope(logits, slope, torch.tensor(float(updates)))
        assert torch.allclose(slope, share * whole, rtol=1e-12, atol=0)


def test_answers_without_weight_change_nothing() -> None:
    slope = normal(EXAMPLES, CLASSES)
    before = slope.clone()
    lesson(logits=0.0).add_to_slope(normal(EXAMPLES, CLASSES), slope, torch.tensor(50.0))
    assert torch.equal(slope, before)


def test_a_student_that_answers_as_its_teacher_is_taught_nothing() -> None:
    slope = torch.zeros(EXAMPLES, CLASSES, dtype=torch.float64)
    lesson(ramp=0.0).add_to_slope(normal(EXAMPLES, CLASSES, seed=10) * 5, slope, torch.tensor(1.0))
    assert torch.equal(slope, torch.zeros_like(slope))


def test_lanes_side_by_side_are_taught_what_each_is_alone() -> None:
    alone = [lesson(seed, steps=100 * (1 + seed), features=2.0) for seed in range(3)]
    together = Lesson.together(alone)
    logits = normal(3, EXAMPLES, CLASSES, seed=7)
    features = normal(3, EXAMPLES, WIDTH, seed=8)
    updates = torch.tensor([3.0, 12.0, 40.0])
    slope = normal(3, EXAMPLES, CLASSES, seed=9)
    wanted = slope.clone()
    together.add_to_slope(logits, slope, updates)
    of_features = together.feature_slope(features)
    assert of_features is not None
    for lane, one in enumerate(alone):
        one.add_to_slope(logits[lane], wanted[lane], updates[lane])
        own = one.feature_slope(features[lane])
        assert own is not None
        assert torch.equal(of_features[lane], own)
    assert torch.allclose(slope, wanted, rtol=1e-15, atol=0)
    assert Lesson.together(alone[:1]) is alone[0]


def test_a_student_waits_for_no_number() -> None:
    taught = lesson(features=2.0)
    logits, features = normal(EXAMPLES, CLASSES, seed=7), students(taught)
    with Waits() as waits:
        taught.add_to_slope(logits, torch.zeros_like(logits), torch.tensor(3.0))
        taught.feature_slope(features)
    assert waits.count == 0


def test_class_means_by_hand() -> None:
    features = torch.tensor([[1.0, 3.0], [3.0, 5.0], [0.0, 7.0]], dtype=torch.float64)
    means = class_means(features, torch.tensor([2, 2, 0]), 4)
    assert means.tolist() == [[0.0, 7.0], [0.0, 0.0], [2.0, 4.0], [0.0, 0.0]]


def test_a_direction_is_that_of_the_mean_of_the_examples_own_class() -> None:
    found = Lesson.of(
        Teacher(arm="dense", features=1.0),
        logits=torch.zeros(3, 4),
        features=torch.tensor([[2.0, 4.0], [4.0, 4.0], [0.0, 7.0]]),
        labels=torch.tensor([[2], [2], [0]]),
        steps=10,
        generator=torch.Generator(),
    )
    assert found.directions.tolist() == [
        pytest.approx([0.6, 0.8]),
        pytest.approx([0.6, 0.8]),
        [0.0, 1.0],
    ]
    assert found.norms[:, 0].tolist() == pytest.approx([20**0.5, 32**0.5, 7.0])
    assert found.directions.dtype == found.answers.dtype == torch.float32


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_classes_have_the_mean_of_another_each_of_a_different_one(seed: int) -> None:
    features = normal(EXAMPLES, WIDTH, seed=1).relu()
    own, other = (
        Lesson.of(
            Teacher(arm="dense", features=1.0, shuffle_classes=shuffled),
            logits=torch.zeros(EXAMPLES, CLASSES + 3, dtype=torch.float64),  # three never occur
            features=features,
            labels=labels(2),
            steps=10,
            generator=torch.Generator().manual_seed(seed),
        )
        for shuffled in (False, True)
    )
    pairs = {
        (tuple(mine.tolist()), tuple(theirs.tolist()))
        for mine, theirs in zip(own.directions, other.directions, strict=True)
    }
    classes = {mine for mine, _ in pairs}
    assert len(pairs) == len(classes)
    assert {theirs for _, theirs in pairs} == classes
    assert all(mine != theirs for mine, theirs in pairs)


def test_a_single_class_keeps_its_mean() -> None:
    found = Lesson.of(
        Teacher(arm="dense", features=1.0, shuffle_classes=True),
        logits=torch.zeros(2, 3),
        features=torch.tensor([[2.0, 0.0], [4.0, 0.0]]),
        labels=torch.tensor([[1], [1]]),
        steps=10,
        generator=torch.Generator(),
    )
    assert found.directions.tolist() == [[1.0, 0.0], [1.0, 0.0]]


def test_lessons_in_single_precision_are_those_in_double() -> None:
    taught = lesson(features=2.0, ramp=0.0)
    section = taught.section
    parts = (taught.answers, taught.directions, taught.norms, taught.growth)
    single = Lesson(section, *(part.float() for part in parts))
    logits, features = normal(EXAMPLES, CLASSES, seed=7), students(taught)
    slopes = []
    for one, dtype in ((taught, torch.float64), (single, torch.float32)):
        slope = torch.zeros(EXAMPLES, CLASSES, dtype=dtype)
        one.add_to_slope(logits.to(dtype), slope, torch.tensor(0.0))
        of_features = one.feature_slope(features.to(dtype))
        assert of_features is not None
        slopes.append((slope.double(), of_features.double()))
    for found, wanted in zip(slopes[1], slopes[0], strict=True):
        assert torch.allclose(found, wanted, rtol=1e-4, atol=1e-7)


def taught_losses(lanes: Experiment, lane: Lane, row: Tensor, grown: float) -> list[Tensor]:
    """Cross entropy, grown T^2 KL and ND loss of a lane's training set, for autograd."""
    of, inputs = lane.lesson, lane.data.train.inputs
    assert of is not None
    weights, temperature = lanes.layout.views(row), of.section.temperature
    logits = lanes.model.logits(weights, inputs)
    student = torch.log_softmax(logits / temperature, -1)
    divergence = F.kl_div(student, of.answers, reduction="batchmean") * temperature**2
    return [
        F.cross_entropy(logits, lane.data.train.labels[:, 0]),
        grown * of.section.logits * divergence,
        norm_and_direction(of, lanes.model.features(weights, inputs)),
    ]


@pytest.mark.parametrize("model", MODELS)
def test_a_step_descends_the_sum_of_all_that_is_taught_and_the_labels_alone_are_logged(
    model: Mlp | Transformer,
) -> None:
    taught = Teacher(arm="dense", at=20, logits=1.5, features=2.0, ramp=0.5)
    student = msgspec.structs.replace(tiny.RANDOM, name="student", teacher=taught)
    config = tiny.tiny((tiny.DENSE, student), precision="float64")
    lanes = tiny.experiment(msgspec.structs.replace(config, model=model))
    tiny.run_on(lanes, begin=True, until=35)
    lane = lanes.running["student", 0]
    assert lane.step == 15  # of 60, half of them the ramp
    block = Block([lane], lanes.layout, lanes.model, Workspace(lane.rows.weights))
    measured = block.measure()
    block.slopes()
    leaf = lane.rows.weights.clone().requires_grad_()
    losses = taught_losses(lanes, lane, leaf, grown=0.5)
    (wanted,) = torch.autograd.grad(losses[0] + losses[1] + losses[2], leaf)
    assert torch.allclose(lane.rows.gradient, wanted, rtol=1e-9, atol=1e-14)
    assert float(measured[0]) == pytest.approx(float(losses[0].detach()), rel=1e-12)
