"""How a lane comes to be: its mask, its initial weights, and what is recorded of both."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine.lanes import Lane, Layout, Rows
from grok_tui.engine.probes import norms
from grok_tui.engine.pruning import METHODS, Reading, mask
from grok_tui.errors import PresetError
from grok_tui.protocol.events import LaneStarted, Layer, Warned

if TYPE_CHECKING:
    from grok_tui.engine.models.model import Model
    from grok_tui.engine.plan import Plan
    from grok_tui.engine.store import Store
    from grok_tui.engine.tasks.data import Data, Placement
    from grok_tui.protocol.arms import Arm

NORMS = {"l1": norms.l1, "l2": norms.l2}
FORGOTTEN = 0.01
"""A ticket is suspect when its share of the initial L1 norm is at most 1 - k plus this.

Where k is no larger, not even all weights could reach that: nothing is said of such a ticket.
"""


@dataclass(frozen=True, eq=False)
class Starter:
    """Makes lanes; all arms of one seed share the split and the initial weights."""

    layout: Layout
    model: Model
    plan: Plan
    placement: Placement

    def initial(self, seed: int) -> Tensor:
        """The dense initial weights of a seed (length,), on the CPU, in the run's precision.

        Raises PresetError for weights without a norm: nothing can be compared with them.
        """
        row = self.layout.row(self.model.initial(seed), self.placement.dtype)
        norm = float(norms.l2(row))
        if not 0 < norm < math.inf:
            problem = f"the initial weights have norm {norm:g}; expected a finite one above 0"
            raise PresetError("model", "weights_from or init_scale", problem)
        return row

    def start(
        self, arm: Arm, seed: int, data: Data, store: Store
    ) -> tuple[Lane, LaneStarted, Warned | None]:
        """A lane before its first update, and what the log says of it."""
        needs = self.plan.needs[arm.name]
        initial = self.initial(seed)
        read = store.snapshots[needs.mask_weights, seed] if needs.mask_weights else None
        rewound = store.snapshots[needs.rewind_weights, seed] if needs.rewind_weights else None
        reading = Reading(
            arm=arm.name,
            seed=seed,
            layout=self.layout,
            weights=read.weights if read else initial,
            mask=store.masks[needs.mask, seed] if needs.mask else _ones(self.layout),
        )
        kept = mask(METHODS[arm.method], reading, arm.pruning_rate, arm.scope)
        scale = 1.0
        if needs.norm:
            norm = NORMS[arm.scale_to.norm]
            scale = float(norm(initial * store.masks[needs.norm, seed]) / norm(initial))
        weights = (rewound.weights if rewound else initial) * scale * kept
        started = LaneStarted(
            arm=arm.name,
            seed=seed,
            parameters=self.layout.parameters,
            kept=int(kept.sum()),
            l1_ratio=float(norms.l1(weights) / norms.l1(initial)),
            l2_ratio=float(norms.l2(weights) / norms.l2(initial)),
            layers=_layers(self.layout, kept),
            mask_arm=needs.mask_weights.arm if needs.mask_weights else needs.mask,
            mask_step=read.step if read else None,
            rewind_step=rewound.step if rewound else 0,
            scale=scale,
            split_sha256=data.sha256,
        )
        return self.lane(arm.name, seed, data, weights, kept), started, _warning(arm, started)

    def lane(self, arm: str, seed: int, data: Data, weights: Tensor, kept: Tensor) -> Lane:
        """A lane with these weights and this mask (length,), placed on the device of the run."""
        device, dtype = self.placement.device, self.placement.dtype
        rows = Rows.start(weights.to(device, copy=True), kept.to(device, dtype))
        return Lane(arm, seed, data, rows, start=weights)


def _ones(layout: Layout) -> Tensor:
    filled = {name: torch.ones(shape) for name, shape in layout.shapes.items()}
    return layout.row(filled, torch.uint8)


def _layers(layout: Layout, kept: Tensor) -> tuple[Layer, ...]:
    views = layout.views(kept)
    return tuple(
        Layer(name=name, shape=tuple(view.shape), kept=int(view.sum()))
        for name, view in views.items()
    )


def _warning(arm: Arm, started: LaneStarted) -> Warned | None:
    """The health check of a ticket: has its late mask forgotten the weights that it rewinds to?"""
    ticket = arm.method == "magnitude" and bool(started.mask_step) and not started.rewind_step
    limit = 1 - arm.pruning_rate + FORGOTTEN
    if not ticket or limit >= 1 or started.l1_ratio > limit:
        return None
    sentence = (
        f"{arm.name} keeps {started.l1_ratio:.3f} of the initial L1 norm, no more than chance "
        f"(limit {limit:.3f}): its mask has forgotten the initial weights; take it earlier, or "
        "lower the learning rate"
    )
    return Warned(sentence=sentence, arm=arm.name, seed=started.seed)
