"""Probes on a lane: what they may look at, and the masks that some compare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import bits, probes
from grok_tui.engine.probes.mask_distance import to_last
from grok_tui.engine.probes.subject import Subject
from grok_tui.engine.pruning.masks import keep_best, removed
from grok_tui.protocol.series import series_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grok_tui.engine.lanes import Lane, Layout
    from grok_tui.engine.models.model import Model
    from grok_tui.engine.tasks.data import Data
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.events import Series
    from grok_tui.protocol.probing import Probe

    Values = dict[str, float | tuple[float, ...]]

COMPARES = "mask-distance"
"""The probe that keeps a lane's masks, to compare them with the last one."""


@dataclass(frozen=True, eq=False)
class Inspector:
    """Measures the probes of a run on its lanes, on the CPU in float64."""

    config: Config
    layout: Layout
    model: Model

    def measure(self, lane: Lane, due: Sequence[Probe]) -> Values:
        """What these probes say of a lane where it stands."""
        values: Values = {}
        weights, data = lane.network().to("cpu", torch.float64), lane.data.wide()
        for probe in due:
            mask = self._mask(lane, weights, probe)
            seen = self._subject(lane.arm, weights, data, mask, probe)
            if probe.probe == COMPARES:
                if lane.masks:
                    earlier = bits.unpacked(lane.masks[-1][1], len(mask))
                    seen = replace(seen, earlier=self._by_name(earlier))
                lane.masks.append((lane.step, bits.packed(mask)))
            found = probes.measure(probe.probe, seen)
            values |= {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in found.items()
            }
        return values

    def series(self, lane: Lane) -> Iterator[Series]:
        """What only the end of a lane can tell of it."""
        if len(lane.masks) < 2:
            return
        steps, kept = zip(*lane.masks, strict=True)
        weights = self.layout.prunable_weights
        masks = (bits.unpacked(one, weights) for one in kept)
        for part, values in to_last(masks, bits.unpacked(kept[-1], weights)).items():
            yield from series_lines(lane.arm, lane.seed, f"{COMPARES}/{part}", steps, values)

    def _mask(self, lane: Lane, weights: Tensor, probe: Probe) -> Tensor:
        """The lane's mask (weights,); of one that prunes nothing that of its magnitudes now."""
        own = self.layout.packed(lane.rows.mask).to("cpu", torch.uint8)
        if bool((own == 0).any()):
            return own
        magnitudes = self.layout.packed(weights).abs()
        return keep_best(magnitudes, removed(probe.pruning_rate, len(own)))

    def _subject(
        self, arm: str, weights: Tensor, data: Data, mask: Tensor, probe: Probe
    ) -> Subject:
        views = self.layout.views(weights)
        return Subject(
            weights=views,
            masks=self._by_name(mask),
            earlier=None,
            task=self.config.task_of(self.config.arm(arm)),
            model=self.config.model,
            probe=probe,
            logits=lambda inputs: self.model.logits(views, inputs),
            train=data.train,
            test=data.test,
        )

    def _by_name(self, packed: Tensor) -> Mapping[str, Tensor]:
        sizes = [size for _, size in self.layout.prunable.values()]
        parts = zip(self.layout.prunable, torch.split(packed, sizes), strict=True)
        return {name: part.reshape(self.layout.shapes[name]) for name, part in parts}
