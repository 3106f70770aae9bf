"""The paper that pictures are drawn on: sizes, colours, axes, and the same bytes every time.

Colours are those of Okabe and Ito, which colour-blind readers can tell apart; every line has a
letter as well. Dense and its ticket share a hue: the ticket is dark and wide, dense light and thin.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

    Panel = Callable[[Axes], None]

BLUE, SKY = "#0072B2", "#56B4E9"
VERMILLION, ORANGE, GREEN, PURPLE, GREY, BLACK = (
    "#D55E00",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#7F7F7F",
    "#000000",
)
HUES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, GREY, BLACK, SKY)
SETTINGS: Any = {
    "svg.hashsalt": "grok-tui",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "legend.fontsize": 8,
    "text.parse_math": False,
}
NARROW = 100.0
"""A logarithm with a smaller ratio of its ends has more numbers than the powers of ten."""
WIDTH, HEIGHT = 4.2, 3.0
"""Of one panel, in inches."""


@dataclass(frozen=True)
class Ink:
    """How a line is drawn."""

    colour: str
    width: float = 1.4
    dash: str = "-"


TICKET, DENSE = Ink(BLUE, 2.2), Ink(SKY, 1.4)
INKS = {
    "dense": DENSE,
    "grokked-ticket": TICKET,
    "controlled-dense-l1": Ink(VERMILLION),
    "controlled-dense-l2": Ink(ORANGE),
    "random-mask": Ink(GREY),
    "random-mask-by-layer": Ink(GREY, dash="-."),
    "shuffled-mask": Ink(BLACK, dash=":"),
    "snip": Ink(GREEN),
    "grasp": Ink(PURPLE),
    "synflow": Ink(VERMILLION, dash="-."),
}


def ink(arm: str, index: int = 0) -> Ink:
    """The ink of an arm; of one that has none of its own by its place."""
    dash = "-" if index < len(HUES) else "-."
    return INKS.get(arm, Ink(HUES[index % len(HUES)], dash=dash))


def drawn(panels: Sequence[Panel], columns: int) -> bytes:
    """An SVG picture of panels, so many beside each other; equal bytes for equal numbers."""
    rows = -(-len(panels) // columns)
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(WIDTH * columns, HEIGHT * rows), layout="constrained")
        FigureCanvasSVG(figure)
        places = list(figure.subplots(rows, columns, squeeze=False).flat)
        for panel, axes in zip(panels, places, strict=False):
            panel(axes)
        for axes in places[len(panels) :]:
            axes.remove()
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": "grok-tui"})
    return out.getvalue()


def steps_axis(axes: Axes, title: str, label: str) -> None:
    """Steps on a logarithm, a title, and what the height is."""
    axes.set_xscale("symlog", linthresh=10)
    axes.set_xlim(left=0)
    _plain(axes.xaxis)
    axes.set_xlabel("step")
    axes.set_ylabel(label)
    axes.set_title(safe(title, 90))


def log_across(axes: Axes) -> None:
    """A logarithm below, if there is anything that has one."""
    if isfinite(axes.dataLim.minposx):
        axes.set_xscale("log")
        _narrow(axes.xaxis)


def log_upwards(axes: Axes) -> None:
    """The same at the side."""
    if isfinite(axes.dataLim.minposy):
        axes.set_yscale("log")
        _narrow(axes.yaxis)


def _plain(axis: Axis) -> None:
    """Numbers without powers of ten: markup is off, and would stand there as it is."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    axis.set_minor_formatter(NullFormatter())


def _narrow(axis: Axis) -> None:
    """The same, of a logarithm; of less than two powers of ten with numbers between them."""
    low, high = axis.get_data_interval()
    if low > 0 and high < NARROW * low:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    _plain(axis)


def tick(value: float) -> str:
    """A number below an axis: 0, 10, 2k, 0.1, 1e-06."""
    return f"{value / 1000:g}k" if abs(value) >= 1000 else f"{value:g}"


def legend(axes: Axes) -> None:
    """What each letter is."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="best", handlelength=2.2)
