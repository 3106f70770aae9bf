"""AdamW on flat rows: fused updates of all weights of the lanes that step together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.optim.adamw import adamw  # the function: the class would load torch._dynamo for seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from grok_tui.engine.lanes import Rows
    from grok_tui.protocol.config import Train


@dataclass(frozen=True)
class AdamW:
    """w <- w (1 - lr wd), then w <- w - lr m / (sqrt(v) + eps), both moments bias-corrected."""

    train: Train

    def bind(self, rows: Sequence[Rows]) -> Bound:
        """The update of these lanes, ready to be called at each step."""
        return Bound(self.train, rows)


def together(trains: Sequence[Train], rows: Sequence[Rows]) -> list[Bound]:
    """The updates of lanes that step as one, which may differ in learning rate and decay alone.

    Those that differ in neither share a call. The kernel takes both as plain numbers and works
    entry by entry, so that a lane's bits are those it has alone, and a call more costs next to
    nothing beside the tensor operations that (lanes, 1) factors would take.
    """
    alike: dict[tuple[float, float], tuple[Train, list[Rows]]] = {}
    for train, row in zip(trains, rows, strict=True):
        alike.setdefault((train.learning_rate, train.weight_decay), (train, []))[1].append(row)
    return [AdamW(train).bind(own) for train, own in alike.values()]


class Bound:
    """An AdamW update bound to the rows that it changes."""

    def __init__(self, train: Train, rows: Sequence[Rows]) -> None:
        self._train = train
        self._weights: list[Tensor] = [row.weights for row in rows]
        self._gradients: list[Tensor] = [row.gradient for row in rows]
        self._first: list[Tensor] = [row.first for row in rows]
        self._second: list[Tensor] = [row.second for row in rows]
        self._updates: list[Tensor] = [row.updates for row in rows]
        weights = rows[0].weights
        self._rate: float | Tensor = train.learning_rate
        if not weights.is_cpu and weights.dtype == torch.float32:
            # a recorded step reads it anew at each replay; the kernel takes none in float64
            self._rate = torch.tensor(train.learning_rate, device=weights.device)

    def update(self) -> None:
        """One update of every row, decay included."""
        train = self._train
        adamw(
            self._weights,
            self._gradients,
            self._first,
            self._second,
            [],
            self._updates,
            fused=True,
            amsgrad=False,
            beta1=train.betas[0],
            beta2=train.betas[1],
            lr=self._rate,
            weight_decay=train.weight_decay,
            eps=train.epsilon,
            maximize=False,
        )
