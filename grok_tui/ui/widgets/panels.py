"""The charts that a run has, in pages of four, each with the settings that it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from grok_tui.monitor.charts import Chart
from grok_tui.monitor.plots import METRIC_PLOTS, Choice, Plot
from grok_tui.monitor.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.history import History
    from grok_tui.protocol.config import Config

PAGE = 4
"""Charts of a page."""


class Panel:
    """A plot, what it shows of its choices and on which axes; kept while others are shown."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self._chart = Chart(plot.choices[0])
        self._flipped: set[tuple[str, str]] = set()

    @property
    def choice(self) -> Choice:
        """What it shows: the first until another is asked for, wherever that stands by now."""
        return self.plot.choice(self._chart.choice.label)

    @property
    def place(self) -> int:
        """Where its choice stands among all, from 0."""
        return self.plot.choices.index(self.choice)

    @property
    def log_x(self) -> bool:
        """Whether its x axis is logarithmic: steps are, unless asked otherwise."""
        return (self.choice.kind == "steps") != (("x", self.choice.kind) in self._flipped)

    @property
    def log_y(self) -> bool:
        """Whether its y axis is logarithmic."""
        return self.plot.log_y != (("y", self.choice.kind) in self._flipped)

    def flip(self, axis: Literal["x", "y"]) -> None:
        """Log for plain, plain for log, for all choices that are drawn alike."""
        self._flipped ^= {(axis, self.choice.kind)}

    def turn(self, by: int) -> None:
        """Show the next choice, or the one before."""
        choices = self.plot.choices
        self._chart = Chart(choices[(self.place + by) % len(choices)])

    def draw(self, config: Config, history: History, size: tuple[int, int]) -> Grid:
        """The chart at this size; the same grid while nothing changed."""
        if self._chart.choice != self.choice:
            self._chart = Chart(self.choice)
        settings = Settings(log_x=self.log_x, log_y=self.log_y)
        return self._chart.draw(config, history, size, settings)


class Panels:
    """All of them, and which one keys act on."""

    def __init__(self) -> None:
        self._all = [Panel(plot) for plot in METRIC_PLOTS]
        self._chosen = 0

    @property
    def chosen(self) -> Panel:
        """The one that keys act on."""
        return self._all[self._chosen]

    @property
    def page(self) -> Sequence[Panel]:
        """The page that the chosen one is on."""
        start = self._chosen - self._chosen % PAGE
        return self._all[start : start + PAGE]

    @property
    def number(self) -> int:
        """That page's number, from 1."""
        return self._chosen // PAGE + 1

    @property
    def pages(self) -> int:
        """How many there are."""
        return -(-len(self._all) // PAGE)

    def take(self, plots: Sequence[Plot]) -> None:
        """These are the plots of the run by now; those that were there keep their settings."""
        known = {panel.plot.name: panel for panel in self._all}
        chosen = self.chosen.plot.name
        self._all = [known.get(plot.name) or Panel(plot) for plot in plots]
        for panel, plot in zip(self._all, plots, strict=True):
            panel.plot = plot
        names = [plot.name for plot in plots]
        self._chosen = names.index(chosen) if chosen in names else 0

    def move(self, by: int) -> None:
        """Choose the next one, or the one before."""
        self._chosen = (self._chosen + by) % len(self._all)

    def turn(self, by: int) -> None:
        """The next page, or the page before, with its first one chosen."""
        self._chosen = (self.number - 1 + by) % self.pages * PAGE
