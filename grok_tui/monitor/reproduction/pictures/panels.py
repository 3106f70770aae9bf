"""Panels that are no curves over the steps: times of arms, numbers against a rate, images."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

from grok_tui.monitor.reproduction.evidence import median
from grok_tui.monitor.reproduction.pictures.paper import (
    BLUE,
    GREY,
    VERMILLION,
    ink,
    legend,
    log_across,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from grok_tui.monitor.reproduction.artifacts import Tensor
    from grok_tui.monitor.reproduction.evidence import Evidence, Quantity

KINDS = {"U8": "<u1", "F32": "<f4", "F64": "<f8", "I64": "<i8"}


def times(axes: Axes, run: Evidence, names: Sequence[str], title: str) -> None:
    """When each arm generalises: a dot a seed, a bar at the median, an arrow for never."""
    for index, name in enumerate(names):
        found = run.times(name, "t_gen")
        colour = ink(name, index).colour
        reached = [value for value in found.known if value < inf]
        missed = [found.budget or 1] * (len(found.known) - len(reached))
        axes.plot(reached, [index] * len(reached), "o", color=colour, markersize=5)
        axes.plot(missed, [index] * len(missed), ">", color=colour, fillstyle="none", markersize=7)
        if found.median < inf:
            axes.plot([found.median], [index], "|", color=colour, markersize=16)
    log_across(axes)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlabel("step of generalisation (arrow: not by then)")
    axes.set_title(title)


def against_rate(axes: Axes, found: Mapping[float, Quantity], title: str, label: str) -> None:
    """A number against the pruning rate: dots for seeds, a line through the medians; a dotted line
    where the median never arrives."""
    for rate, one in found.items():
        values = [value for value in one.known if value < inf]
        axes.plot([rate] * len(values), values, "o", color=BLUE, markersize=3, alpha=0.5)
    middles = {rate: one.median for rate, one in found.items() if median(one.known) < inf}
    axes.plot(list(middles), list(middles.values()), "-", color=BLUE)
    never = found.keys() - middles.keys()
    for rate in never:
        axes.axvline(rate, color=GREY, linewidth=1, linestyle=":")
    axes.set_xlabel("pruning rate k" + (" (dotted: not in most seeds)" if never else ""))
    axes.set_ylabel(label)
    axes.set_title(title)


def numbers(tensor: Tensor | None) -> NDArray[np.float64] | None:
    """A matrix (rows, columns) as numbers; heads are rows below one another."""
    if tensor is None or tensor.dtype not in KINDS or len(tensor.shape) < 2:
        return None
    whole = np.frombuffer(tensor.data, dtype=KINDS[tensor.dtype]).reshape(tensor.shape)
    return whole.reshape(-1, tensor.shape[-1]).astype(np.float64)


def image(axes: Axes, matrix: NDArray[np.float64] | None, title: str) -> None:
    """A matrix as a grey picture, white where it is largest."""
    axes.set_title(title)
    axes.set_xticks([])
    axes.set_yticks([])
    if matrix is None:
        axes.text(0.5, 0.5, "not there", ha="center", transform=axes.transAxes)
        return
    axes.imshow(matrix, aspect="auto", cmap="gray", interpolation="nearest")


def spectrum(axes: Axes, masks: Mapping[str, NDArray[np.float64] | None], title: str) -> None:
    """Mean power of the rows of 0/1 masks (rows, p) at the frequencies from 1, as shares."""
    for index, (name, mask) in enumerate(masks.items()):
        if mask is None:
            continue
        power = (np.abs(np.fft.rfft(mask, axis=1)) ** 2).mean(axis=0)[1:]
        style = ink(name, index)
        axes.plot(
            np.arange(1, len(power) + 1),
            power / power.sum(),
            color=style.colour,
            linestyle=style.dash,
            linewidth=style.width,
            label=name,
        )
    axes.set_xlabel("frequency")
    axes.set_ylabel("share of power")
    axes.set_title(title)
    legend(axes)


def changes(
    axes: Axes, found: Sequence[tuple[float, float, float]], chance: float | None, title: str
) -> None:
    """How far the mask moved in each step of the grid, and how much accuracy rose in it.

    The first steps, in which everything moves, may lie above the panel.
    """
    steps = [step for step, _, _ in found]
    moved = [distance for _, distance, _ in found]
    axes.plot(steps, moved, color=BLUE, marker="o", markersize=3)
    late = moved[len(moved) // 5 :]
    if late:
        axes.set_ylim(0, 1.3 * max(late))
    by_chance = "" if chance is None else f" (chance {chance:.2f})"
    axes.set_ylabel(f"A distance to the mask before{by_chance}", color=BLUE)
    axes.set_xlabel("step")
    axes.set_title(title)
    beside = axes.twinx()
    beside.spines["right"].set_visible(True)
    gains = [gain for _, _, gain in found]
    beside.plot(steps, gains, color=VERMILLION, linestyle="--", marker="s", markersize=3)
    beside.set_ylabel("B gain in test accuracy", color=VERMILLION)
