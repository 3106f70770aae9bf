"""The rule about structure alone: which weights there are, and none of their values (Table 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.reproduction.evidence import metric
from grok_tui.monitor.reproduction.rules import fact, judged, no_less_than, no_more_than

if TYPE_CHECKING:
    from grok_tui.monitor.reproduction.delay import Rule
    from grok_tui.monitor.reproduction.evidence import Evidence, Runs
    from grok_tui.monitor.reproduction.rules import Check, Finding

MEMORISED = "memorised"
DECAY = "weight-decay"
POPUP = "edge-popup"
POPUP_WEIGHTS = "edge-popup-and-weights"
POPUP_INITIAL = "edge-popup-initial"
STEPS = (600, 1000, 1400, 2000)
"""Those of the table."""


def alone(preset: str) -> Rule:
    """Table 1, above: changing which weights there are, and no weight, is enough to generalise."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        table = [
            run.of(arm, f"{arm} at {step}", metric("test_accuracy", step))
            for arm in (POPUP, DECAY, POPUP_WEIGHTS)
            for step in STEPS
        ]
        before, after, control = (
            run.of(arm, f"{arm}, last test accuracy", metric("test_accuracy"))
            for arm in (MEMORISED, POPUP, POPUP_INITIAL)
        )
        checks = [
            _unchanged(run),
            no_less_than(after, 0.85),
            no_more_than(before, 0.15),
            no_more_than(control, 0.3),
        ]
        return judged(checks, [before, after, control, *table])

    return rule


def _unchanged(run: Evidence) -> Check:
    """Whether the frozen weights are the same bits at both ends, in every seed."""
    found = [_same_bits(run, seed) for seed in run.config.seeds]
    known = [same for same in found if same is not None]
    text = f"frozen weights unchanged in {sum(known)} of {len(known)} seeds"
    return fact(text, holds=all(known) if known else None, seeds=len(known))


def _same_bits(run: Evidence, seed: int) -> bool | None:
    """Whether each weight that is kept at the end has the bits that it had in the network that
    edge-popup began with. None: not every tensor is there."""
    lane = run.lane(POPUP, seed)
    layers = lane.start.layers if lane is not None and lane.start is not None else ()
    found = [
        (
            run.tensor(POPUP, seed, f"mask.{layer.name}"),
            run.tensor(POPUP, seed, f"final.{layer.name}"),
            run.tensor(MEMORISED, seed, f"final.{layer.name}"),
        )
        for layer in layers
    ]
    whole = [(mask, last, first) for mask, last, first in found if mask and last and first]
    if not layers or len(whole) < len(layers):
        return None
    return all(
        mine == theirs
        for mask, last, first in whole
        for kept, mine, theirs in zip(mask.data, last.words, first.words, strict=True)
        if kept
    )
