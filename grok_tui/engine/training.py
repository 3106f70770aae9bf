"""The step: lanes of equal shapes that are updated and measured as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import loss, optimizer
from grok_tui.engine.lanes import Lane, Layout, Rows
from grok_tui.engine.probes import PROBES
from grok_tui.engine.tasks.data import Examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.engine.models.model import Model
    from grok_tui.engine.workspace import Workspace
    from grok_tui.protocol.config import Train

NUMBERS = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", *PROBES)
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
        train: Train,
        workspace: Workspace,
    ) -> None:
        self.lanes = list(lanes)
        rows = [lane.rows for lane in lanes]
        stacked = rows[0] if len(lanes) == 1 else _stack(rows)
        data = [lane.data for lane in lanes]
        weights, gradients = layout.views(stacked.weights), layout.views(stacked.gradient)
        sets = _together([one.train for one in data]), _together([one.test for one in data])
        self._train, self._test = (one.labels for one in sets)
        inputs = sets[0].inputs, sets[1].inputs
        self._network = model.network(weights, gradients, inputs, workspace)
        self._row, self._mask = stacked.weights, stacked.mask
        self._pruned = bool((layout.packed(stacked.mask) == 0).any())
        self._optimizer = optimizer.AdamW(train).bind(rows)
        self._workspace = workspace
        self._logits = self._slope = torch.empty(0)

    def step(self) -> None:
        """One update of every lane. Afterwards pruned weights are exactly zero."""
        self.slopes()
        self._optimizer.update()
        if self._pruned:
            self._row.mul_(self._mask)
        self._workspace.holder = None

    def slopes(self) -> None:
        """Overwrite the gradients with those of the weights as they are."""
        self._forward()
        self._network.backward(loss.gradient(self._logits, self._train, self._slope))

    def measure(self) -> Tensor:
        """NUMBERS of the weights as they are (..., numbers), float64, without a gradient.

        The logits of the training set are those that the next step needs: it begins with them.
        """
        self._forward()
        row = _wide(self._row).double()  # once for all probes
        sets = ((self._logits, self._train), (self._network.test(), self._test))
        (train_loss, train_right), (test_loss, test_right) = (
            [_mean(_wide(part)) for part in loss.losses(logits, labels)] for logits, labels in sets
        )
        numbers = [train_loss, test_loss, train_right, test_right]
        return torch.stack(numbers + [probe(row) for probe in PROBES.values()], -1)

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
            lane.rows = lane.rows.copy()

    def _forward(self) -> None:
        if self._workspace.holder is self:
            return
        self._logits = self._network.forward()
        self._slope = self._workspace.buffer("slope", *self._logits.shape)
        self._workspace.holder = self


def _stack(rows: Sequence[Rows]) -> Rows:
    """One tensor (lanes, length) for each part; every lane's rows become views of it."""
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
