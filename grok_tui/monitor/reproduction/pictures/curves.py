"""Curves over the steps, the median of the seeds as a line and their range as a band."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from grok_tui.monitor.reproduction.pictures.paper import Ink, ink, legend, steps_axis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from grok_tui.monitor.history import LaneHistory, Metric
    from grok_tui.monitor.reproduction.evidence import Evidence

    Floats = NDArray[np.float64]
    Read = Callable[[LaneHistory], tuple[Sequence[float], Sequence[float]] | None]

POINTS = 150
"""Of a curve, on each kind of axis: a picture is no wider than that many of its dots."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def of_metric(name: Metric) -> Read:
    """Steps and values of a metric."""

    def read(lane: LaneHistory) -> tuple[Sequence[float], Sequence[float]] | None:
        return (lane.steps, lane.metrics[name]) if lane.steps else None

    return read


def of_probe(name: str) -> Read:
    """Steps and values of a probe that is a number."""

    def read(lane: LaneHistory) -> tuple[Sequence[float], Sequence[float]] | None:
        found = lane.probes.get(name)
        return (found.steps, found.values) if found is not None and found.steps else None

    return read


def curve(
    axes: Axes, lanes: Iterable[LaneHistory | None], read: Read, style: Ink, label: str = ""
) -> None:
    """One line: the median of the lanes, each kept at its last value after its end, and a band.

    The first word of the label, its letter, stands at the end of the line.
    """
    found = [read(lane) for lane in lanes if lane is not None]
    lines = [(np.array(steps), np.array(values)) for steps, values in filter(None, found)]
    if not lines:
        return
    grid = thinned(np.unique(np.concatenate([steps for steps, _ in lines])))
    each = np.stack([np.interp(grid, steps, values) for steps, values in lines])
    middle: Floats = np.median(each, axis=0)
    axes.plot(
        grid, middle, color=style.colour, linewidth=style.width, linestyle=style.dash, label=label
    )
    if len(lines) > 1:
        low, high = each.min(axis=0), each.max(axis=0)
        axes.fill_between(grid, low, high, color=style.colour, alpha=0.15, linewidth=0)
    if label:
        axes.annotate(
            label.split()[0],
            (float(grid[-1]), float(middle[-1])),
            xytext=(3, 0),
            textcoords="offset points",
            color=style.colour,
            fontsize=8,
            va="center",
        )


def thinned(steps: Floats) -> Floats:
    """Of rising steps as many as a picture can show, on a linear axis and on a logarithmic one."""
    even = np.linspace(0, 1, POINTS)
    wanted = [steps[0] + even * (steps[-1] - steps[0]), np.expm1(even * np.log1p(steps[-1]))]
    near = np.searchsorted(steps, np.concatenate(wanted))
    chosen: Floats = steps[np.unique(np.clip(near, 0, len(steps) - 1))]
    return chosen


def lines(
    axes: Axes,
    run: Evidence,
    names: Sequence[str],
    read: Read,
    *,
    train: Read | None = None,
) -> None:
    """A line for each arm; with `train` a dashed one of the same hue beside it."""
    for index, name in enumerate(names):
        style = ink(name, index)
        curve(axes, run.lanes(name), read, style, f"{LETTERS[index]} {name}")
        if train is not None:
            curve(axes, run.lanes(name), train, Ink(style.colour, 1.0, "--"))


def accuracies(
    axes: Axes, run: Evidence, names: Sequence[str], title: str, *, with_train: bool = False
) -> None:
    """Test accuracy of these arms; dashed: train accuracy."""
    train = of_metric("train_accuracy") if with_train else None
    lines(axes, run, names, of_metric("test_accuracy"), train=train)
    label = "accuracy (dashed: train)" if with_train else "test accuracy"
    steps_axis(axes, title, label)
    axes.set_ylim(-0.03, 1.06)
    legend(axes)


def every(run: Evidence, skip: str = "") -> list[str]:
    """The arms of a run but those whose name begins so."""
    names = [arm.name for arm in run.config.arms]
    return [name for name in names if not skip or not name.startswith(skip)]
