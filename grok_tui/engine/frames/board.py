"""The examples of a lane as cells of a table: found once, asked at every frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine.frames.packing import as_bytes, thinning
from grok_tui.engine.probes import cells
from grok_tui.protocol import frames
from grok_tui.protocol.frames import Table
from grok_tui.protocol.tasks.pairs import ModularTask

if TYPE_CHECKING:
    from collections.abc import Callable

    from grok_tui.engine.tasks.data import Data
    from grok_tui.protocol.tasks import Task

SIDE = 128
"""Rows of the table; of more tokens every n-th is taken."""


class Board:
    """The pairs (a, b) that a lane learns and those it is tested on, on the CPU."""

    def __init__(self, data: Data, task: Task) -> None:
        """`task` is one of pairs of tokens."""
        self.cyclic = isinstance(task, ModularTask)
        """Whether tokens are numbers modulo p, so that functions of them have frequencies."""
        self._tokens = task.inputs
        self._mirrored = not task.ordered
        self._step = thinning(task.inputs, SIDE)
        sets = ((data.train, frames.TRAIN), (data.test, frames.TEST))
        pairs = torch.cat([examples.inputs.cpu() for examples, _ in sets])
        labels = torch.cat([examples.labels.cpu() for examples, _ in sets])[:, 0]
        kinds = [torch.full((len(examples.labels),), kind) for examples, kind in sets]
        there = (pairs % self._step == 0).all(1)
        self._pairs, self._labels = pairs[there], labels[there]
        self._kinds = torch.cat(kinds)[there].to(torch.uint8)
        a, b = (self._pairs // self._step).unbind(1)
        self._places = a * self._side + b

    def table(self, logits: Callable[[Tensor], Tensor]) -> Table:
        """What a network says of them; where order does not count, each pair is two cells."""
        parts = cells.parts(self._pairs, self._labels)
        right = torch.cat([_right(logits(pairs), labels) for pairs, labels in parts])
        found = right.to(torch.uint8).mul_(frames.RIGHT).add_(self._kinds)
        drawn = torch.full((self._side**2,), frames.UNUSED, dtype=torch.uint8)
        drawn[self._places] = found
        if self._mirrored:  # a pair is listed once, as (a, b) or as (b, a)
            drawn = torch.maximum(drawn, drawn.view(self._side, self._side).T.reshape(-1))
        return Table(
            tokens=self._tokens, step=self._step, mirrored=self._mirrored, cells=as_bytes(drawn)
        )

    @property
    def _side(self) -> int:
        return frames.sampled(self._tokens, self._step)


def _right(logits: Tensor, labels: Tensor) -> Tensor:
    """Whether the logit of the label is above all others; `argmax` takes three times as long."""
    places = labels.unsqueeze(1)
    wanted = logits.gather(1, places)
    others: Tensor = logits.scatter_(1, places, -torch.inf).amax(1, keepdim=True)
    return (wanted > others)[:, 0]
