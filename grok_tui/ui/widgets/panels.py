"""The charts that a run has, in pages, each with the settings that it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from grok_tui.monitor.charts import Chart, run_axis
from grok_tui.monitor.plots import METRIC_PLOTS, Choice, Plot
from grok_tui.monitor.settings import Settings
from grok_tui.monitor.smoothing import WEIGHTS
from grok_tui.ui.outlook import Outlook, next_of
from grok_tui.ui.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.history import History
    from grok_tui.monitor.settings import Range
    from grok_tui.monitor.traces import Trace
    from grok_tui.protocol.config import Config


class Panel:
    """A plot, what it shows of its choices and on which axes; kept while others are shown."""

    def __init__(self, plot: Plot, outlook: Outlook, selection: Selection) -> None:
        self.plot = plot
        self.smoothing = 0.0
        self.limits: Range | None = None
        """Of the y axis; None: as the numbers are."""
        self.flipped: set[tuple[Literal["x", "y"], str]] = set()
        """Axis and kind of choice of those that are not as they are at first."""
        self._chart = Chart(plot.choices[0])
        self._outlook, self._selection = outlook, selection

    @property
    def choice(self) -> Choice:
        """What it shows: the first until another is asked for, wherever that stands by now."""
        return self.plot.choice(self._chart.choice.label)

    @property
    def place(self) -> int:
        """Where its choice stands among all, from 0."""
        return self.plot.choices.index(self.choice)

    @property
    def over_steps(self) -> bool:
        """Whether what it shows has the x axis that charts share, with window and cursor."""
        return self.choice.kind == "steps"

    @property
    def settings(self) -> Settings:
        """How it is drawn: steps are logarithmic unless asked otherwise."""
        kind = self.choice.kind
        own = Settings(
            log_x=(kind == "steps") != (("x", kind) in self.flipped),
            log_y=self.plot.log_y != (("y", kind) in self.flipped),
            smoothing=self.smoothing,
            limits=self.limits,
        )
        return self._outlook.settings(own, self._selection)

    @property
    def traces(self) -> Sequence[Trace]:
        """What was drawn or read last, hidden ones too."""
        return self._chart.traces

    def read(self, config: Config, history: History) -> Sequence[Trace]:
        """Its lines over steps as they are by now: it may have no room to be drawn."""
        return self._current.read(config, history, self.settings)

    def axis(self, config: Config, history: History) -> Axis:
        """The whole of its x axis."""
        return run_axis(config, history, self.settings)

    def flip(self, axis: Literal["x", "y"]) -> None:
        """Log for plain, plain for log, for all choices that are drawn alike."""
        self.flipped ^= {(axis, self.choice.kind)}

    def smooth(self, by: int) -> None:
        """More smoothing, or less."""
        self.smoothing = next_of(WEIGHTS, self.smoothing, by)

    def turn(self, by: int) -> None:
        """Show the next choice, or the one before."""
        choices = self.plot.choices
        self.take(choices[(self.place + by) % len(choices)])

    def take(self, choice: Choice) -> None:
        """Show this of its choices."""
        self._chart = Chart(choice)

    def draw(self, config: Config, history: History, size: tuple[int, int]) -> Grid:
        """The chart at this size; the same grid while nothing changed."""
        return self._current.draw(config, history, size, self.settings, self._outlook.notes)

    @property
    def _current(self) -> Chart:
        """The chart of its choice, which may be another one of the plot by now."""
        if self._chart.choice != self.choice:
            self._chart = Chart(self.choice)
        return self._chart


class Panels:
    """All of them, and which one keys act on."""

    def __init__(self, selection: Selection | None = None) -> None:
        self.outlook = Outlook()
        self.selection = selection or Selection()
        self._set: Callable[[Panel], None] = lambda panel: None
        self._expected = ""
        self.all: Sequence[Panel] = [self._made(plot) for plot in METRIC_PLOTS]
        self._chosen = 0

    def _made(self, plot: Plot) -> Panel:
        panel = Panel(plot, self.outlook, self.selection)
        self._set(panel)
        return panel

    def expect(self, chosen: str, set_up: Callable[[Panel], None]) -> None:
        """Set up every chart so, those that are not there yet too, and choose one when it is."""
        self._set, self._expected = set_up, chosen
        for panel in self.all:
            set_up(panel)
        self._choose_expected()

    def _choose_expected(self) -> None:
        if self._expected in [panel.plot.name for panel in self.all]:
            self.choose(self._expected)
            self._expected = ""

    @property
    def chosen(self) -> Panel:
        """The one that keys act on."""
        return self.all[self._chosen]

    @property
    def page(self) -> Sequence[Panel]:
        """The page that the chosen one is on."""
        start = self._chosen - self._chosen % self.outlook.density
        return self.all[start : start + self.outlook.density]

    @property
    def number(self) -> int:
        """That page's number, from 1."""
        return self._chosen // self.outlook.density + 1

    @property
    def pages(self) -> int:
        """How many there are."""
        return -(-len(self.all) // self.outlook.density)

    def take(self, plots: Sequence[Plot]) -> None:
        """These are the plots of the run by now; those that were there keep their settings."""
        known = {panel.plot.name: panel for panel in self.all}
        chosen = self.chosen.plot.name
        self.all = [known.get(plot.name) or self._made(plot) for plot in plots]
        for panel, plot in zip(self.all, plots, strict=True):
            panel.plot = plot
        self.choose(chosen)
        self._choose_expected()

    def choose(self, name: str) -> None:
        """Choose the plot of that name; the first if there is none."""
        names = [panel.plot.name for panel in self.all]
        self._chosen = names.index(name) if name in names else 0

    def move(self, by: int) -> None:
        """Choose the next one, or the one before."""
        self._expected = ""
        self._chosen = (self._chosen + by) % len(self.all)

    def turn(self, by: int) -> None:
        """The next page, or the page before, with its first one chosen."""
        self._chosen = (self.number - 1 + by) % self.pages * self.outlook.density
