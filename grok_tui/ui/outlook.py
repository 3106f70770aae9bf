"""What the charts of a run share: x axis, window, cursor, band; changed by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from grok_tui.monitor.settings import QUANTITIES, Quantity, Range, Settings
from grok_tui.monitor.traces import BANDS, Band
from grok_tui.monitor.windows import following, panned, zoomed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.figures import Mark
    from grok_tui.ui.selection import Selection

Density = Literal[1, 2, 4, 6]
DENSITIES: tuple[Density, ...] = get_args(Density)
"""Charts of a page."""


class Outlook:
    """How all charts of a run are looked at. Windows and cursors are kept for each x quantity."""

    def __init__(self) -> None:
        self.x: Quantity = "step"
        self.windows: dict[Quantity, Range] = {}
        self.cursors: dict[Quantity, float] = {}
        self.follows = False
        self.band: Band = "min-max"
        self.dense = True
        self.density: Density = 4
        self.hues = True
        """Whether the terminal has colours."""
        self.notes: tuple[Mark, ...] = ()
        """Of those who watch, as they stand on the x axis."""

    @property
    def window(self) -> Range | None:
        """The part of the x axis that is shown; None: all of it."""
        return self.windows.get(self.x)

    @property
    def cursor(self) -> float | None:
        """Where values are read out."""
        return self.cursors.get(self.x)

    def show(self, window: Range | None) -> None:
        """Show this part of the x axis, without following."""
        self.follows = False
        self._show(window)

    def _show(self, window: Range | None) -> None:
        if window is None:
            self.windows.pop(self.x, None)
        else:
            self.windows[self.x] = window

    def point(self, at: float | None) -> None:
        """Put the cursor there, or take it away."""
        if at is None:
            self.cursors.clear()
        else:
            self.cursors[self.x] = at

    def zoom(self, whole: Axis, factor: float, about: float) -> None:
        """Show so many times as much as now, with what is at `about`, 0 to 1 across, in place."""
        self._show(zoomed(whole, self.window, factor, about))

    def pan(self, whole: Axis, share: float) -> None:
        """Move the window by a share of its width; it follows no more."""
        self.show(panned(whole, self.window, share))

    def follow(self, whole: Axis, newest: float) -> None:
        """Move the window on to what is newest, if it follows."""
        if self.follows:
            self._show(following(whole, self.window, newest))

    def turn_x(self) -> None:
        """The next quantity along the x axis."""
        self.x = QUANTITIES[(QUANTITIES.index(self.x) + 1) % len(QUANTITIES)]

    def turn_band(self) -> None:
        """The next way to draw several seeds."""
        self.band = BANDS[(BANDS.index(self.band) + 1) % len(BANDS)]

    def turn_density(self) -> None:
        """The next number of charts on a page."""
        self.density = DENSITIES[(DENSITIES.index(self.density) + 1) % len(DENSITIES)]

    def settings(self, own: Settings, selection: Selection) -> Settings:
        """The settings of a chart with what all charts share and which arms are drawn."""
        return Settings(
            log_x=own.log_x,
            log_y=own.log_y,
            x=self.x,
            smoothing=own.smoothing,
            window=self.window,
            limits=own.limits,
            band=self.band,
            hidden=selection.hidden,
            pinned=selection.pinned,
            dense=self.dense,
            cursor=self.cursor,
            hues=self.hues,
        )


def next_of(values: Sequence[float], now: float, by: int) -> float:
    """The value so many places further in a list, within it."""
    place = values.index(now) if now in values else 0
    return values[min(len(values) - 1, max(0, place + by))]
