"""Rules about rates and times of pruning, with decay and without (F3, F4, F17)."""

from __future__ import annotations

from math import inf, isfinite, isnan
from typing import TYPE_CHECKING

from grok_tui.monitor.reproduction.delay import BASE, mask_step
from grok_tui.monitor.reproduction.evidence import Evidence, Quantity, metric, number
from grok_tui.monitor.reproduction.rules import (
    at_least,
    at_most,
    at_most_half,
    fact,
    in_order,
    judged,
    less,
    no_less_than,
    not_reached,
    spearman,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.monitor.reproduction.delay import Rule
    from grok_tui.monitor.reproduction.evidence import Runs, Time
    from grok_tui.monitor.reproduction.rules import Check, Finding
    from grok_tui.protocol.arms import Arm

BEST_RATES = (0.5, 0.8)
FREE_RATES = (0.6, 0.85)
"""Rates of which some must generalise without decay."""
TOO_MANY = 0.95
ORDERLY = 0.7
"""Rank correlation from which accuracies go together."""
GENERALISED = 0.95


def is_grokked(arm: Arm) -> bool:
    """Whether a recipe is a ticket with a mask from after generalisation."""
    return arm.method == "magnitude" and arm.mask_from.at == "generalised"


def tickets(run: Evidence, *, decays: bool = True) -> dict[float, str]:
    """The grokked tickets of a run by their pruning rate, those with decay or those without."""
    found = run.arms(lambda arm: is_grokked(arm) and (arm.weight_decay != 0) == decays)
    return {arm.pruning_rate: arm.name for arm in sorted(found, key=lambda arm: arm.pruning_rate)}


def of_rates(
    run: Evidence, what: Time, words: str, *, decays: bool = True
) -> dict[float, Quantity]:
    """A time of the ticket of each rate."""
    named = tickets(run, decays=decays)
    return {
        rate: run.times(arm, what, f"k {number(rate)} {words}".strip())
        for rate, arm in named.items()
    }


def delays(preset: str) -> Rule:
    """F3a: tau is least between k = .5 and .8, at most a quarter of the base's, and rises after."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        base = run.times(BASE, "tau_grok", "k 0 tau")
        taus = {0.0: base, **of_rates(run, "tau_grok", "tau")}
        best = _least(taus)
        if best is None:
            return judged([fact("no tau", holds=None)], list(taus.values()))
        low, high = BEST_RATES
        text = f"least tau at k {number(best)}, from {number(low)} to {number(high)}"
        seeds = min(len(one.known) for one in taus.values())
        checks = [
            fact(text, holds=low <= best <= high, seeds=seeds),
            at_most(taus[best], 0.25, base),
            less(taus[best], taus[0.9]),
        ]
        return judged(
            checks, [taus[best], base, *(taus[rate] for rate in sorted(taus, reverse=True))]
        )

    return rule


def _least(quantities: Mapping[float, Quantity]) -> float | None:
    """The rate with the smallest median."""
    reached = {rate: one.median for rate, one in quantities.items() if isfinite(one.median)}
    return min(reached, key=lambda rate: reached[rate], default=None)


def memorising(preset: str) -> Rule:
    """F3b: from k = .5 on t_mem never falls, and at .9 it is at least twice that at .5."""

    def rule(runs: Runs) -> Finding:
        times = of_rates(runs[preset], "t_mem", "t_mem")
        upper = [one for rate, one in times.items() if rate >= 0.5]
        checks = [in_order(upper), at_least(times[0.9], 2, times[0.5])]
        return judged(checks, [times[0.5], times[0.9], *times.values()])

    return rule


def mask_times(preset: str) -> Rule:
    """F4a: the better the base was at the time of the mask, the better the ticket; the best masks
    are late. Reported beside it: from where on masks generalise, which the papers put at t_gen."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        together = run.over_seeds(
            "rank correlation of base's and ticket's accuracy", lambda seed: _together(run, seed)
        )
        late = run.over_seeds("best mask, steps after t_gen(base)", lambda seed: _best(run, seed))
        checks = [no_less_than(together, ORDERLY), no_less_than(late, 0)]
        first = run.over_seeds(
            "earliest mask that generalises in t_gen(base) steps, share of t_gen(base)",
            lambda seed: _earliest(run, seed),
        )
        return judged(checks, [together, late, first, run.times(BASE, "t_gen", "base t_gen")])

    return rule


def _masks(run: Evidence) -> list[str]:
    """The tickets of one rate, whatever the time of their mask."""
    return [arm.name for arm in run.arms(lambda arm: arm.method == "magnitude")]


def standings(run: Evidence, seed: int) -> dict[int, tuple[float, float, float]]:
    """By mask step: the base's test accuracy then; the ticket's after t_gen(base) steps, and when
    it generalised. Empty if the base did not."""
    base = run.lane(BASE, seed)
    found: dict[int, tuple[float, float, float]] = {}
    if base is None or base.t_gen is None:
        return found
    for arm in _masks(run):
        lane, step = run.lane(arm, seed), mask_step(run, arm, seed)
        if lane is None or step is None:
            continue
        then, own = metric("test_accuracy", step)(base), metric("test_accuracy", base.t_gen)(lane)
        if then is not None and own is not None:
            found[step] = (then, own, run.t_gen(arm, seed))
    return found


def _together(run: Evidence, seed: int) -> float | None:
    found = standings(run, seed).values()
    value = spearman([then for then, _, _ in found], [(own, -t_gen) for _, own, t_gen in found])
    return None if isnan(value) else value


def _best(run: Evidence, seed: int) -> float | None:
    """How long after t_gen(base) the mask of the best ticket is from."""
    found = standings(run, seed)
    if not found:
        return None
    best = max(found, key=lambda step: (found[step][1], -found[step][2]))
    base = run.t_gen(BASE, seed)
    return best - base


def _earliest(run: Evidence, seed: int) -> float | None:
    """The first mask whose ticket generalises in t_gen(base) steps, over t_gen(base)."""
    base = run.t_gen(BASE, seed)
    steps = [step for step, (_, _, t_gen) in standings(run, seed).items() if t_gen <= base]
    return min(steps) / base if steps else None


def rates(preset: str) -> Rule:
    """F4b: k .5 and .7 halve the delay; .9 takes three times as long as .7, or never arrives."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        base = run.times(BASE, "t_gen", "base")
        times = of_rates(run, "t_gen", "")
        checks = [
            at_most_half(times[0.5], base),
            at_most_half(times[0.7], base),
            at_least(times[0.9], 3, times[0.7]),
        ]
        return judged(checks, [base, *(times[rate] for rate in (0.7, 0.9, 0.5, 0.3, 0.1))])

    return rule


UNDECAYED = "dense-no-decay"


def without_decay(preset: str) -> Rule:
    """F17a: without decay the base never arrives, a band of rates does, and too few weights do
    not."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        base = run.times(UNDECAYED, "t_gen", "base without decay")
        times = of_rates(run, "t_gen", "", decays=False)
        band = [rate for rate, one in times.items() if isfinite(one.median)]
        checks = [not_reached(base), _some(band, times)]
        checks += [not_reached(one) for rate, one in times.items() if rate >= TOO_MANY]
        best = f"k* {_or_none(max(band, default=None))}"
        return judged(checks, [base, best, f"k that reach P: {_list(band)}", *times.values()])

    return rule


def _some(band: list[float], times: Mapping[float, Quantity]) -> Check:
    """Whether a rate in the range generalises; that none did in its steps contradicts nothing."""
    low, high = FREE_RATES
    inside = [rate for rate in band if low <= rate <= high]
    text = f"{len(inside)} of the rates from {number(low)} to {number(high)} reach P"
    seeds = min((len(one.known) for one in times.values()), default=0)
    return fact(text, holds=True if inside else None, seeds=seeds)


def best_without_decay(preset: str) -> Rule:
    """F17b: at k* and without decay, half the steps of the base with decay, and it stays there."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        base = run.times(BASE, "t_gen", "base, decay 1")
        times = of_rates(run, "t_gen", "without decay", decays=False)
        best = largest(times)
        if best is None:
            return judged([fact("no k reaches P without decay", holds=None)], [base])
        arm = tickets(run, decays=False)[best]
        final = run.of(arm, "its last test accuracy", metric("test_accuracy"))
        checks = [at_most_half(times[best], base), no_less_than(final, GENERALISED)]
        return judged(checks, [base, times[best], final])

    return rule


def largest(times: Mapping[float, Quantity]) -> float | None:
    """k*: the largest rate whose median reaches P."""
    return max((rate for rate, one in times.items() if one.median < inf), default=None)


def _or_none(rate: float | None) -> str:
    return "none" if rate is None else number(rate)


def _list(found: list[float]) -> str:
    return ", ".join(map(number, found)) or "none"
