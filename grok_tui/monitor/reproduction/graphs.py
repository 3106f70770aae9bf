"""Rules about the masks as graphs (F9, F20, the lower half of Table 1)."""

from __future__ import annotations

from functools import partial
from math import isnan
from typing import TYPE_CHECKING

from grok_tui.monitor.reproduction.delay import BASE
from grok_tui.monitor.reproduction.evidence import probe, probe_at
from grok_tui.monitor.reproduction.rules import judged, less, no_less_than, no_more_than, spearman

if TYPE_CHECKING:
    from grok_tui.monitor.history import LaneHistory
    from grok_tui.monitor.reproduction.delay import Rule
    from grok_tui.monitor.reproduction.evidence import Quantity, Runs
    from grok_tui.monitor.reproduction.rules import Check, Finding

WEIGHTED_GAP = "spectral-gap/mean/weights"
GAP = "spectral-gap/mean/mask"
RAMANUJAN = {variant: f"ramanujan/mean/{variant}" for variant in "abc"}
LENGTH = "path-length/mean/length"
CLUSTERING = "clustering/mean/coefficient"
REPORTED = {"gap": GAP, "path length": LENGTH, "clustering": CLUSTERING}
"""Nothing is asked of these: the sources contradict each other."""
MEMORISING = 0.6
"""Share of t_gen up to which the weighted gap is looked for its highest value."""
RISE = 1.5
FALLING = -0.5


def in_training(preset: str) -> Rule:
    """F9, F20: the weighted gap jumps while the base memorises, then narrows; Ramanujan gaps
    fall."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        over_start = run.of(BASE, "weighted gap, most/start", partial(_jump, over=0))
        over_end = run.of(BASE, "weighted gap, most/end", partial(_jump, over=-1))
        trends = [
            run.of(BASE, f"Ramanujan ({variant}) against step", partial(_trend, name=name))
            for variant, name in RAMANUJAN.items()
        ]
        checks = [no_less_than(over_start, RISE), no_less_than(over_end, RISE)]
        checks += [no_more_than(trend, FALLING) for trend in trends]
        others = [
            run.of(BASE, f"{words} {when}", probe(name, step))
            for words, name in REPORTED.items()
            for when, step in (("at the start", 0), ("at the end", float("inf")))
        ]
        return judged(checks, [over_start, over_end, *trends, *others])

    return rule


def _jump(lane: LaneHistory, over: int) -> float | None:
    """The most between t_mem and .6 t_gen, over the first value (0) or the last (-1)."""
    probed = lane.probes.get(WEIGHTED_GAP)
    if probed is None or lane.t_mem is None or lane.t_gen is None:
        return None
    pairs = zip(probed.steps, probed.values, strict=True)
    last = MEMORISING * lane.t_gen
    between = [value for step, value in pairs if lane.t_mem <= step <= last]
    other = probed.values[over]
    return max(between) / other if between and other > 0 else None


def _trend(lane: LaneHistory, name: str) -> float | None:
    """Rank correlation of a probe with the step, from t_mem on."""
    probed, t_mem = lane.probes.get(name), lane.t_mem
    if probed is None or t_mem is None:
        return None
    pairs = zip(probed.steps, probed.values, strict=True)
    late = [(step, value) for step, value in pairs if step >= t_mem]
    value = spearman([step for step, _ in late], [value for _, value in late])
    return None if isnan(value) else value


def of_masks(preset: str, arm: str) -> Rule:
    """Table 1, below: the Ramanujan gaps of an arm's masks fall from step 600 to 2000."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]

        def at(words: str, name: str) -> list[Quantity]:
            return [run.of(arm, f"{words} at {step}", probe_at(name, step)) for step in (600, 2000)]

        checks: list[Check] = []
        numbers: list[Quantity] = []
        for variant, name in RAMANUJAN.items():
            early, late = at(f"Ramanujan ({variant})", name)
            checks.append(less(late, early))
            numbers += [early, late]
        for words, name in {"weighted gap": WEIGHTED_GAP, **REPORTED}.items():
            numbers += at(words, name)
        return judged(checks, numbers)

    return rule
