"""The step, and lanes that step together."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import loss, optimizer
from grok_tui.engine.lanes import Lane, Layout, Rows
from grok_tui.engine.probes import PROBES
from grok_tui.engine.products import Scratch
from grok_tui.engine.tasks.data import Examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.engine.models.model import Model
    from grok_tui.protocol.config import Train


class Block:
    """Lanes of equal shapes that step as one: a single lane on a CPU, all of them on a GPU.

    Tensors have lanes in front, (lanes, *shape), or none in front where there is a single lane.
    """

    def __init__(
        self, lanes: Sequence[Lane], layout: Layout, model: Model, train: Train, scratch: Scratch
    ) -> None:
        rows = [lane.rows for lane in lanes]
        stacked = rows[0] if len(lanes) == 1 else _stack(rows)
        self._model = model
        self._scratch = scratch
        self._weights = layout.views(stacked.weights)
        self._gradients = layout.views(stacked.gradient)
        self._row, self._mask = stacked.weights, stacked.mask
        self._examples = _together([lane.data.train for lane in lanes])
        self._optimizer = optimizer.AdamW(train).bind(rows)
        for lane in lanes:
            lane.weights = layout.views(lane.rows.weights)

    def step(self) -> None:
        """One update of every lane. Afterwards pruned weights are exactly zero."""
        inputs, labels = self._examples.inputs, self._examples.labels
        logits = self._model.forward(self._weights, inputs, self._scratch)
        slope = loss.gradient_(logits, labels)
        self._model.backward(self._weights, inputs, slope, self._gradients, self._scratch)
        self._optimizer.update()
        self._row.mul_(self._mask)


class Stack:
    """All lanes in training. They step together; who shares the stack changes no lane's bits."""

    def __init__(self, layout: Layout, model: Model, train: Train) -> None:
        self._layout, self._model, self._train = layout, model, train
        self._scratch, self._measuring = Scratch(), Scratch()
        self._blocks: list[Block] = []

    def hold(self, lanes: Sequence[Lane]) -> None:
        """Train these lanes from now on, and no others."""
        alone = bool(lanes) and lanes[0].rows.weights.device.type == "cpu"
        groups = [[lane] for lane in lanes] if alone else [list(lanes)] if lanes else []
        parts = (self._layout, self._model, self._train, self._scratch)
        self._blocks = [Block(group, *parts) for group in groups]

    def advance(self, steps: int) -> None:
        """Do as many updates of every lane; on a CPU one lane after the other stays in cache."""
        with torch.inference_mode():
            for block in self._blocks:
                for _ in range(steps):
                    block.step()

    def measure(self, lane: Lane) -> dict[str, float]:
        """Losses, accuracies and probes of the lane's weights as they are, without a gradient."""
        whole, trained = lane.data.whole, lane.data.trained
        with torch.inference_mode():
            logits = self._model.forward(lane.weights, whole.inputs, self._measuring)
            losses, right = (_wide(part) for part in loss.losses_(logits, whole.labels))
            row = _wide(lane.rows.weights)
            numbers = {
                "train_loss": losses[:trained].mean(dtype=torch.float64),
                "test_loss": losses[trained:].mean(dtype=torch.float64),
                "train_accuracy": right[:trained].mean(dtype=torch.float64),
                "test_accuracy": right[trained:].mean(dtype=torch.float64),
            }
            numbers |= {name: probe(row) for name, probe in PROBES.items()}
            values = torch.stack(list(numbers.values())).tolist()
        return dict(zip(numbers, values, strict=True))


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
    """The examples of all lanes, (lanes, examples, …); shared, not copied, where they are one."""
    if len(sets) == 1:
        return sets[0]
    if all(examples.inputs is sets[0].inputs for examples in sets):
        first = sets[0]
        lanes = len(sets)
        return Examples(_repeated(first.inputs, lanes), _repeated(first.labels, lanes))
    inputs = torch.stack([examples.inputs for examples in sets])
    return Examples(inputs, torch.stack([examples.labels for examples in sets]))


def _repeated(tensor: Tensor, lanes: int) -> Tensor:
    return tensor.unsqueeze(0).expand(lanes, *tensor.shape)


def _wide(tensor: Tensor) -> Tensor:
    """The tensor on a device that can sum in float64; mps cannot."""
    return tensor.cpu() if tensor.device.type == "mps" else tensor
