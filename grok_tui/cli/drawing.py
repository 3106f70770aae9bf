"""The charts of a run as text, as wide as the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from grok_tui.errors import RunError
from grok_tui.monitor.figures import to_ascii, to_text
from grok_tui.monitor.plots import PLOTS, Chart, letter, palette
from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.monitor.watch import View

MAX_WIDTH = 160


def charts(view: View, *, log_x: bool = True) -> Iterator[str]:
    """Every plot of the run under its title. Raises RunError if the configuration is unreadable."""
    config = view.config
    if config is None:
        raise RunError(f"{view.run.id}: {view.problem}")
    width, rows = shutil.get_terminal_size()
    size = (min(width, MAX_WIDTH), max(10, min(20, rows // 2)))
    inks = palette() if _in_colour() else ()
    yield safe(config.title)
    yield safe(
        "  ".join(f"{letter(index)} {arm.name}" for index, arm in enumerate(config.arms)), 800
    )
    for plot in PLOTS:
        grid = Chart(plot).draw(config, view.history, size, (log_x, plot.log_y))
        dashes = " (dashed: train)" if plot.dashed else ""
        yield ""
        yield f"{plot.title}{dashes}, seed {config.seeds[0]}"
        yield to_text(grid if _in_unicode() else to_ascii(grid), inks)


def _in_colour() -> bool:
    terminal = os.environ.get("TERM", "")
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and terminal not in ("", "dumb")


def _in_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
