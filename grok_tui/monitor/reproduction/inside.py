"""Rules about what is inside: norms, masks, frequencies (F6, F7, F8, F18)."""

from __future__ import annotations

from math import isfinite
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from grok_tui.monitor.reproduction.delay import AT_INITIALISATION, BASE, NORM_CONTROLS, TICKET
from grok_tui.monitor.reproduction.evidence import Evidence, Quantity, metric, probe
from grok_tui.monitor.reproduction.rules import (
    Check,
    at_least,
    at_most,
    fact,
    judged,
    less,
    no_less_than,
    no_more_than,
)

if TYPE_CHECKING:
    from grok_tui.monitor.history import LaneHistory, Metric
    from grok_tui.monitor.reproduction.delay import Rule
    from grok_tui.monitor.reproduction.evidence import Runs
    from grok_tui.monitor.reproduction.rules import Finding

MASK_DISTANCE = "mask-distance/net"
ENTROPIES = {"in": "fourier-entropy/in", "out": "fourier-entropy/out"}
SPECTRUM = "mask-spectrum/W_U"
SHUFFLED = "mask-spectrum/W_U/shuffled"

EARLY = 0.3
"""Share of t_gen(base) at whose beginning masks change anyway."""
FALL = 0.3
LOW_ENTROPY = 2.7
PAIR = (BASE, TICKET)


def norms(preset: str) -> Rule:
    """F6, F12: all arms end in one band of L2; their L1 lie apart, that of the ticket lowest."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        l1 = run.over_seeds("sd/mean of final L1", lambda seed: _apart(run, seed, "l1_norm"))
        l2 = run.over_seeds("sd/mean of final L2", lambda seed: _apart(run, seed, "l2_norm"))
        ends = {arm: _final_l1(run, arm) for arm in (TICKET, BASE, *NORM_CONTROLS)}
        ticket, *others = ends.values()
        checks = [no_more_than(l2, 0.08), at_least(l1, 2, l2)]
        checks += [less(ticket, other) for other in others]
        return judged(checks, [l2, l1, *ends.values()])

    return rule


def _final_l1(run: Evidence, arm: str) -> Quantity:
    return run.over_seeds(f"{arm} final L1", lambda seed: _end(run, arm, seed, "l1_norm"))


def _end(run: Evidence, arm: str, seed: int, norm: Metric) -> float | None:
    """A norm at the last step that all four arms have."""
    lanes = [run.lane(name, seed) for name in (BASE, TICKET, *NORM_CONTROLS)]
    last = min((lane.step for lane in lanes if lane is not None and lane.steps), default=0)
    lane = run.lane(arm, seed)
    return None if lane is None else metric(norm, last)(lane)


def _apart(run: Evidence, seed: int, norm: Metric) -> float | None:
    found = [_end(run, arm, seed, norm) for arm in (BASE, TICKET, *NORM_CONTROLS)]
    values = [value for value in found if value is not None]
    return stdev(values) / fmean(values) if len(values) == len(found) else None


def acquired(preset: str) -> Rule:
    """F7, F15: the mask of the base changes most when its test accuracy rises most."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        apart = run.of(BASE, "grid steps between the two peaks", _peaks_apart)
        close = sum(distance <= 1 for distance in apart.known)
        seeds = len(apart.known)
        text = f"peaks within one grid step in {close} of {seeds} seeds"
        holds = 3 * close >= 2 * seeds if seeds else None
        peaks = run.of(BASE, "peak of the mask's change at", _peak_step)
        base = run.times(BASE, "t_gen", "base t_gen")
        return judged([fact(text, holds=holds, seeds=seeds)], [base, peaks, apart])

    return rule


def changes_of_mask(lane: LaneHistory) -> list[tuple[float, float, float]]:
    """At each grid step: the mask's distance to that of the step before, and how much accuracy
    rose in between. What the lane's last step adds off the grid is left out."""
    probed = lane.probes.get(MASK_DISTANCE)
    if probed is None or not probed.steps:
        return []
    grid = probed.steps[0]
    found = []
    for step, distance in zip(probed.steps, probed.values, strict=True):
        before, now = (metric("test_accuracy", at)(lane) for at in (step - grid, step))
        if step % grid == 0 and before is not None and now is not None:
            found.append((step, distance, now - before))
    return found


def _changes(lane: LaneHistory) -> list[tuple[float, float, float]]:
    """Those after the first 30 % of t_gen; none if the lane never generalised."""
    t_gen = lane.t_gen
    if t_gen is None:
        return []
    return [change for change in changes_of_mask(lane) if change[0] > EARLY * t_gen]


def _peak_step(lane: LaneHistory) -> float | None:
    changes = _changes(lane)
    return max(changes, key=lambda change: change[1])[0] if changes else None


def _peaks_apart(lane: LaneHistory) -> float | None:
    found = _changes(lane)
    if not found:
        return None
    by_mask = max(range(len(found)), key=lambda index: found[index][1])
    by_accuracy = max(range(len(found)), key=lambda index: found[index][2])
    return float(abs(by_mask - by_accuracy))


def periodic(preset: str) -> Rule:
    """F8: the ticket's units are periodic at a tenth of t_gen(base), the base's at the end."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        checks: list[Check] = []
        numbers: list[Quantity] = []
        for side, name in ENTROPIES.items():
            fall = _ahead(run, side)
            ends = [run.of(arm, f"FE {side}, {arm} at the end", probe(name)) for arm in PAIR]
            checks += [no_less_than(fall, FALL), *(no_more_than(end, LOW_ENTROPY) for end in ends)]
            numbers += [fall, *ends]
        return judged(checks, numbers)

    return rule


def _ahead(run: Evidence, side: str) -> Quantity:
    """How much lower the ticket's entropy is than the base's after .1 t_gen(base) steps."""

    def ahead(seed: int) -> float | None:
        lanes = [run.lane(arm, seed) for arm in PAIR]
        step = 0.1 * run.t_gen(BASE, seed)
        if not isfinite(step):
            return None
        found = [probe(ENTROPIES[side], step)(lane) for lane in lanes if lane is not None]
        base, ticket = found if len(found) == len(PAIR) else (None, None)
        return None if base is None or ticket is None else base - ticket

    return run.over_seeds(f"FE {side}, base - ticket at .1 t_gen(base)", ahead)


def stripes(preset: str) -> Rule:
    """F18, F19: the rows of the ticket's mask of W_U are periodic, those of PaI masks are not."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        ticket = run.of(TICKET, "D of ticket", probe(SPECTRUM))
        shuffled = run.of(TICKET, "most D of 8 shuffles", probe(SHUFFLED))
        others = [run.of(arm, f"D of {arm}", probe(SPECTRUM)) for arm in AT_INITIALISATION]
        checks = [at_least(ticket, 10, shuffled), *(at_most(one, 3, shuffled) for one in others)]
        return judged(checks, [ticket, shuffled, *others])

    return rule
