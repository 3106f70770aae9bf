"""What an update does to the rows of a block, and which row the network computes with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from grok_tui.engine import optimizer
from grok_tui.engine.pruning.edge_popup import remask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.engine.lanes import Lane, Layout, Rows


class Update(Protocol):
    """One way to train the rows of a block."""

    row: Tensor
    """What the network computes with (..., length): pruned weights are exactly zero in it."""
    count: Tensor
    """Updates done (...)."""

    def __call__(self) -> None:
        """One update, given the gradient of `row` in the gradients of the weights."""
        ...


class Weights:
    """The kept weights are trained; the mask stays."""

    def __init__(self, lanes: Sequence[Lane], stacked: Rows, layout: Layout) -> None:
        self.row, self._mask, self.count = stacked.weights, stacked.mask, stacked.updates
        self._pruned = bool((layout.packed(stacked.mask) == 0).any())
        self._optimizers = _optimizers(lanes)

    def __call__(self) -> None:
        """AdamW on all weights; afterwards pruned ones are zero again."""
        for one in self._optimizers:
            one.update()
        if self._pruned:
            self.row.mul_(self._mask)


class Scores:
    """Edge-popup: the scores are trained and the mask follows; the weights stay, or train along."""

    def __init__(self, lanes: Sequence[Lane], stacked: Rows, scores: Rows, layout: Layout) -> None:
        popups = [lane.popup for lane in lanes if lane.popup]
        popup = popups[0]
        self._rows, self._scores = stacked, scores
        self.row, self.count = stacked.weights * stacked.mask, scores.updates
        rows = [one.rows for one in popups]
        self._optimizers = optimizer.together([one.train for one in popups], rows)
        self._frozen = popup.frozen
        if not popup.frozen:
            self._optimizers += _optimizers(lanes)
        self._gone = popup.gone
        flat = {
            name: (scores.weights.narrow(-1, *span), stacked.mask.narrow(-1, *span))
            for name, span in layout.prunable.items()
        }
        self._flat_scores = {name: views[0] for name, views in flat.items()}
        self._flat_masks = {name: views[1] for name, views in flat.items()}

    def __call__(self) -> None:
        """Update scores, and weights that are not frozen; then the mask keeps the best again."""
        weights, scores = self._rows, self._scores
        torch.mul(weights.gradient, weights.weights, out=scores.gradient)
        scores.gradient.mul_(scores.weights.sign())
        if not self._frozen:
            weights.gradient.mul_(weights.mask)
        for one in self._optimizers:
            one.update()
        remask(self._flat_scores, self._gone, self._flat_masks)
        torch.mul(weights.weights, weights.mask, out=self.row)


def _optimizers(lanes: Sequence[Lane]) -> list[optimizer.Bound]:
    """Of the weights of these lanes."""
    return optimizer.together([lane.train for lane in lanes], [lane.rows for lane in lanes])
