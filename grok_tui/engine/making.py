"""A lane out of the rows and choices that it is made of, new or from a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import torch
from torch import Tensor

from grok_tui.engine import seeds
from grok_tui.engine.lanes import Lane, Layout, Popup, Rows
from grok_tui.engine.teaching import Lesson

if TYPE_CHECKING:
    from grok_tui.engine.models.model import Model
    from grok_tui.engine.tasks.data import Data, Placement
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config


@dataclass(frozen=True, eq=False)
class Parts:
    """What a lane is made of; rows (length,) on the CPU."""

    weights: Tensor
    mask: Tensor
    scores: Tensor | None = None
    """Of edge-popup."""
    examples: Tensor | None = None
    """Which training examples of its seed it is trained on; None: all."""
    teacher: Tensor | None = None
    """Weights of its teacher."""


@dataclass(frozen=True, eq=False)
class Maker:
    """Puts lanes together and onto the device of the run."""

    config: Config
    layout: Layout
    model: Model
    placement: Placement

    def lane(self, arm: str, seed: int, data: Data, parts: Parts) -> Lane:
        """A lane of these parts; `data` is what its seed has of its task."""
        recipe = self.config.arm(arm)
        lane = Lane(
            arm,
            seed,
            self.config.train_of(recipe),
            data if parts.examples is None else data.kept(parts.examples),
            Rows.start(self._placed(parts.weights), self._placed(parts.mask)),
            examples=parts.examples,
            teacher=parts.teacher,
        )
        if parts.scores is not None:
            lane.popup = self._popup(recipe, parts.scores, parts.mask)
        if parts.teacher is not None:
            lane.lesson = self._lesson(recipe, lane, parts.teacher)
        lane.start = lane.network().to("cpu", copy=True)
        return lane

    def _placed(self, row: Tensor) -> Tensor:
        return row.to(self.placement.device, self.placement.dtype, copy=True)

    def _popup(self, recipe: Arm, scores: Tensor, mask: Tensor) -> Popup:
        settings = recipe.scores
        gone = {
            name: size - int(mask.narrow(0, start, size).sum())
            for name, (start, size) in self.layout.prunable.items()
            if name not in recipe.exclude
        }
        row = self._placed(scores)
        train = msgspec.structs.replace(
            self.config.train,
            learning_rate=settings.learning_rate,
            weight_decay=settings.weight_decay,
        )
        return Popup(
            rows=Rows.start(row, torch.ones_like(row)),
            train=train,
            frozen=settings.freeze_weights,
            gone={name: count for name, count in gone.items() if count},
        )

    def _lesson(self, recipe: Arm, lane: Lane, teacher: Tensor) -> Lesson:
        """What the teacher answers to the examples that the lane is trained on."""
        views, train = self.layout.views(self._placed(teacher)), lane.data.train
        with torch.no_grad():
            logits = self.model.logits(views, train.inputs)
            features = self.model.features(views, train.inputs)
        return Lesson.of(
            recipe.teacher,
            logits=logits,
            features=features,
            labels=train.labels,
            steps=lane.train.steps,
            generator=seeds.generator(f"lesson/{recipe.stream}", lane.seed),
        )
