"""A lane, one arm with one seed, and the flat rows in which its numbers live."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

import msgspec
import torch
from torch import Tensor

from grok_tui.protocol.config import Train

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.engine.tasks.data import Data
    from grok_tui.engine.teaching import Lesson

ALIGN = 16  # every tensor in a row starts at a multiple: the bits of a product depend on alignment


class Layout:
    """Where the weight matrices lie in a flat row, in layer order, with padding between them."""

    def __init__(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.shapes = dict(shapes)
        self.spans: dict[str, tuple[int, int]] = {}
        end = 0
        for name, shape in self.shapes.items():
            size = math.prod(shape)
            self.spans[name] = (end, size)
            end += -(-size // ALIGN) * ALIGN
        self.length = end
        self.parameters = sum(size for _, size in self.spans.values())
        self.prunable = {
            name: span for name, span in self.spans.items() if len(self.shapes[name]) > 1
        }
        """Spans of the matrices; biases are never pruned."""
        self.prunable_weights = sum(size for _, size in self.prunable.values())

    def views(self, row: Tensor) -> dict[str, Tensor]:
        """The matrices in a row (length,) or in a stack of rows (lanes, length), not copied."""
        return {
            name: row.narrow(-1, *self.spans[name]).view(*row.shape[:-1], *shape)
            for name, shape in self.shapes.items()
        }

    def row(self, tensors: Mapping[str, Tensor], dtype: torch.dtype) -> Tensor:
        """A new row (length,) on the CPU with these matrices; the padding is zero."""
        row = torch.zeros(self.length, dtype=dtype)
        for name, view in self.views(row).items():
            view.copy_(tensors[name])
        return row

    def packed(self, row: Tensor) -> Tensor:
        """The prunable weights one after the other (..., weights), unpadded: the order of ties."""
        return torch.cat([row.narrow(-1, *span) for span in self.prunable.values()], -1)


@dataclass(eq=False)
class Rows:
    """What training changes in a lane, each a flat row (length,) on the device of the lane."""

    weights: Tensor
    mask: Tensor
    """1 kept, 0 pruned, in the dtype of the weights."""
    first: Tensor
    """First moment of the gradient."""
    second: Tensor
    gradient: Tensor
    updates: Tensor
    """Number of updates done, a float32 scalar as the fused AdamW wants it."""

    @staticmethod
    def start(weights: Tensor, mask: Tensor) -> Rows:
        """Rows before the first update, on the device of `weights`."""
        updates = torch.zeros((), dtype=torch.float32, device=weights.device)
        first, second, gradient = (torch.zeros_like(weights) for _ in range(3))
        return Rows(weights, mask, first, second, gradient, updates)

    def copy(self) -> Rows:
        """The same numbers in memory of their own."""
        return Rows(**{part.name: getattr(self, part.name).clone() for part in fields(self)})


@dataclass(eq=False)
class Popup:
    """What edge-popup trains in a lane beside its weights, or instead of them."""

    rows: Rows
    """The scores and their moments, in the places of the weights."""
    train: Train
    """Learning rate and decay of the scores."""
    frozen: bool
    """Whether the weights stay as they are."""
    gone: Mapping[str, int]
    """How many weights of each matrix the mask removes, at every step."""


@dataclass(eq=False)
class Lane:
    """One arm with one seed in training: its rows, its data, and how far it has come."""

    arm: str
    seed: int
    train: Train
    """How this lane trains."""
    data: Data
    rows: Rows
    start: Tensor = field(default_factory=lambda: torch.empty(0))
    """The weights before the first update (length,), on the CPU."""
    popup: Popup | None = None
    lesson: Lesson | None = None
    """What a teacher gives it to learn."""
    examples: Tensor | None = None
    """Which training examples of the seed it is trained on; None: all."""
    teacher: Tensor | None = None
    """Weights of the teacher (length,), on the CPU."""
    masks: list[tuple[int, Tensor]] = field(default_factory=list)
    """Masks that a probe has kept: step, and the prunable weights as `bits.packed`."""
    step: int = 0
    measured: int = -1
    """The step of the last measurement; -1 before the first."""
    read: int = -1
    """The step of the last measurement whose numbers are known."""
    t_mem: int | None = None
    t_gen: int | None = None

    @property
    def key(self) -> tuple[str, int]:
        """Arm and seed."""
        return self.arm, self.seed

    @property
    def group(self) -> tuple[object, ...]:
        """What lanes have in common that step as one block.

        Masks, learning rates and decays may differ. The number of examples may not, as it gives
        tensors their shape: lanes of another train fraction, or of a subset, step in another block.
        """
        popup, lesson = self.popup, self.lesson
        return (
            _alike(self.train),
            self.data.loss,
            tuple(self.data.train.inputs.shape),
            tuple(self.data.test.inputs.shape),
            popup and (_alike(popup.train), popup.frozen, tuple(popup.gone.items())),
            lesson and lesson.section,
        )

    def network(self) -> Tensor:
        """The weights that the network computes with (length,): pruned ones are zero."""
        return self.rows.weights * self.rows.mask if self.popup else self.rows.weights

    def copy(self) -> Lane:
        """The lane as it is, with rows of its own."""
        popup = self.popup and replace(self.popup, rows=self.popup.rows.copy())
        return replace(self, rows=self.rows.copy(), popup=popup)


def _alike(train: Train) -> Train:
    """How lanes of one block train, without what each has for itself."""
    own = Train()
    return msgspec.structs.replace(
        train,
        steps=own.steps,
        learning_rate=own.learning_rate,
        weight_decay=own.weight_decay,
        stop_after_generalised=own.stop_after_generalised,
    )
