"""How the numbers of a verdict are written in a cell: a milestone, a ratio, a share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.axes import short

if TYPE_CHECKING:
    from grok_tui.monitor.arms import Spread


def milestone(spread: Spread, *, brief: bool = False) -> str:
    """A milestone in a cell: 53 · 53 (50-178) · 53 (2/5) while seeds train · not in 5000 · not yet.

    `brief` leaves out the range and the number of steps; never is said where no seed came to it,
    and >5k where some did.
    """
    seeds = spread.reached + spread.missed + spread.pending
    if not seeds:
        return "-" if brief else "did not run"
    if not spread.reached and spread.pending:
        return "-" if brief else "not yet"
    if spread.median is None:
        some = f" ({spread.reached}/{seeds})" if spread.reached else ""
        if brief:
            return f">{short(spread.budget)}" if some else "never"
        return f"not in {spread.budget}{some}"
    middle = f"{spread.median:.0f}"
    if brief or seeds == 1:
        return middle
    if spread.pending:
        return f"{middle} ({spread.reached}/{seeds})"
    top = f"{spread.high:.0f}" if not spread.missed else "none"
    return f"{middle} ({spread.low:.0f}-{top})"


def ratio(value: float | None) -> str:
    """Three digits of a ratio, two behind the point at most."""
    if value is None:
        return "-"
    return f"{value:.2f}" if value < 1 else f"{value:.3g}" if value < 999.5 else f"{value:.0f}"


def percent(value: float | None) -> str:
    """Whole percents; 100 % is said of all and nothing less."""
    if value is None:
        return "-"
    return "100%" if value >= 1 else f"{min(99, round(max(0.0, value) * 100))}%"
