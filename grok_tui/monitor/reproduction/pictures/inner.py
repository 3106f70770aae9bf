"""Pictures of what is inside: norms, masks that move, frequencies, graphs, stripes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from grok_tui.monitor.reproduction import delay, graphs, inside
from grok_tui.monitor.reproduction.evidence import probe
from grok_tui.monitor.reproduction.pictures.curves import curve, lines, of_metric, of_probe
from grok_tui.monitor.reproduction.pictures.panels import changes, image, numbers, spectrum
from grok_tui.monitor.reproduction.pictures.paper import GREY, TICKET, legend, steps_axis

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from grok_tui.monitor.reproduction.evidence import Evidence, Runs
    from grok_tui.monitor.reproduction.pictures.paper import Panel

    Matrix = NDArray[np.float64] | None

FOUR = (delay.BASE, delay.TICKET, *delay.NORM_CONTROLS)
GRAPHS = {
    "weighted spectral gap": graphs.WEIGHTED_GAP,
    "spectral gap": graphs.GAP,
    **{f"Ramanujan gap ({variant})": name for variant, name in graphs.RAMANUJAN.items()},
    "path length": graphs.LENGTH,
    "clustering": graphs.CLUSTERING,
}


def l2(axes: Axes, run: Evidence) -> None:
    """F6, left."""
    lines(axes, run, FOUR, of_metric("l2_norm"))
    steps_axis(axes, "L2 norm of the masked weights", "L2")
    legend(axes)


def l1(axes: Axes, run: Evidence) -> None:
    """F6, right."""
    lines(axes, run, FOUR, of_metric("l1_norm"))
    steps_axis(axes, "L1 norm of the masked weights", "L1")
    legend(axes)


def mask_changes(runs: Runs) -> list[Panel]:
    """F7: a panel for each seed of the base; F15: the first seed of parity and regression."""
    named = {"fig7": "addition", "fig15-parity": "parity", "fig15-regression": "regression"}
    found: list[Panel] = []
    for preset, words in named.items():
        run = runs[preset]
        seeds = run.config.seeds if preset == "fig7" else run.config.seeds[:1]
        found += [
            partial(_moved, run=run, seed=seed, title=f"{words}, seed {seed}") for seed in seeds
        ]
    return found


def _moved(axes: Axes, run: Evidence, seed: int, title: str) -> None:
    lane = run.lane(delay.BASE, seed)
    if lane is None:
        return
    changes(
        axes, inside.changes_of_mask(lane), probe(f"{inside.MASK_DISTANCE}/chance")(lane), title
    )
    for index, layer in enumerate(lane.start.layers if lane.start else ()):
        dash = (":", "--", "-.", "-")[index % 4]
        steps, moved = of_probe(f"mask-distance/{layer.name}")(lane) or ((), ())
        # A last step off the grid is nearer to the one before, and would look like a fall.
        found = [(at, value) for at, value in zip(steps, moved, strict=True) if at % steps[0] == 0]
        if found:
            axes.plot(*zip(*found, strict=True), color=GREY, lw=0.9, ls=dash, label=layer.name)
    legend(axes)


def frequencies(runs: Runs) -> list[Panel]:
    """F8: entropy on both sides, accuracy; then W_in W_E of base and ticket at both ends."""
    run = runs["fig1"]
    found: list[Panel] = [
        partial(_entropy, run=run, side=side, name=name) for side, name in inside.ENTROPIES.items()
    ]
    found += [
        partial(_units, run=run, arm=arm, end=end)
        for arm in inside.PAIR
        for end in ("init", "final")
    ]
    return found


def _entropy(axes: Axes, run: Evidence, side: str, name: str) -> None:
    lines(axes, run, inside.PAIR, of_probe(name))
    steps_axis(axes, f"Fourier entropy, {side} side", "nats")
    legend(axes)


def _units(axes: Axes, run: Evidence, arm: str, end: str) -> None:
    """Rows of W_in W_E, which each hidden unit hears of each token, of the first seed."""
    into, table = (_weights(run, arm, end, name) for name in ("W_in", "W_E"))
    both = None if into is None or table is None else into @ table
    image(axes, both, f"W_in W_E, {arm}, {'start' if end == 'init' else 'end'}")


def _weights(run: Evidence, arm: str, end: str, name: str) -> Matrix:
    return numbers(run.tensor(arm, run.config.seeds[0], f"{end}.{name}"))


def graphs_of(arm: str) -> list[Callable[[Axes, Evidence], None]]:
    """F9, F20, Table 1: a panel for each graph probe of an arm's mask, and its accuracy."""
    found: list[Callable[[Axes, Evidence], None]] = [
        partial(_graph, arm=arm, words=words, name=name) for words, name in GRAPHS.items()
    ]
    return [*found, partial(_graph_accuracy, arm=arm)]


def _graph(axes: Axes, run: Evidence, arm: str, words: str, name: str) -> None:
    curve(axes, run.lanes(arm), of_probe(name), TICKET)
    axes.set_title(words)
    axes.set_xlabel("step")
    axes.set_ylabel("mean over matrices")


def _graph_accuracy(axes: Axes, run: Evidence, arm: str) -> None:
    curve(axes, run.lanes(arm), of_metric("test_accuracy"), TICKET)
    axes.set_title("test accuracy")
    axes.set_xlabel("step")


def stripes(runs: Runs) -> list[Panel]:
    """F18: the ticket's weights at the end; F19: masks of W_U; their spectra; of the first seed."""
    run = runs["fig1"]
    found: list[Panel] = [partial(_ticket_weights, run=run, what=what) for what in WEIGHTS]
    arms = (delay.TICKET, *delay.AT_INITIALISATION)
    found += [partial(_mask, run=run, arm=arm) for arm in arms]
    return [*found, partial(_spectra, run=run, arms=arms)]


WEIGHTS = ("W_E", "W_in W_E", "W_out^T W_U")


def _ticket_weights(axes: Axes, run: Evidence, what: str) -> None:
    read = partial(_weights, run, delay.TICKET, "final")
    table, into, out, labels = (read(name) for name in ("W_E", "W_in", "W_out", "W_U"))
    matrix = table
    if what == "W_in W_E":
        matrix = None if into is None or table is None else into @ table
    if what == "W_out^T W_U":
        matrix = None if out is None or labels is None else out.T @ labels
    image(axes, matrix, f"ticket, {what} at the end")


def _mask(axes: Axes, run: Evidence, arm: str) -> None:
    image(axes, _weights(run, arm, "mask", "W_U"), f"mask of W_U, {arm}")


def _spectra(axes: Axes, run: Evidence, arms: tuple[str, ...]) -> None:
    masks = {arm: _weights(run, arm, "mask", "W_U") for arm in arms}
    spectrum(axes, masks, "mean power of the rows of the mask of W_U")
