"""Rules about the delay: what removes it, and what does not (F1, F2, F5, the images of F10)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import inf, isfinite, isnan
from typing import TYPE_CHECKING

from grok_tui.monitor.reproduction.evidence import Evidence, Quantity, first_below, median
from grok_tui.monitor.reproduction.rules import (
    Check,
    at_least,
    at_most,
    at_most_half,
    fact,
    judged,
    less,
    less_in_every_seed,
    no_more_than,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grok_tui.monitor.history import LaneHistory
    from grok_tui.monitor.reproduction.evidence import Runs
    from grok_tui.monitor.reproduction.rules import Finding

    Rule = Callable[[Runs], Finding]

BASE = "dense"
TICKET = "grokked-ticket"
NORM_CONTROLS = ("controlled-dense-l1", "controlled-dense-l2")
AT_INITIALISATION = ("random-mask", "snip", "grasp", "synflow")
MASKS = ("random-mask", "random-mask-by-layer", "shuffled-mask", "snip", "grasp", "synflow")
"""As many weights as the ticket, in masks that no training made."""
SAME_NORM = 1e-6
SMALL_LOSS = 0.1
CHANCE = 0.05
"""Test accuracy that a random table must not exceed; chance is 1/67."""
PUBLISHED_DIMENSION = 40
"""Of the regression."""
TRANSITION = 0.6
"""Share of the base's t_gen at which v1 took its early mask."""


def removed(preset: str) -> Rule:
    """F1, F2a, F10: the ticket generalises in half the steps of the base, in every seed."""

    def rule(runs: Runs) -> Finding:
        return judged(*_removed(runs[preset]))

    return rule


def _removed(run: Evidence, of: str = "") -> tuple[list[Check], list[Quantity]]:
    base, ticket = (
        run.times(arm, "t_gen", f"{of}{name} t_gen")
        for arm, name in ((BASE, "base"), (TICKET, "ticket"))
    )
    slow, quick = (
        run.times(arm, "tau_grok", f"{of}{name} tau")
        for arm, name in ((BASE, "base"), (TICKET, "ticket"))
    )
    checks = [
        at_most_half(ticket, base),
        at_most_half(quick, slow),
        less_in_every_seed(ticket, base),
    ]
    return checks, [base, ticket, slow, quick]


def transition(preset: str) -> Rule:
    """F1-v1: a mask from about .6 t_gen(base) needs twice the grokked ticket's steps."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        names = early_tickets(run)
        early = run.over_seeds("ticket of .6 t_gen(base), t_gen", lambda seed: _early(run, seed))
        early = replace(early, budget=max(run.times(arm, "t_gen").budget for arm in names))
        ticket = run.times(TICKET, "t_gen", "grokked ticket t_gen")
        return judged([at_least(early, 2, ticket)], [early, ticket])

    return rule


def early_tickets(run: Evidence) -> list[str]:
    """The tickets whose mask is of a fixed step of the base."""
    return [arm.name for arm in run.arms(lambda arm: isinstance(arm.mask_from.at, int))]


def nearest_early_ticket(run: Evidence, seed: int) -> str | None:
    """The ticket whose mask is from nearest to .6 t_gen(base); None if the base has none."""
    base = run.lane(BASE, seed)
    if base is None or base.t_gen is None:
        return None
    wanted = TRANSITION * base.t_gen
    steps = {name: mask_step(run, name, seed) for name in early_tickets(run)}
    known = {name: step for name, step in steps.items() if step is not None}
    return min(known, key=lambda name: abs(known[name] - wanted), default=None)


def mask_step(run: Evidence, arm: str, seed: int) -> int | None:
    """The step of the base at which the mask of a lane was read."""
    lane = run.lane(arm, seed)
    return lane.start.mask_step if lane is not None and lane.start is not None else None


def _early(run: Evidence, seed: int) -> float | None:
    name = nearest_early_ticket(run, seed)
    return None if name is None else run.t_gen(name, seed)


def hypotheses(preset: str) -> Rule:
    """F1-right: norm and sparsity are rejected, structure is what is left."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        ticket = run.times(TICKET, "t_gen")
        controls = [run.times(arm, "t_gen") for arm in NORM_CONTROLS]
        masks = [run.times(arm, "t_gen") for arm in MASKS]
        norm = [at_least(one, 2, ticket) for one in controls]
        sparsity = [at_least(one, 2, ticket) for one in masks]
        words = [_verdict("norm", norm), _verdict("sparsity", sparsity)]
        return judged([*norm, *sparsity], [*words, ticket, *controls, *masks])

    return rule


def _verdict(hypothesis: str, checks: Sequence[Check]) -> str:
    return f"{hypothesis} {'rejected' if all(check.holds for check in checks) else 'not rejected'}"


def same_norm(preset: str) -> Rule:
    """F5a: dense networks at the ticket's norm need at least twice its steps."""

    def rule(runs: Runs) -> Finding:
        return judged(*_same_norm(runs[preset]))

    return rule


def _same_norm(run: Evidence) -> tuple[list[Check], list[Quantity]]:
    ticket = run.times(TICKET, "t_gen")
    controls = [run.times(arm, "t_gen") for arm in NORM_CONTROLS]
    ratios = [run.of(TICKET, f"r_{p}", partial(_norm, p=p)) for p in (1, 2)]
    checks = [_norms_agree(run), *(at_most_half(ticket, control) for control in controls)]
    return checks, [ticket, *controls, *ratios]


def _norm(lane: LaneHistory, p: int) -> float | None:
    """Initial norm of a lane, as a share of that of the dense weights."""
    if lane.start is None:
        return None
    return lane.start.l1_ratio if p == 1 else lane.start.l2_ratio


def _norms_agree(run: Evidence) -> Check:
    """Whether each control starts at the norm of the ticket, in every seed that has one."""
    apart = []
    for p, arm in enumerate(NORM_CONTROLS, 1):
        ours, theirs = (run.of(name, name, partial(_norm, p=p)) for name in (arm, TICKET))
        pairs = zip(ours.values, theirs.values, strict=True)
        apart += [abs(one - other) / other for one, other in pairs if not isnan(one - other)]
    if not apart:
        return fact("no initial norms", holds=None, seeds=0)
    text = f"initial norms agree to {max(apart):.1g}"
    return fact(text, holds=max(apart) <= SAME_NORM, seeds=len(apart) // len(NORM_CONTROLS))


def at_initialisation(preset: str) -> Rule:
    """F5b, F14: no mask made at initialisation beats the base; all need five times the ticket."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        base, ticket = run.times(BASE, "t_gen", "base"), run.times(TICKET, "t_gen", "ticket")
        masks = [run.times(arm, "t_gen") for arm in AT_INITIALISATION]
        checks = [at_least(one, 1, base) for one in masks]
        checks += [at_least(one, 5, ticket) for one in masks]
        return judged(checks, [base, ticket, *masks])

    return rule


def transformer(preset: str) -> Rule:
    """F2b, F10, F11, F13, F16: F1 and F5a of the transformer, and its test loss."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        delay, numbers = _removed(run)
        norm, others = _same_norm(run)
        losses = [_small_loss(run, arm) for arm in (TICKET, BASE)]
        checks = [*delay, *norm, less(*losses)]
        return judged(checks, [*numbers, *others[1:3], *losses])

    return rule


def _small_loss(run: Evidence, arm: str) -> Quantity:
    found = run.of(arm, f"{arm} test loss below .1 at", first_below("test_loss", SMALL_LOSS))
    pairs = zip(run.lanes(arm), found.values, strict=True)
    missed = [lane.step for lane, value in pairs if lane is not None and value == inf]
    return replace(found, budget=min(missed, default=0))


def operations(named: dict[str, str], table: str) -> Rule:
    """F2c: F1 for every operation whose base groks; a random table is never generalised.

    `named`: the operation of each preset.
    """

    def rule(runs: Runs) -> Finding:
        checks: list[Check] = []
        numbers: list[Quantity | str] = []
        groks = 0
        for preset, name in named.items():
            own, quantities = _removed(runs[preset], f"{name}: ")
            numbers += quantities[:2]
            if isfinite(quantities[0].median):
                groks += 1
                checks += own
        text = f"the base of {groks} of {len(named)} operations generalises"
        checks.insert(0, fact(text, holds=True if groks else None))
        best = runs[table].over_seeds("random table, best test accuracy", _best(runs[table]))
        return judged([*checks, no_more_than(best, CHANCE)], [*numbers, best])

    return rule


def _best(run: Evidence) -> Callable[[int], float | None]:
    """The highest test accuracy of a seed in any arm."""

    def number(seed: int) -> float | None:
        lanes = (run.lane(arm.name, seed) for arm in run.config.arms)
        values = [max(lane.metrics["test_accuracy"]) for lane in lanes if lane and lane.steps]
        return max(values, default=None)

    return number


def regression(preset: str, shares: dict[str, float]) -> Rule:
    """F2d: `quicker`; the published size does not generalise, of it numbers are reported."""
    judge = quicker(preset, shares)

    def rule(runs: Runs) -> Finding:
        found = judge(runs)
        published = getattr(runs[preset].config.task, "dimension", None) == PUBLISHED_DIMENSION
        return told(found.numbers) if published else found

    return rule


def quicker(preset: str, shares: dict[str, float]) -> Rule:
    """F2e: each of these tickets needs at most a share of the base's steps."""

    def rule(runs: Runs) -> Finding:
        run = runs[preset]
        base = run.times(BASE, "t_gen", "base")
        tickets = {arm: run.times(arm, "t_gen") for arm in shares}
        checks = [at_most(tickets[arm], share, base) for arm, share in shares.items()]
        ratios = [
            f"{arm}/base {median(ratio):.2f}"
            for arm in shares
            if (ratio := _ratios(tickets[arm], base))
        ]
        return judged(checks, [base, *tickets.values(), *ratios])

    return rule


def _ratios(ticket: Quantity, base: Quantity) -> list[float]:
    """Of the seeds in which both were reached."""
    pairs = zip(ticket.values, base.values, strict=True)
    return [low / max(1, high) for low, high in pairs if isfinite(low + high)]
