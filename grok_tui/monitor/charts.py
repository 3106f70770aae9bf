"""A plot of a run as a grid of cells: lines over steps or over frequencies, points, or words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from grok_tui.monitor.axes import ACCURACY, EXPLAINED, index_axis, seconds_axis, step_axis
from grok_tui.monitor.curves import Curves, Ground
from grok_tui.monitor.hues import looks
from grok_tui.monitor.inks import letter
from grok_tui.monitor.milestones import longest
from grok_tui.monitor.plots import FIRST, SECOND, SHARES, shown_lane
from grok_tui.monitor.points import points, words
from grok_tui.monitor.tracing import marks, of_run, spectra

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.figures import Grid, Mark
    from grok_tui.monitor.history import History, LaneHistory
    from grok_tui.monitor.plots import Choice
    from grok_tui.monitor.plotter import Size
    from grok_tui.monitor.settings import Settings
    from grok_tui.monitor.traces import Trace
    from grok_tui.protocol.config import Config

SCORES = frozenset({"test_accuracy", "train_accuracy"})
"""Metrics that are never smoothed by themselves, and whose y axis never moves."""


def run_axis(config: Config, history: History, settings: Settings) -> Axis:
    """The whole x axis of a run: the planned steps, or the seconds until now, on to a round one."""
    if settings.x != "seconds":
        return step_axis(longest(config), settings.log_x)
    seconds = [lane.seconds for lane in history.lanes.values() if len(lane.seconds)]
    first = min((column[min(1, len(column) - 1)] for column in seconds), default=1.0)
    return seconds_axis(first, max((column[-1] for column in seconds), default=1.0), settings.log_x)


def measured_at(choice: Choice, config: Config, history: History) -> list[int]:
    """Steps of the newest vectors that a choice shows, one for each arm that has one."""
    name = choice.solid + (FIRST if choice.kind == "plane" else "")
    return [
        int(lane.vectors[name].steps[-1])
        for _, lane in _lanes(config, history)
        if choice.arm in ("", lane.arm) and name in lane.vectors
    ]


def moment(choice: Choice, config: Config, history: History) -> str:
    """When the vectors that are shown were measured, in words; nothing of lines over steps."""
    if choice.kind == "steps":
        return ""
    steps = set(measured_at(choice, config, history))
    return f"at step {steps.pop()}" if len(steps) == 1 else "newest" if steps else ""


def explained(choice: Choice, config: Config, history: History) -> str:
    """How much of the variance the two axes of a plane explain, in words."""
    lane = shown_lane(config, history, choice.arm)
    parts = _newest(lane, choice.solid + SHARES)[:2] if lane and choice.kind == "plane" else ()
    return " + ".join(f"{100 * part:.0f} %" for part in parts) + " of the variance" * bool(parts)


class Chart:
    """One choice of one run that is drawn again and again as the run grows."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice
        self.traces: list[Trace] = []
        """What was drawn or read last, hidden ones too."""
        self._curves = Curves()
        self._seen: list[int] = []

    def draw(
        self,
        config: Config,
        history: History,
        size: Size,
        settings: Settings,
        notes: tuple[Mark, ...] = (),
    ) -> Grid:
        """The chart at this size, with notes beside the milestones; the same grid if it is."""
        if self.choice.kind == "steps":
            self.read(config, history, settings)
            x = run_axis(config, history, settings)
            ground = Ground(x, self._y(config), (*notes, *marks(config, history, settings)))
            return self._curves.draw(self.traces, settings, size, ground)
        if self.choice.kind == "frequencies":
            return self._spectra(config, history, size, settings)
        return self._of_newest(config, history, size)

    def read(self, config: Config, history: History, settings: Settings) -> list[Trace]:
        """The lines over steps as they are by now, drawn or not."""
        self.traces = of_run(self.choice, config, history, settings)
        return self.traces

    def _y(self, config: Config) -> Axis | None:
        """The y axis that it always has."""
        if self.choice.solid not in SCORES:
            return None
        return ACCURACY if config.task.score == "accuracy" else EXPLAINED

    def _spectra(self, config: Config, history: History, size: Size, settings: Settings) -> Grid:
        traces = self.traces = spectra(self.choice, config, history, settings)
        seen = measured_at(self.choice, config, history)
        if seen != self._seen:  # they would be taken for longer ones of before
            self._seen, self._curves = seen, Curves()
        last = max((len(trace.members[0].xs) for trace in traces), default=1)
        ground = Ground(index_axis(last, settings.log_x))
        still = replace(settings, window=None, cursor=None, smoothing=0.0)
        return self._curves.draw(traces, still, size, ground)

    def _of_newest(self, config: Config, history: History, size: Size) -> Grid:
        """Points, or numbers in words."""
        name = self.choice.solid
        rows: list[tuple[str, int]] = []
        styles = looks(config)
        for index, lane in _lanes(config, history):
            role = styles[lane.arm].role
            if self.choice.arm == lane.arm:
                first, second = _newest(lane, name + FIRST), _newest(lane, name + SECOND)
                return points(list(zip(first, second, strict=False)), role, size)
            if values := _newest(lane, name):
                listed = " ".join(f"{value:g}" for value in values)
                rows.insert(0, (f"{letter(index)} {lane.arm}: {listed}", role))
        return words(rows, size)


def _lanes(config: Config, history: History) -> Iterator[tuple[int, LaneHistory]]:
    """The lane that is shown of each arm that has begun and the arm's place; the first arm last."""
    for index, arm in reversed(list(enumerate(config.arms))):
        lane = shown_lane(config, history, arm.name)
        if lane is not None:
            yield index, lane


def _newest(lane: LaneHistory, name: str) -> tuple[float, ...]:
    vectors = lane.vectors.get(name)
    return vectors.at(-1) if vectors else ()
