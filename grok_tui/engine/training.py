"""The step: lanes of equal shapes that are updated and measured as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine.lanes import Lane, Layout, Rows
from grok_tui.engine.losses import LOSSES
from grok_tui.engine.probes import norms
from grok_tui.engine.tasks.data import Examples
from grok_tui.engine.teaching import Lesson
from grok_tui.engine.updates import Scores, Update, Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.engine.models.model import Model
    from grok_tui.engine.workspace import Workspace

NORMS = {"l1_norm": norms.l1, "l2_norm": norms.l2}
NUMBERS = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", *NORMS)
"""What a measurement holds, in this order."""
Measuring = Callable[[], Tensor]
"""Measurements under way: they are waited for when they are called for."""


class Block:
    """Lanes of equal shapes that step as one: a single lane on a CPU, all of them on a GPU.

    Tensors have lanes in front, (lanes, *shape), or none in front where there is a single lane.
    """

    def __init__(
        self,
        lanes: Sequence[Lane],
        layout: Layout,
        model: Model,
        workspace: Workspace,
    ) -> None:
        self.lanes = list(lanes)
        stacked = _stack([lane.rows for lane in lanes])
        self._update = _update(lanes, stacked, layout)
        self._row = self._update.row
        data = [lane.data for lane in lanes]
        weights, gradients = layout.views(self._row), layout.views(stacked.gradient)
        sets = _together([one.train for one in data]), _together([one.test for one in data])
        self._train, self._test = (one.labels for one in sets)
        inputs = sets[0].inputs, sets[1].inputs
        self._network = model.network(weights, gradients, inputs, workspace)
        self._loss = LOSSES[data[0].loss]
        lessons = [lane.lesson for lane in lanes if lane.lesson]
        self._lesson = Lesson.together(lessons) if lessons else None
        self._workspace = workspace
        self._logits = self._slope = torch.empty(0)

    def step(self) -> None:
        """One update of every lane. Afterwards pruned weights are exactly zero."""
        self.slopes()
        self._update()
        self._workspace.holder = None

    def slopes(self) -> None:
        """Overwrite the gradients with those of the weights as they are."""
        self._forward()
        slope = self._loss.gradient(self._logits, self._train, self._slope)
        if self._lesson is None:
            self._network.backward(slope)
            return
        self._lesson.add_to_slope(self._logits, slope, self._update.count)
        self._network.backward(slope, self._lesson.feature_slope(self._network.features))

    def measure(self) -> Tensor:
        """NUMBERS of the weights as they are (..., numbers), float64, without a gradient.

        The logits of the training set are those that the next step needs: it begins with them.
        """
        self._forward()
        row = _wide(self._row).double()  # once for all probes
        sets = ((self._logits, self._train), (self._network.test(), self._test))
        (train_loss, train_right), (test_loss, test_right) = (
            [_mean(_wide(part)) for part in self._loss.losses(logits, labels)]
            for logits, labels in sets
        )
        # a regression may explain less than nothing of the variance: that is none of it
        scores = [train_right.clamp_min(0.0), test_right.clamp_min(0.0)]
        of_row = [norm(row) for norm in NORMS.values()]
        return torch.stack([train_loss, test_loss, *scores, *of_row], -1)

    def run(self, steps: int, at: Sequence[int]) -> Measuring:
        """So many updates, measured after each number of them in `at`, which is in order.

        What comes back gives the measurements (len(at), ..., numbers) on the CPU when called.
        """
        points, measured = set(at), []
        with torch.inference_mode():
            for done in range(steps + 1):
                if done in points:
                    measured.append(self.measure())
                if done < steps:
                    self.step()
            numbers = torch.stack(measured) if measured else torch.empty(0)
        return numbers.cpu

    def release(self, lanes: Sequence[Lane]) -> None:
        """Let go of lanes: they keep what they are now, while the others train on."""
        for lane in lanes:
            kept = lane.copy()
            lane.rows, lane.popup = kept.rows, kept.popup

    def _forward(self) -> None:
        if self._workspace.holder is self:
            return
        self._logits = self._network.forward()
        self._slope = self._workspace.buffer("slope", *self._logits.shape)
        self._workspace.holder = self


def _update(lanes: Sequence[Lane], stacked: Rows, layout: Layout) -> Update:
    popups = [lane.popup.rows for lane in lanes if lane.popup]
    return (
        Scores(lanes, stacked, _stack(popups), layout)
        if popups
        else Weights(lanes, stacked, layout)
    )


def _stack(rows: Sequence[Rows]) -> Rows:
    """One tensor (lanes, length) for each part; every lane's rows become views of it.

    A single lane's rows are the stack as they are.
    """
    if len(rows) == 1:
        return rows[0]
    parts = {}
    for part in fields(Rows):
        stacked = torch.stack([getattr(row, part.name) for row in rows])
        for lane, row in enumerate(rows):
            setattr(row, part.name, stacked[lane])
        parts[part.name] = stacked
    return Rows(**parts)


def _together(sets: Sequence[Examples]) -> Examples:
    """The examples of all lanes, (lanes, examples, ...); as they are where there is one lane."""
    if len(sets) == 1:
        return sets[0]
    inputs = torch.stack([examples.inputs for examples in sets])
    return Examples(inputs, torch.stack([examples.labels for examples in sets]))


def _mean(examples: Tensor) -> Tensor:
    """The mean over the examples (..., examples, 1), float64."""
    return examples.mean((-2, -1), dtype=torch.float64)


def _wide(tensor: Tensor) -> Tensor:
    """The tensor on a device that can sum in float64; mps cannot."""
    return tensor.cpu() if tensor.device.type == "mps" else tensor
