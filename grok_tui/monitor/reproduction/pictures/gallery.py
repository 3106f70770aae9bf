"""Which picture a row has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from grok_tui.monitor.reproduction import delay, extras, structure
from grok_tui.monitor.reproduction.pictures import inner, swept
from grok_tui.monitor.reproduction.pictures.curves import (
    accuracies,
    curve,
    every,
    lines,
    of_metric,
)
from grok_tui.monitor.reproduction.pictures.panels import times
from grok_tui.monitor.reproduction.pictures.paper import HUES, Ink, legend, log_upwards, steps_axis
from grok_tui.monitor.reproduction.rows import OPERATIONS, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from grok_tui.monitor.reproduction.evidence import Evidence, Runs
    from grok_tui.monitor.reproduction.pictures.paper import Panel

Data = TypeVar("Data")
PAIR = (delay.BASE, delay.TICKET)
FOUR = (*PAIR, *delay.NORM_CONTROLS)
EARLY = "fig4a"


@dataclass(frozen=True)
class Picture:
    """The panels of a row's picture, and how many stand beside each other."""

    panels: Callable[[Runs], Sequence[Panel]]
    columns: int = 1


def _of(preset: str, *draws: Callable[[Axes, Evidence], None], columns: int = 1) -> Picture:
    """Panels that all draw the same run."""
    return Picture(lambda runs: [_on(draw, runs[preset]) for draw in draws], columns)


def _on(draw: Callable[[Axes, Data], None], data: Data) -> Panel:
    """The panel that draws these numbers."""
    return lambda axes: draw(axes, data)


def _tested(names: Sequence[str], title: str) -> Callable[[Axes, Evidence], None]:
    return partial(_accuracies, names=names, title=title)


def _accuracies(axes: Axes, run: Evidence, names: Sequence[str], title: str) -> None:
    accuracies(axes, run, names, title)


def _pair(axes: Axes, run: Evidence) -> None:
    accuracies(axes, run, PAIR, "a network and its ticket", with_train=True)


def _losses(axes: Axes, run: Evidence, names: Sequence[str], *, train: bool = False) -> None:
    also = of_metric("train_loss") if train else None
    lines(axes, run, names, of_metric("test_loss"), train=also)
    steps_axis(axes, "loss", "loss (dashed: train)" if train else "test loss")
    log_upwards(axes)
    legend(axes)


def _transition(axes: Axes, run: Evidence) -> None:
    """Base, the ticket of .6 t_gen(base) of each seed, and the grokked ticket."""
    seeds = run.config.seeds
    named = [delay.nearest_early_ticket(run, seed) for seed in seeds]
    early = [run.lane(name, seed) for name, seed in zip(named, seeds, strict=True) if name]
    lanes = {
        "A dense": (run.lanes(delay.BASE), Ink(HUES[-1])),
        "B ticket of .6 t_gen(dense)": (early, Ink(HUES[1])),
        "C grokked ticket": (run.lanes(delay.TICKET), Ink(HUES[0], 2.2)),
    }
    for label, (some, style) in lanes.items():
        curve(axes, some, of_metric("test_accuracy"), style, label)
    steps_axis(axes, "when the mask was taken", "test accuracy")
    legend(axes)


def _hypotheses(axes: Axes, run: Evidence) -> None:
    times(axes, run, (*FOUR, *delay.MASKS), "norm, sparsity, structure")


def _operations(axes: Axes, runs: Runs) -> None:
    for index, (preset, name) in enumerate({**OPERATIONS, TABLE: "random table"}.items()):
        run, colour = runs[preset], HUES[index]
        ticket = delay.TICKET if preset != TABLE else "ticket"
        read = of_metric("test_accuracy")
        curve(axes, run.lanes(delay.BASE), read, Ink(colour, 1.0, "--"))
        curve(axes, run.lanes(ticket), read, Ink(colour, 2.0), f"{'ABCDEFGH'[index]} {name}")
    steps_axis(axes, "operations: ticket, and dashed its network", "test accuracy")
    legend(axes)


def _every_arm(title: str, skip: str = "") -> Callable[[Axes, Evidence], None]:
    def draw(axes: Axes, run: Evidence) -> None:
        accuracies(axes, run, every(run, skip), title)

    return draw


def _arm_times(title: str, skip: str = "") -> Callable[[Axes, Evidence], None]:
    def draw(axes: Axes, run: Evidence) -> None:
        times(axes, run, every(run, skip), title)

    return draw


def _widths(axes: Axes, runs: Runs) -> None:
    for index, preset in enumerate(extras.WIDTHS):
        run = runs[preset]
        units = getattr(run.config.model, "d_hidden", "?")
        label = f"{'ABC'[index]} {units} hidden units"
        arm = run.config.arms[0].name
        curve(axes, run.lanes(arm), of_metric("test_accuracy"), Ink(HUES[index]), label)
    steps_axis(axes, "edge-popup from initial weights", "test accuracy")
    legend(axes)


def _whole(draw: Callable[[Axes, Runs], None]) -> Picture:
    """One panel that draws several runs."""
    return Picture(lambda runs: [_on(draw, runs)])


PAI = (*PAIR, *delay.AT_INITIALISATION)
POPUPS = (
    structure.DECAY,
    structure.POPUP,
    structure.POPUP_WEIGHTS,
    structure.POPUP_INITIAL,
)

PICTURES: dict[str, Picture] = {
    "fig1": _of("fig1", _pair),
    "v1-transition-ticket": _of(EARLY, _transition),
    "fig1-right": _of("fig1", _hypotheses),
    "fig2b": _of("fig2b", _tested(FOUR, "transformer"), partial(_losses, names=FOUR), columns=2),
    "fig2c": _whole(_operations),
    "fig2d": _of("fig2d", partial(_losses, names=PAIR, train=True)),
    "fig2e": _of("fig2e", _tested((*PAIR, "ticket-90"), "sparse parity")),
    "fig3": _of("fig3", swept.delays),
    "fig3b": _of("fig3", swept.memorising),
    "fig4a": _of(EARLY, swept.mask_times),
    "fig4b": _of("fig3", swept.generalising),
    "fig5a": _of("fig1", _tested(FOUR, "equal norm")),
    "fig5b": _of("fig1", _tested(PAI, "masks made at initialisation")),
    "fig6": _of("fig1", inner.l2, inner.l1, columns=2),
    "fig7": Picture(inner.mask_changes, 3),
    "fig8": Picture(inner.frequencies, 3),
    "fig9": _of("fig9", *inner.graphs_of(delay.BASE), columns=3),
    "table1": _of("table1", _tested(POPUPS, "from a network that has memorised")),
    "table1-graphs": _of("table1", *inner.graphs_of(structure.POPUP), columns=3),
    "fig17a": _of("fig17a", swept.final_without_decay, swept.times_without_decay, columns=2),
    "fig17b": _of("fig17a", swept.best_without_decay),
    "fig18": Picture(inner.stripes, 3),
    "fig10-images": _of("fig10-images", _pair),
    "extra-iterative": _of("extra-iterative", _every_arm("pruning in rounds")),
    "extra-width": _whole(_widths),
    "extra-memorised": _of("extra-memorised", _every_arm("edge-popup from several steps")),
    "extra-transfer": _of("extra-transfer", _every_arm("carried masks")),
    "data-diet": _of("data-diet", _arm_times("a part of the training set", "scorer")),
    "distillation": _of("distillation", _arm_times("students")),
}
"""By the row's own name."""
