"""What the marks of heat maps say in words, with how many places have them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from grok_tui.monitor.axes import short
from grok_tui.monitor.sweeps.design import shown
from grok_tui.monitor.sweeps.heat import LABELS
from grok_tui.monitor.text import safe
from grok_tui.monitor.wording import percent, ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.sweeps.heat import Heat, HeatCell, Mark, Measure

WORDS: dict[Mark, str] = {
    "never": "not reached",
    "some": "reached, but not by all seeds",
    "waiting": "nothing has come yet",
    "unavailable": "masks or weights never came",
    "nothing": "no such cell",
}
"""What each mark says; a value needs no words."""
TRAINED = "of the seeds alone whose masks or weights came"
"""What the mark of some seeds says where shares are shown."""


def written(value: float, measure: Measure) -> str:
    """A value of a map in a few characters."""
    if measure == "share":
        return percent(value)
    return ratio(value) if measure == "tau_grok" else f"{value:.0f}"


def end(value: float, measure: Measure) -> str:
    """An end of a scale."""
    return percent(value) if measure == "share" else short(value)


def counted(heats: Sequence[Heat]) -> list[tuple[Mark, str]]:
    """The marks that stand in these maps, each with its words and how many places have it."""
    counts = [Counter(cell.mark for cell in one.each()) for one in heats]
    found: list[tuple[Mark, str]] = []
    for mark in WORDS:
        told = _places(heats, [count[mark] for count in counts])
        if told:
            words = _words(mark, heats[0].measure)
            budget = _budget(heats) if mark == "never" else ""
            found.append((mark, f"{words}{budget}: {told}"))
    return found


def _words(mark: Mark, measure: Measure) -> str:
    return TRAINED if mark == "some" and measure == "share" else WORDS[mark]


def unsettled(heats: Sequence[Heat]) -> str:
    """How many places have a value that may still change; empty if none."""
    some = [
        sum(cell.value is not None and cell.pending > 0 for cell in one.each()) for one in heats
    ]
    told = _places(heats, some)
    return f"some seeds have not ended: {told}" if told else ""


def _places(heats: Sequence[Heat], counts: Sequence[int]) -> str:
    """So many of the places of each map; empty if none."""
    if not any(counts):
        return ""
    return ", ".join(
        f"{safe(one.arm, 40)} {count} of {len(one.xs) * len(one.ys)}"
        for one, count in zip(heats, counts, strict=True)
    )


def _budget(heats: Sequence[Heat]) -> str:
    """In how many steps places were not reached."""
    steps = [cell.budget for one in heats for cell in one.each() if cell.mark == "never"]
    low, high = min(steps), max(steps)
    return f" in {low} steps" if low == high else f" in {low} to {high} steps"


def heading(heat: Heat) -> str:
    """What a map shows, of which cells."""
    middle = "" if heat.measure == "share" else ", median over seeds"
    held = "".join(f", {safe(name, 60)} {shown(value)}" for name, value in heat.at.items())
    return f"{LABELS[heat.measure]}{middle}{held}"


def told(cell: HeatCell) -> str:
    """A place in words: its value, its mark, and the lanes behind it."""
    value = "" if cell.value is None else written(cell.value, cell.measure)
    every = cell.reached + cell.missed + cell.pending
    lanes = f"{cell.reached} of {every + cell.unavailable} lanes" if every else ""
    words = "" if cell.mark == "value" else _words(cell.mark, cell.measure)
    return ", ".join(filter(None, (value, words, lanes)))
