"""What a student learns from a teacher beside the labels: its answers, and its hidden units.

Both are gradients alone: the loss that is logged stays the cross entropy to the labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.protocol.arms import Teacher


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a teacher says of the training examples of a student, made once.

    Tensors are those of one lane, or of several with lanes in front.
    """

    section: Teacher
    answers: Tensor
    """Softened answers (..., examples, classes): softmax(logits / temperature)."""
    directions: Tensor
    """Unit vectors (..., examples, width) along the teacher's mean features of each one's class."""
    norms: Tensor
    """Of the teacher's features (..., examples, 1); zero where their norm is not taught."""
    growth: Tensor
    """Updates over which the weight of the answers grows, (...)."""

    @staticmethod
    def of(
        section: Teacher,
        *,
        logits: Tensor,
        features: Tensor,
        labels: Tensor,
        steps: int,
        generator: torch.Generator,
    ) -> Lesson:
        """The lesson of one lane that trains so many steps, on the device and in the dtype of
        `logits` (examples, classes).

        features (examples, width) and labels (examples, 1), int64. The generator says which class
        gets whose mean where classes are shuffled.
        """
        wide, classes = features.detach().cpu().double(), labels.cpu().squeeze(-1)
        means = class_means(wide, classes, logits.shape[-1])
        whose = _another(classes, generator) if section.shuffle_classes else classes
        norms = torch.linalg.vector_norm(wide, dim=-1, keepdim=True)
        if section.feature_loss == "direction":
            norms.zero_()
        answers = torch.softmax(logits.detach().cpu().double() / section.temperature, -1)
        growth = torch.tensor(section.ramp * steps, dtype=torch.float64)
        parts = (answers, F.normalize(means, dim=-1)[whose], norms, growth)
        return Lesson(section, *(part.to(logits) for part in parts))

    @staticmethod
    def together(lessons: Sequence[Lesson]) -> Lesson:
        """The lessons of lanes that step as one, all of one section; a single one as it is."""
        if len(lessons) == 1:
            return lessons[0]
        return Lesson(
            lessons[0].section,
            torch.stack([lesson.answers for lesson in lessons]),
            torch.stack([lesson.directions for lesson in lessons]),
            torch.stack([lesson.norms for lesson in lessons]),
            torch.stack([lesson.growth for lesson in lessons]),
        )

    def add_to_slope(self, logits: Tensor, slope: Tensor, updates: Tensor) -> None:
        """Add the gradient of the mean T^2 KL(teacher || student) to that of the logits.

        It is T (softmax(logits / T) - answers) / examples times the weight, which grows from 0 with
        the updates done (...). logits and slope (..., examples, classes).
        """
        weight, temperature = self.section.logits, self.section.temperature
        if weight == 0:
            return
        off = torch.softmax(logits / temperature, -1).sub_(self.answers)
        scale = weight * temperature / logits.shape[-2]
        if self.section.ramp == 0:
            slope.add_(off, alpha=scale)
            return
        grown = (updates.to(logits.dtype) / self.growth).clamp_max_(1.0).mul_(scale)
        slope.addcmul_(off, grown[..., None, None])

    def feature_slope(self, features: Tensor) -> Tensor | None:
        """The gradient of (beta / examples) sum of 1 - <s, e> / max(|s|, |t|) to the features s.

        features (..., examples, width), e the directions, |t| the norms. Where |s| >= |t| that is
        1 - cos and the gradient is orthogonal to s. Where both are zero there is none. None if the
        features are not taught. (Norm-and-direction loss, arXiv 2305.17007; the maximum is not
        detached.)
        """
        if self.section.features == 0:
            return None
        own = torch.linalg.vector_norm(features, dim=-1, keepdim=True)
        larger = torch.maximum(own, self.norms)
        scale = larger.reciprocal().masked_fill_(larger == 0, 0.0)
        unit = features * scale
        along = (unit * self.directions).sum(-1, keepdim=True).masked_fill_(own < self.norms, 0.0)
        slope = unit.mul_(along).sub_(self.directions)
        return slope.mul_(scale.mul_(self.section.features / features.shape[-2]))


def class_means(features: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Mean features of each class (classes, width); zero for a class without examples.

    features (examples, width), labels (examples,).
    """
    of_class = F.one_hot(labels, classes).to(features)
    return (of_class.mT @ features) / of_class.sum(0).clamp_min(1.0).unsqueeze(-1)


def _another(labels: Tensor, generator: torch.Generator) -> Tensor:
    """The labels (examples,) with each class that occurs turned into another one, if there is one.

    Each goes to the next in a random circle: none stays what it is, no two become the same.
    """
    present = labels.bincount().nonzero().squeeze(-1)
    circle = present[torch.randperm(len(present), generator=generator)]
    to = torch.zeros(int(present.max()) + 1, dtype=labels.dtype)
    to[circle] = circle.roll(1)
    return to[labels]
