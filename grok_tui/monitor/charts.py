"""A plot of a run as a grid of cells: lines over steps or over frequencies, points, or words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.axes import ACCURACY, EXPLAINED, Axis, index_axis, step_axis, value_axis
from grok_tui.monitor.figures import Line, Mark, Plotter
from grok_tui.monitor.inks import letter, role
from grok_tui.monitor.milestones import longest
from grok_tui.monitor.plots import FIRST, SECOND, SHARES, series, shown_lane
from grok_tui.monitor.points import points, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.history import History, LaneHistory
    from grok_tui.monitor.plots import Choice
    from grok_tui.protocol.config import Config

Size = tuple[int, int]
SCORE = "test_accuracy"


def lines(choice: Choice, config: Config, history: History) -> list[Line]:
    """Lines over steps, dashed ones first so that the others lie on top; the first arm last."""
    found: list[Line] = []
    for name in filter(None, (choice.dashed, choice.solid)):
        dashed = name == choice.dashed
        for index, lane in _lanes(config, history):
            xs, ys = series(lane, name)
            if xs:
                found.append(
                    Line(role(index, dashed), xs, ys, "" if dashed else letter(index), dashed)
                )
    return found


def spectra(choice: Choice, config: Config, history: History) -> list[Line]:
    """The newest vector of each arm over 1, 2, 3 and on; the first arm last."""
    found = []
    for index, lane in _lanes(config, history):
        values = _newest(lane, choice.solid)
        if values:
            found.append(Line(role(index), range(1, len(values) + 1), values, letter(index)))
    return found


def marks(config: Config, history: History) -> list[Mark]:
    """The letter of each arm at the step at which it generalised."""
    return [
        Mark(role(index), letter(index), max(1, lane.t_gen))
        for index, lane in reversed(list(_lanes(config, history)))
        if lane.t_gen is not None
    ]


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
        self._plotter = Plotter()
        self._y: Axis | None = None
        self._seen: list[int] = []

    def draw(self, config: Config, history: History, size: Size, log: tuple[bool, bool]) -> Grid:
        """The chart at this size with log or plain x and y; the same grid while nothing changed."""
        if self.choice.kind == "steps":
            x = step_axis(longest(config), log[0])
            found = lines(self.choice, config, history)
            return self._draw(found, x, size, log[1], config, marks(config, history))
        if self.choice.kind == "frequencies":
            return self._spectra(config, history, size, log)
        return self._of_newest(config, history, size)

    def _draw(
        self,
        found: Sequence[Line],
        x: Axis,
        size: Size,
        log: bool,
        config: Config,
        marks: Sequence[Mark] = (),
    ) -> Grid:
        if self.choice.solid == SCORE and not log:
            y = ACCURACY if config.task.score == "accuracy" else EXPLAINED
        else:
            low, high = self._plotter.limits(found, x, size, log)
            y = self._y = value_axis(low, high, log, self._y)
        return self._plotter.draw(found, x, y, size, marks)

    def _spectra(
        self, config: Config, history: History, size: Size, log: tuple[bool, bool]
    ) -> Grid:
        found = spectra(self.choice, config, history)
        seen = measured_at(self.choice, config, history)
        if seen != self._seen:  # a plotter takes its lines for longer ones of before
            self._seen, self._plotter = seen, Plotter()
        x = index_axis(max((len(line.xs) for line in found), default=1), log[0])
        return self._draw(found, x, size, log[1], config)

    def _of_newest(self, config: Config, history: History, size: Size) -> Grid:
        """Points, or numbers in words."""
        name = self.choice.solid
        rows: list[tuple[str, int]] = []
        for index, lane in _lanes(config, history):
            if self.choice.arm == lane.arm:
                first, second = _newest(lane, name + FIRST), _newest(lane, name + SECOND)
                return points(list(zip(first, second, strict=False)), role(index), size)
            if values := _newest(lane, name):
                listed = " ".join(f"{value:g}" for value in values)
                rows.insert(0, (f"{letter(index)} {lane.arm}: {listed}", role(index)))
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
