"""The charts of a run as text, as wide as the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from grok_tui.errors import RunError
from grok_tui.monitor.charts import Chart, explained, moment
from grok_tui.monitor.figures import to_ascii, to_text
from grok_tui.monitor.inks import letter, palette
from grok_tui.monitor.plots import METRIC_PLOTS, plots, waiting_for
from grok_tui.monitor.settings import Settings
from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.plots import Choice, Plot
    from grok_tui.monitor.watch import View

MAX_WIDTH = 160


def charts(view: View, *, log_x: bool = True, only: Sequence[str] = ()) -> Iterator[str]:
    """The metrics of the run, each under its title, or `only` some of all that it has.

    `only` names plots (loss), probes with all their parts (fourier-entropy), or one part
    (fourier-entropy/in). Raises RunError: the configuration is unreadable, or there is no such
    plot.
    """
    config = view.config
    if config is None:
        raise RunError(f"{view.run.id}: {view.problem}")
    available = plots(config, view.history)
    wanted = _chosen(view.run.id, available, only)
    yield safe(config.title)
    yield safe(
        "  ".join(f"{letter(index)} {arm.name}" for index, arm in enumerate(config.arms)), 800
    )
    for plot, choice in wanted:
        yield ""
        yield from _one(view, plot, choice, log_x)
    probes = " ".join(plot.name for plot in available[len(METRIC_PLOTS) :])
    if probes and not only:
        yield ""
        yield safe(f"--only NAME draws a probe: {probes}", 800)


def _chosen(run: str, available: Sequence[Plot], only: Sequence[str]) -> list[tuple[Plot, Choice]]:
    if not only:
        return [(plot, plot.choices[0]) for plot in available[: len(METRIC_PLOTS)]]
    found = []
    for name in only:
        matches = [
            (plot, choice)
            for plot in available
            for choice in plot.choices
            if name in (plot.name, plot.title, f"{plot.name}/{choice.label}")
        ]
        if not matches:
            names = ", ".join(plot.name for plot in available)
            raise RunError(safe(f"{run} has no plot {name}; expected one of {names}", 800))
        found += matches
    return found


def _one(view: View, plot: Plot, choice: Choice, log_x: bool) -> Iterator[str]:
    """One chart under its title; in place of one that has nothing to show, why."""
    config = view.config
    assert config is not None
    parts = [f"{plot.title} {choice.label}".strip()]
    if choice.legend:
        parts.append(f"dashed: {choice.legend.split()[-1]}")
    parts.append(f"seed {config.seeds[0]}")
    parts += [moment(choice, config, view.history), explained(choice, config, view.history)]
    yield safe(", ".join(filter(None, parts)))
    reason = waiting_for(view, plot, choice)
    if reason:
        yield safe(reason)
        return
    width, rows = shutil.get_terminal_size()
    size = (min(width, MAX_WIDTH), max(10, min(20, rows // 2)))
    settings = Settings(log_x=log_x and choice.kind == "steps", log_y=plot.log_y)
    grid = Chart(choice).draw(config, view.history, size, settings)
    yield to_text(grid if _in_unicode() else to_ascii(grid), palette() if _in_colour() else ())


def _in_colour() -> bool:
    terminal = os.environ.get("TERM", "")
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and terminal not in ("", "dumb")


def _in_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
