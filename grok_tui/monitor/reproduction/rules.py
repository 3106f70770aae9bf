"""What a claim's rule is made of: comparisons of medians over seeds, and what they come to.

Reproduced: every comparison holds. Contradicted: of one, the opposite holds with both sides known.
Undecided: anything else, and any rule on fewer seeds than a median wants. What was not reached in
the steps that were trained counts as infinitely late; but an infinity alone contradicts nothing,
and is later only than what the steps that were trained would have shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import fsum, isfinite, isnan, nan, sqrt
from typing import TYPE_CHECKING, Literal

from grok_tui.monitor.reproduction.evidence import Quantity, number

if TYPE_CHECKING:
    from collections.abc import Sequence

Status = Literal["reproduced", "contradicted", "undecided", "report only"]
FEWEST_SEEDS = 3


@dataclass(frozen=True)
class Check:
    """One comparison: in words, whether it holds, and whether its opposite does."""

    text: str
    holds: bool
    opposed: bool = False
    """The opposite holds, and both sides were reached."""
    seeds: int = FEWEST_SEEDS
    """How many it rests on."""


@dataclass(frozen=True)
class Finding:
    """What came of a row: its status, its comparisons, and our numbers."""

    status: Status
    numbers: tuple[str, ...]
    checks: tuple[Check, ...] = ()
    problem: str = ""
    """Why there is no more: a run that is missing or failed."""


def judged(checks: Sequence[Check], numbers: Sequence[Quantity | str]) -> Finding:
    """The finding that these comparisons come to, with our numbers in words, each once."""
    said = (one if isinstance(one, str) else one.line for one in numbers)
    words = tuple(dict.fromkeys(said))
    status: Status = "undecided"
    if any(check.seeds < FEWEST_SEEDS for check in checks):
        return Finding(status, words, tuple(checks), f"fewer than {FEWEST_SEEDS} seeds")
    if checks and all(check.holds for check in checks):
        status = "reproduced"
    elif any(check.opposed for check in checks):
        status = "contradicted"
    return Finding(status, words, tuple(checks))


def told(numbers: Sequence[Quantity | str]) -> Finding:
    """Numbers for which there is no rule."""
    return Finding("report only", judged((), numbers).numbers)


def at_most(left: Quantity, factor: float, right: Quantity) -> Check:
    """med left <= factor x med right."""
    low, high = left.median, factor * right.median
    text = f"{left.label} {left.brief} <= {_times(factor)}{right.label} {right.brief}"
    holds = isfinite(low) and low <= high and _is_past(right, low / factor)
    return _compared(text, left, right, holds=holds, opposed=low > high)


def at_most_half(left: Quantity, right: Quantity) -> Check:
    """med left <= .5 x med right."""
    return at_most(left, 0.5, right)


def at_least(left: Quantity, factor: float, right: Quantity) -> Check:
    """med left >= factor x med right."""
    high, low = left.median, factor * right.median
    text = f"{left.label} {left.brief} >= {_times(factor)}{right.label} {right.brief}"
    holds = isfinite(low) and high >= low and _is_past(left, low)
    return _compared(text, left, right, holds=holds, opposed=high < low)


def less(left: Quantity, right: Quantity) -> Check:
    """med left < med right."""
    low, high = left.median, right.median
    text = f"{left.label} {left.brief} < {right.label} {right.brief}"
    holds = isfinite(low) and low < high and _is_past(right, low)
    return _compared(text, left, right, holds=holds, opposed=low >= high)


def less_in_every_seed(left: Quantity, right: Quantity) -> Check:
    """left < right, seed by seed; the opposite is that of the medians."""
    pairs = list(zip(left.values, right.values, strict=True))
    good = sum(isfinite(low) and low < high for low, high in pairs)
    opposite = less(left, right)
    text = f"{left.label} < {right.label} in {good} of {len(pairs)} seeds"
    return Check(text, good == len(pairs), opposite.opposed, opposite.seeds)


def no_more_than(quantity: Quantity, limit: float) -> Check:
    """med <= a number."""
    return _limited(quantity, f"<= {number(limit)}", quantity.median <= limit)


def no_less_than(quantity: Quantity, limit: float) -> Check:
    """med >= a number, and reached."""
    return _limited(quantity, f">= {number(limit)}", quantity.median >= limit)


def not_reached(quantity: Quantity) -> Check:
    """The median was not reached."""
    missed = quantity.median == float("inf")
    text = f"{quantity.label} {quantity.brief}: not reached"
    return Check(text, missed, isfinite(quantity.median), len(quantity.known))


def in_order(quantities: Sequence[Quantity]) -> Check:
    """Medians that never fall from one to the next; infinity is not before anything."""
    pairs = list(pairwise(quantities))
    holds = all(isfinite(one.median) and one.median <= two.median for one, two in pairs)
    opposed = any(
        isfinite(one.median) and isfinite(two.median) and one.median > two.median
        for one, two in pairs
    )
    text = " <= ".join(f"{one.label} {one.brief}" for one in quantities)
    return Check(text, holds, opposed, min((len(one.known) for one in quantities), default=0))


def fact(text: str, *, holds: bool | None, seeds: int = FEWEST_SEEDS) -> Check:
    """Something that is so or is not; None: it cannot be told."""
    return Check(text, holds is True, holds is False, seeds)


def spearman(xs: Sequence[object], ys: Sequence[object]) -> float:
    """Rank correlation, equal values sharing the mean of their ranks; nan where one side is all
    equal or there are fewer than two values. Values are anything with an order."""
    first, second = _ranks(xs), _ranks(ys)
    count = len(first)
    if count < 2 or count != len(second):
        return nan
    mean = (count + 1) / 2
    product = fsum((a - mean) * (b - mean) for a, b in zip(first, second, strict=True))
    scale = sqrt(fsum((a - mean) ** 2 for a in first) * fsum((b - mean) ** 2 for b in second))
    return product / scale if scale else nan


def _ranks(values: Sequence[object]) -> list[float]:
    """Ranks from 1, of equal values their mean."""
    order = sorted(range(len(values)), key=lambda index: values[index])  # type: ignore[arg-type,return-value]
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for index in order[start:end]:
            ranks[index] = (start + 1 + end) / 2
        start = end
    return ranks


def _times(factor: float) -> str:
    return "" if factor == 1 else f"{number(factor)} x "


def _is_past(late: Quantity, step: float) -> bool:
    """Whether what was not reached was looked for up to this step."""
    return isfinite(late.median) or not late.budget or late.budget >= step


def _compared(text: str, left: Quantity, right: Quantity, *, holds: bool, opposed: bool) -> Check:
    both = isfinite(left.median) and isfinite(right.median)
    pairs = zip(left.values, right.values, strict=True)
    seeds = sum(not isnan(one) and not isnan(other) for one, other in pairs)
    return Check(text, holds, both and opposed, seeds)


def _limited(quantity: Quantity, words: str, holds: bool) -> Check:
    known = isfinite(quantity.median)
    text = f"{quantity.label} {quantity.brief} {words}"
    return Check(text, known and holds, known and not holds, len(quantity.known))
