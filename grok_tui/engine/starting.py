"""How a lane comes to be: its mask, its initial weights, and what is recorded of both."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import seeds, subsets
from grok_tui.engine.making import Maker, Parts
from grok_tui.engine.models.initial import SHARED
from grok_tui.engine.probes import norms
from grok_tui.engine.pruning import Reading, mask
from grok_tui.engine.pruning.edge_popup import initial_scores
from grok_tui.errors import PresetError
from grok_tui.protocol.events import LaneStarted, Layer, Warned
from grok_tui.protocol.section import kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.engine.lanes import Lane, Layout
    from grok_tui.engine.plan import Needs, Plan, Point
    from grok_tui.engine.store import Snapshot, Store
    from grok_tui.engine.tasks.data import Data
    from grok_tui.protocol.arms import Arm

NORMS = {"l1": norms.l1, "l2": norms.l2}
FORGOTTEN = 0.01
"""A ticket is suspect when its share of the initial L1 norm is at most 1 - k plus this.

Where k is no larger, not even all weights could reach that: nothing is said of such a ticket.
"""


@dataclass(frozen=True, eq=False)
class Starter:
    """Starts lanes; all arms of one seed share the split and the initial weights."""

    maker: Maker
    plan: Plan

    def initial(self, seed: int, stream: str = SHARED) -> Tensor:
        """The dense initial weights of a seed (length,), on the CPU, in the run's precision.

        Raises PresetError for weights without a norm: nothing can be compared with them.
        """
        maker = self.maker
        row = maker.layout.row(maker.model.initial(seed, stream), maker.placement.dtype)
        norm = float(norms.l2(row))
        if not 0 < norm < math.inf:
            problem = f"the initial weights have norm {norm:g}; expected a finite one above 0"
            raise PresetError("model", "weights_from or init_scale", problem)
        return row

    def start(
        self, arm: Arm, seed: int, data: Data, store: Store
    ) -> tuple[Lane, LaneStarted, Warned | None]:
        """A lane before its first update, and what the log says of it.

        `data` is what its seed has of its task; the lane may take a part of it.
        """
        needs = self.plan.needs[arm.name]
        read = Read.of(needs, seed, store)
        initial = self.initial(seed, f"init of {arm.stream}" if arm.init == "redrawn" else SHARED)
        scale = 1.0
        if read.norm_mask is not None:
            norm = NORMS[arm.scale_to.norm]
            scale = float(norm(initial * read.norm_mask) / norm(initial))
        parts = self._parts(arm, seed, data, read, initial, scale)
        lane = self.maker.lane(arm.name, seed, data, parts)
        started = LaneStarted(
            arm=arm.name,
            seed=seed,
            parameters=self.maker.layout.parameters,
            kept=int(parts.mask.sum()),
            l1_ratio=float(norms.l1(lane.start) / norms.l1(initial)),
            l2_ratio=float(norms.l2(lane.start) / norms.l2(initial)),
            layers=_layers(self.maker.layout, parts.mask),
            mask_arm=needs.mask_weights.arm if needs.mask_weights else needs.mask,
            mask_step=read.source.step if read.source else None,
            rewind_step=read.rewound.step if read.rewound else 0,
            scale=scale,
            split_sha256=lane.data.sha256,
            method=arm.method,
            pruning_rate=arm.pruning_rate,
            train_examples=len(lane.data.train.labels),
            task="" if arm.task is None else kind(arm.task),
        )
        return lane, started, _warning(arm, started)

    def _parts(
        self, arm: Arm, seed: int, data: Data, read: Read, initial: Tensor, scale: float
    ) -> Parts:
        """What the lane is made of: its examples first, then the mask that they may decide."""
        layout = self.maker.layout
        examples = self._examples(arm, seed, data, read.scorers)
        reading = Reading(
            recipe=arm,
            seed=seed,
            layout=layout,
            model=self.maker.model,
            data=(data if examples is None else data.kept(examples)).wide(),
            weights=read.source.weights if read.source else initial,
            mask=_ones(layout) if read.mask is None else read.mask,
        )
        kept = mask(reading)
        dense = (read.rewound.weights if read.rewound else initial) * scale
        popup = arm.method == "edge-popup"
        return Parts(
            weights=dense if popup else dense * kept,
            mask=kept,
            scores=initial_scores(layout, arm.stream, seed) if popup else None,
            examples=examples,
            teacher=read.teacher.weights if read.teacher else None,
        )

    def _examples(
        self, arm: Arm, seed: int, data: Data, scorers: Sequence[Snapshot]
    ) -> Tensor | None:
        """Which training examples the arm is trained on; None: all."""
        subset = arm.subset
        if subset.score == "none":
            return None
        model, layout, wide = self.maker.model, self.maker.layout, data.wide()
        found = [
            subsets.scores(subset.score, model, layout.views(scorer.weights.double()), wide)
            for scorer in scorers
        ]
        averaged = torch.stack(found).mean(0) if found else torch.zeros(len(data.train.labels))
        noise = seeds.generator(f"subset/{arm.stream}", seed)
        chosen: Tensor = subsets.chosen(subset, averaged, noise)
        if not len(chosen):
            problem = f"it keeps none of {len(averaged)} training examples; expected at least one"
            raise PresetError("arms", f"{arm.name}.subset.fraction", problem)
        return chosen


@dataclass(frozen=True, eq=False)
class Read:
    """What an arm needs of others of its seed, as far as it needs any."""

    source: Snapshot | None
    """Whose weights its mask is scored from."""
    rewound: Snapshot | None
    """Whose weights it starts from."""
    teacher: Snapshot | None
    scorers: Sequence[Snapshot]
    mask: Tensor | None
    """That of the arm that is read."""
    norm_mask: Tensor | None
    """That of the arm whose initial norm is matched."""

    @staticmethod
    def of(needs: Needs, seed: int, store: Store) -> Read:
        """All of it, out of the store, where it is by now."""

        def snapshot(point: Point | None) -> Snapshot | None:
            return store.snapshots[point, seed] if point else None

        source = snapshot(needs.mask_weights)
        mask = store.masks[needs.mask, seed] if needs.mask else None
        return Read(
            source=source,
            rewound=snapshot(needs.rewind_weights),
            teacher=snapshot(needs.teacher),
            scorers=[store.snapshots[point, seed] for point in needs.scorers],
            mask=source.mask if source else mask,
            norm_mask=store.masks[needs.norm, seed] if needs.norm else None,
        )


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
    """The health check of a ticket: has its late mask forgotten the weights that it rewinds to?

    It is known for one embedding and one task: tickets with two are good and keep less.
    """
    ticket = arm.method == "magnitude" and bool(started.mask_step) and not started.rewind_step
    ticket = ticket and arm.init == "shared"
    limit = 1 - arm.pruning_rate + FORGOTTEN
    known = arm.task is None and all(layer.name != "W_F" for layer in started.layers)
    if not ticket or not known or limit >= 1 or started.l1_ratio > limit:
        return None
    sentence = (
        f"{arm.name} keeps {started.l1_ratio:.3f} of the initial L1 norm, no more than chance "
        f"(limit {limit:.3f}): its mask has forgotten the initial weights; take it earlier, or "
        "lower the learning rate"
    )
    return Warned(sentence=sentence, arm=arm.name, seed=started.seed)
