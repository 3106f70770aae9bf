"""The charts of a run as text, as wide as the terminal."""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import TYPE_CHECKING, NamedTuple

from grok_tui.cli.lines import say
from grok_tui.errors import RunError, UsageError
from grok_tui.monitor.charts import Chart, explained, moment
from grok_tui.monitor.figures import to_ascii, to_text
from grok_tui.monitor.inks import letter, palette
from grok_tui.monitor.plots import METRIC_PLOTS, plots, waiting_for
from grok_tui.monitor.settings import Settings
from grok_tui.monitor.svg import to_svg
from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grok_tui.monitor.figures import Cell, Grid
    from grok_tui.monitor.history import History
    from grok_tui.monitor.plots import Choice, Plot
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.config import Config

    Lines = Iterator[str]

MAX_WIDTH = 160
_SIZE = re.compile(r"^(\d{1,3})x(\d{1,3})$")
LEAST, MOST = (20, 6), (400, 120)
"""Columns and rows of a chart."""


class Piece(NamedTuple):
    """One chart under its title."""

    title: str
    grid: Grid
    """Empty: there is nothing to draw."""
    reason: str = ""
    """Why there is not."""


def sized(text: str) -> tuple[int, int]:
    """Columns and rows of a chart as they were typed, or as the terminal has room for.

    Raises UsageError.
    """
    if not text:
        width, rows = shutil.get_terminal_size()
        return min(width, MAX_WIDTH), max(10, min(20, rows // 2))
    found = _SIZE.match(text)
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(low <= one <= high for low, one, high in zip(LEAST, size, MOST, strict=True)):
        raise UsageError(f"--size {text[:40]}: expected COLUMNSxROWS, 20x6 to 400x120")
    return size


def charts(view: View, *, log_x: bool = True, only: Sequence[str] = (), size: str = "") -> Lines:
    """The metrics of the run, each under its title, or `only` some of all that it has.

    `only` names plots (loss), probes with all their parts (fourier-entropy), or one part
    (fourier-entropy/in). Raises RunError: the configuration is unreadable, or there is no such
    plot; UsageError: that is no size.
    """
    found = pieces(view, log_x, only, sized(size))
    yield from _head(view)
    for piece in found:
        yield from ("", piece.title)
        if piece.reason:
            yield piece.reason
        else:
            grid = piece.grid if in_unicode() else to_ascii(piece.grid)
            yield to_text(grid, palette() if in_colour() else ())
    probes = " ".join(plot.name for plot in plots(*_readable(view))[len(METRIC_PLOTS) :])
    if probes and not only:
        yield ""
        yield safe(f"--only NAME draws a probe: {probes}", 800)


def picture(view: View, *, log_x: bool = True, only: Sequence[str] = (), size: str = "") -> str:
    """The same as an SVG, on white. Raises RunError, UsageError."""
    head = [*_head(view)]
    grid: Grid = []
    for piece in pieces(view, log_x, only, sized(size)):
        grid += [[], _words(piece.title)]
        grid += [_words(piece.reason)] if piece.reason else piece.grid
    return to_svg(grid, head[0], heading=head)


def _words(text: str) -> list[Cell]:
    return [(character, None) for character in text]


def write(text: str, path: Path) -> None:
    """Write a picture, and say where. Raises UsageError if that cannot be."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
    say(f"picture in {path}")


def _head(view: View) -> Lines:
    """The title of the run, and the letters of its arms."""
    config, _ = _readable(view)
    yield safe(config.title)
    yield safe(
        "  ".join(f"{letter(index)} {arm.name}" for index, arm in enumerate(config.arms)), 800
    )


def _readable(view: View) -> tuple[Config, History]:
    """The parts of a view that a chart is made of. Raises RunError."""
    if view.config is None:
        raise RunError(f"{view.run.id}: {view.problem}")
    return view.config, view.history


def pieces(view: View, log_x: bool, only: Sequence[str], size: tuple[int, int]) -> list[Piece]:
    """The charts that are asked for, drawn. Raises RunError."""
    wanted = _chosen(view.run.id, plots(*_readable(view)), only)
    return [_one(view, (plot, choice), log_x, size) for plot, choice in wanted]


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


def _one(view: View, shown: tuple[Plot, Choice], log_x: bool, size: tuple[int, int]) -> Piece:
    """One chart under its title; in place of one that has nothing to show, why."""
    plot, choice = shown
    config, history = _readable(view)
    parts = [f"{plot.title} {choice.label}".strip()]
    if choice.legend:
        parts.append(f"dashed: {choice.legend.split()[-1]}")
    if len(config.seeds) > 1 and choice.kind == "steps":
        parts.append(f"mean and range of {len(config.seeds)} seeds")
    else:
        parts.append(f"seed {config.seeds[0]}")
    parts += [moment(choice, config, history), explained(choice, config, history)]
    title = safe(", ".join(filter(None, parts)))
    reason = waiting_for(view, plot, choice)
    if reason:
        return Piece(title, [], safe(reason))
    settings = Settings(log_x=log_x and choice.kind == "steps", log_y=plot.log_y)
    return Piece(title, Chart(choice).draw(config, history, size, settings))


def in_colour() -> bool:
    """Whether stdout is a terminal that shows colours, to a user who wants them."""
    terminal = os.environ.get("TERM", "")
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and terminal not in ("", "dumb")


def in_unicode() -> bool:
    """Whether stdout takes every character."""
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
