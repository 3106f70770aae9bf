"""What goes beyond the figures: numbers are reported, nothing is asked of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.reproduction.evidence import metric
from grok_tui.monitor.reproduction.row import Row
from grok_tui.monitor.reproduction.rules import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.reproduction.delay import Rule
    from grok_tui.monitor.reproduction.evidence import Quantity, Runs
    from grok_tui.monitor.reproduction.rules import Finding

NO_NUMBERS = "not in the papers' figures"
WIDTHS = ("extra-width-1", "extra-width-4")


def times(presets: Sequence[str], *, skip: str = "") -> Rule:
    """When each arm generalises; arms whose name begins with `skip` only help the others."""

    def rule(runs: Runs) -> Finding:
        found: list[Quantity] = []
        for preset in presets:
            run = runs[preset]
            named = [arm.name for arm in run.config.arms]
            of = f"{preset}: " if len(presets) > 1 else ""
            found += [
                run.times(arm, "t_gen", f"{of}{arm}")
                for arm in named
                if not skip or not arm.startswith(skip)
            ]
        return told(found)

    return rule


def accuracies(presets: Sequence[str]) -> Rule:
    """The last test accuracy of each arm."""

    def rule(runs: Runs) -> Finding:
        found: list[Quantity] = []
        for preset in presets:
            run = runs[preset]
            of = f"{preset}: " if len(presets) > 1 else ""
            found += [
                run.of(arm.name, f"{of}{arm.name}", metric("test_accuracy"))
                for arm in run.config.arms
            ]
        return told(found)

    return rule


def _absent(_: Runs) -> Finding:
    return told(["the engine trains full batches on true labels, and nothing else"])


ROWS: tuple[Row, ...] = (
    Row(
        ("extra-iterative",),
        "Iterative magnitude pruning: does pruning in rounds make a better ticket?",
        NO_NUMBERS,
        ("extra-iterative",),
        times(["extra-iterative"]),
        "",
        "test accuracy of the tickets",
    ),
    Row(
        ("extra-width",),
        "Width: does edge-popup from initial weights generalise in a wider network?",
        f"{NO_NUMBERS}: 1 to 256 times the width",
        WIDTHS,
        accuracies(WIDTHS),
        "",
        "test accuracy of edge-popup from initial weights, by width",
    ),
    Row(
        ("extra-memorised",),
        "Edge-popup from earlier: how much must the network know already?",
        NO_NUMBERS,
        ("extra-memorised",),
        accuracies(["extra-memorised"]),
        "",
        "test accuracy of edge-popup from networks of several steps",
    ),
    Row(
        ("extra-transfer",),
        "Carried masks: does a ticket of addition help subtraction?",
        NO_NUMBERS,
        ("extra-transfer",),
        times(["extra-transfer"]),
        "",
        "test accuracy of subtraction with its own mask, and with that of addition",
    ),
    Row(
        ("extra-noise",),
        "Label noise, and batches of 100 to 4000.",
        NO_NUMBERS,
        (),
        _absent,
        "",
        "",
    ),
    Row(
        ("data-diet",),
        "Data diet: is a training set chosen by score better than a random one of its size?",
        "half of CIFAR-10 can go without loss (another setting: arXiv 2107.07075)",
        ("data-diet",),
        times(["data-diet"], skip="scorer"),
        "",
        "test accuracy for each part of the training set",
    ),
    Row(
        ("distillation",),
        "Distillation: does a generalised teacher remove the delay?",
        "gains of 1 to 2 points on CIFAR-100 and ImageNet (another setting: arXiv 2305.17007)",
        ("distillation",),
        times(["distillation"]),
        "",
        "test accuracy of each student",
    ),
)
