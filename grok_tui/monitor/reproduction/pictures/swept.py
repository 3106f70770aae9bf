"""Pictures of sweeps: over pruning rates, and over the times of masks."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import matplotlib as mpl

from grok_tui.monitor.reproduction import delay, sweeps
from grok_tui.monitor.reproduction.evidence import metric, number
from grok_tui.monitor.reproduction.pictures.curves import LETTERS, curve, of_metric
from grok_tui.monitor.reproduction.pictures.panels import against_rate
from grok_tui.monitor.reproduction.pictures.paper import (
    BLACK,
    DENSE,
    TICKET,
    Ink,
    legend,
    log_upwards,
    steps_axis,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from grok_tui.monitor.history import Metric
    from grok_tui.monitor.reproduction.evidence import Evidence

SCALE = "viridis"


def _shade(index: int, count: int) -> Ink:
    """One of so many colours in a row, from dark to light, by turns whole and dashed."""
    place = 0.9 * index / max(1, count - 1)
    red, green, blue, _ = mpl.colormaps[SCALE](place)
    return Ink(mpl.colors.to_hex((red, green, blue)), dash=("-", "--")[index % 2])


def delays(axes: Axes, run: Evidence) -> None:
    """F3a: tau against the rate."""
    base = run.times(delay.BASE, "tau_grok")
    against_rate(
        axes, {0.0: base, **sweeps.of_rates(run, "tau_grok", "")}, "the delay", "t_gen / t_mem"
    )
    log_upwards(axes)


def memorising(axes: Axes, run: Evidence) -> None:
    """F3b: train accuracy by rate."""
    _by_rate(axes, run, "train_accuracy", "memorising, by rate")


def generalising(axes: Axes, run: Evidence) -> None:
    """F4b: test accuracy by rate."""
    _by_rate(axes, run, "test_accuracy", "generalising, by rate")


def _by_rate(axes: Axes, run: Evidence, name: Metric, title: str) -> None:
    curve(axes, run.lanes(delay.BASE), of_metric(name), Ink(BLACK), "A k 0")
    named = sweeps.tickets(run)
    for index, (rate, arm) in enumerate(named.items()):
        label = f"{LETTERS[index + 1]} k {number(rate)}"
        curve(axes, run.lanes(arm), of_metric(name), _shade(index, len(named)), label)
    steps_axis(axes, title, name.replace("_", " "))
    legend(axes)


def mask_times(axes: Axes, run: Evidence) -> None:
    """F4a: test accuracy of each ticket, coloured by the time of its mask."""
    read = of_metric("test_accuracy")
    curve(axes, run.lanes(delay.BASE), read, Ink(BLACK, 2.0), "A dense")
    names = [*delay.early_tickets(run), delay.TICKET]
    for index, arm in enumerate(names):
        label = f"{LETTERS[index + 1]} {arm}"
        curve(axes, run.lanes(arm), read, _shade(index, len(names)), label)
    steps_axis(axes, "tickets, the later the mask the lighter", "test accuracy")
    axes.legend(loc="center left", bbox_to_anchor=(1.05, 0.5))


def final_without_decay(axes: Axes, run: Evidence) -> None:
    """F17a: last test accuracy against the rate, without decay."""
    found = {
        rate: run.of(arm, "", metric("test_accuracy"))
        for rate, arm in sweeps.tickets(run, decays=False).items()
    }
    found[0.0] = run.of(sweeps.UNDECAYED, "", metric("test_accuracy"))
    ordered = {rate: found[rate] for rate in sorted(found)}
    against_rate(axes, ordered, "without decay", "last test accuracy")


def times_without_decay(axes: Axes, run: Evidence) -> None:
    """F17a: when they generalise."""
    found = sweeps.of_rates(run, "t_gen", "", decays=False)
    against_rate(axes, found, "without decay", "t_gen")
    log_upwards(axes)


def best_without_decay(axes: Axes, run: Evidence) -> None:
    """F17b: k* without decay beside the base with decay."""
    read = of_metric("test_accuracy")
    curve(axes, run.lanes(delay.BASE), read, DENSE, "A dense, decay 1")
    curve(axes, run.lanes(sweeps.UNDECAYED), read, Ink(BLACK, dash=":"), "B dense, no decay")
    best = sweeps.largest(sweeps.of_rates(run, "t_gen", "", decays=False))
    if best is not None and best < inf:
        arm = sweeps.tickets(run, decays=False)[best]
        curve(axes, run.lanes(arm), read, TICKET, f"C ticket k {number(best)}, no decay")
    steps_axis(axes, "the largest rate that needs no decay", "test accuracy")
    legend(axes)
