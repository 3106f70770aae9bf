"""Which ink and which pattern each arm of a configuration has.

A ticket and the dense arm that it is compared with share a hue, the dense one dim; every other arm
has a hue of its own. Where hues run out, and where there are none, lines differ in their pattern.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor.inks import HUES, role
from grok_tui.monitor.roles import baselines, recipe_role
from grok_tui.monitor.traces import LINES

if TYPE_CHECKING:
    from grok_tui.monitor.dots import Pattern
    from grok_tui.protocol.config import Config


@dataclass(frozen=True)
class Look:
    """How an arm is drawn."""

    role: int
    pattern: Pattern
    """Among all that have its colour."""


def looks(config: Config) -> dict[str, Look]:
    """The look of each arm, by name."""
    dense = partners(config)
    hues: dict[str, int] = {}
    for arm in config.arms:
        if arm.name not in hues:
            hues[arm.name] = len(set(hues.values()))
            # the ticket may stand before its dense arm or after it
            paired = [ticket for ticket, name in dense.items() if name == arm.name]
            for other in [*paired, *filter(None, [dense.get(arm.name)])]:
                hues[other] = hues[arm.name]
    dim = frozenset(dense.values())
    return {
        arm.name: Look(
            role(hues[arm.name], dim=arm.name in dim),
            LINES[hues[arm.name] // HUES % len(LINES)],
        )
        for arm in config.arms
    }


def partners(config: Config) -> dict[str, str]:
    """The dense arm of each pair, by its ticket.

    The ticket is the first whose mask is taken when the dense arm has generalised, else the first.
    """
    bases = baselines(config)
    found: dict[str, str] = {}
    for arm in config.arms:
        if recipe_role(config, arm) != "dense":
            continue
        tickets = [
            other
            for other in config.arms
            if recipe_role(config, other) == "ticket" and bases.get(other.name) == arm.name
        ]
        late = [other for other in tickets if other.mask_from.at == "generalised"]
        for ticket in [*late, *tickets][:1]:
            found[ticket.name] = arm.name
    return found
