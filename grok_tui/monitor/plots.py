"""What is plotted of a run: which columns, in whose ink, and what an empty plot waits for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor.axes import ACCURACY, Axis, step_axis, value_axis
from grok_tui.monitor.figures import Grid, Line, Mark, Plotter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.history import History, LaneHistory, Metric
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.config import Config

INKS = 64
"""Arms that can be told apart by role; a configuration has no more."""
DARK = (74, 214, 36, 175, 227, 202, 252, 110)
"""xterm-256 colours of the arms on a dark ground, near those of Okabe and Ito."""
DARK_DIM = (31, 136, 29, 132, 143, 130, 244, 67)
LIGHT = (25, 166, 29, 126, 94, 160, 238, 61)
"""The same on a light ground."""
LIGHT_DIM = (110, 180, 108, 175, 180, 174, 246, 146)


@dataclass(frozen=True)
class Plot:
    """One chart of a run."""

    name: str
    """What `plot` calls it."""
    title: str
    solid: Metric
    dashed: Metric | None = None
    log_y: bool = False


PLOTS = (
    Plot("accuracy", "accuracy", "test_accuracy", "train_accuracy"),
    Plot("loss", "loss", "test_loss", "train_loss", log_y=True),
    Plot("l1", "L1 norm", "l1_norm"),
    Plot("l2", "L2 norm", "l2_norm"),
)


def letter(arm: int) -> str:
    """The letter of an arm, by its place in the configuration."""
    return chr(ord("A") + arm) if arm < 26 else chr(ord("a") + arm - 26) if arm < 52 else "*"


def role(arm: int, dim: bool = False) -> int:
    """The role of an arm's ink: 1 to 64 for its main line, 65 to 128 for the second."""
    return 1 + arm % INKS + (INKS if dim else 0)


def palette(light: bool = False, frame: int = 243) -> list[int]:
    """The xterm-256 colour of each role, 0 to 128."""
    main, dim = (LIGHT, LIGHT_DIM) if light else (DARK, DARK_DIM)
    return [frame, *(inks[arm % len(inks)] for inks in (main, dim) for arm in range(INKS))]


def shown_lane(config: Config, history: History, arm: str) -> LaneHistory | None:
    """The lane that stands for an arm in a chart: that of the first seed."""
    return history.lanes.get((arm, config.seeds[0]))


def lines(plot: Plot, config: Config, history: History) -> list[Line]:
    """The lines of a plot, dashed ones first so that the others lie on top; the first arm last."""
    found: list[Line] = []
    for metric in (plot.dashed, plot.solid):
        if metric is None:
            continue
        dashed = metric == plot.dashed
        for index, arm in reversed(list(enumerate(config.arms))):
            lane = shown_lane(config, history, arm.name)
            if lane is not None and lane.steps:
                mark = "" if dashed else letter(index)
                found.append(
                    Line(role(index, dashed), lane.steps, lane.metrics[metric], mark, dashed)
                )
    return found


def marks(config: Config, history: History) -> list[Mark]:
    """The letter of each arm at the step at which it generalised."""
    found = []
    for index, arm in enumerate(config.arms):
        lane = shown_lane(config, history, arm.name)
        if lane is not None and lane.t_gen is not None:
            found.append(Mark(role(index), letter(index), max(1, lane.t_gen)))
    return found


class Chart:
    """One plot of one run that is drawn again and again as the run grows."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self._plotter = Plotter()
        self._y: Axis | None = None

    def draw(
        self, config: Config, history: History, size: tuple[int, int], log: tuple[bool, bool]
    ) -> Grid:
        """The chart at this size with log or plain x and y; the same grid while nothing changed."""
        x = step_axis(config.train.steps, log[0])
        found = lines(self.plot, config, history)
        if self.plot.solid == "test_accuracy" and not log[1]:
            y = ACCURACY
        else:
            low, high = self._plotter.limits(found, x, size, log[1])
            y = self._y = value_axis(low, high, log[1], self._y)
        return self._plotter.draw(found, x, y, size, marks(config, history))


def waiting_for(view: View, drawn: Sequence[Line]) -> str:
    """Why a plot is empty, in a few words; empty when it is not."""
    if any(line.xs and line.xs[-1] >= 1 for line in drawn):  # a log axis begins at step 1
        return ""
    reasons = {
        "starting": "waiting for the trainer to start",
        "running": "waiting for the first steps",
        "paused": "paused before the first step",
    }
    if view.config is None:
        return view.problem or "waiting for the configuration"
    return reasons.get(view.state, "no step was trained")
