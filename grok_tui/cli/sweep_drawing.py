"""A sweep over two of its axes: as text, as wide as the terminal, or as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from grok_tui.cli.drawing import in_colour, in_unicode, sized
from grok_tui.errors import UsageError
from grok_tui.monitor import paints
from grok_tui.monitor.figures import to_ascii, to_text
from grok_tui.monitor.inks import palette
from grok_tui.monitor.sweeps.heat import MEASURES, fixed, heat, scale
from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.sweeps.heat import Heat
    from grok_tui.monitor.sweeps.results import Board


class Over(NamedTuple):
    """What is to be drawn, as it was typed."""

    measure: str = "t_gen"
    arms: Sequence[str] = ()
    """None: all."""
    x: str = ""
    y: str = ""
    """Empty: the first axis across, the second up."""
    at: Sequence[str] = ()
    """Axes that are held, as rate=0.4."""


def maps(board: Board, over: Over) -> list[Heat]:
    """A map for each arm. Raises UsageError."""
    measure = next((one for one in MEASURES if one == over.measure), None)
    if measure is None:
        raise UsageError(f"--measure {over.measure[:40]}: expected {', '.join(MEASURES)}")
    at = dict(fixed(board, text) for text in over.at)
    x, y = _axes(board, over, set(at))
    arms = over.arms or board.arms
    return [heat(board, arm, x, y, measure, at) for arm in arms]


def _axes(board: Board, over: Over, held: set[str]) -> tuple[str, str]:
    """Those that were typed; else the first that are free."""
    free = [name for name in board.axes if name not in held and name not in (over.x, over.y)]
    x = over.x or (free.pop(0) if free else "")
    return x, over.y or (free[0] if free else "")


def charts(board: Board, over: Over, size: str) -> Iterator[str]:
    """Each map under its name. Raises UsageError."""
    from grok_tui.monitor.sweeps.heatmap import heatmap

    found, room, colour = maps(board, over), sized(size), in_colour()
    axis = scale(found)
    arms = palette()
    inks = [*arms, *[0] * (paints.INK - len(arms)), *paints.colours()]
    yield safe(board.title, room[0])
    for one in found:
        grid = heatmap(one, axis, room, plain=not colour)
        yield ""
        yield to_text(grid if in_unicode() else to_ascii(grid), inks if colour else ())


def picture(board: Board, over: Over) -> str:
    """The maps side by side, as SVG. Raises UsageError."""
    from grok_tui.monitor.sweeps.diagram import diagram

    return diagram(maps(board, over), board.title)
