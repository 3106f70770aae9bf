"""Rules for probes: which tasks they make sense of, and which settings they use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.protocol.probing import Probe
from grok_tui.protocol.section import kind
from grok_tui.protocol.tasks import ModularAddition, ModularTask, PairsTask, TaskSection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.tasks import Task

WANTED: dict[str, tuple[type[TaskSection], str]] = {
    "fourier-entropy": (ModularTask, "a task of numbers modulo p"),
    "spectrum": (ModularTask, "a task of numbers modulo p"),
    "mask-spectrum": (ModularTask, "a task of numbers modulo p"),
    "embedding-pca": (PairsTask, "a task of pairs"),
    "progress": (ModularAddition, "modular-addition"),
    "table": (PairsTask, "a task of pairs"),
}
"""What a probe can look at, where that is not every task."""
OF_MASKS = (
    "densities",
    "mask-spectrum",
    "mask-distance",
    "spectral-gap",
    "ramanujan",
    "path-length",
    "clustering",
)
"""Probes of a mask, which is a magnitude mask for an arm that prunes nothing."""
SLOW = ("path-length", "clustering")
"""Probes that walk the graph: seconds at each look."""
LEAST_P = 5
"""Below, there are no two frequencies of which one could be the key."""


def problems(config: Config) -> Iterator[tuple[str, str]]:
    """Of each probe."""
    names = [probe.probe for probe in config.probes]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield "probes", f"{name} stands twice; expected different probes"
    for probe in config.probes:
        key = f"probes.{probe.probe}"
        yield from _arms(probe, key, config)
        yield from _settings(probe, key)
        for name in probe.arms or [arm.name for arm in config.arms]:
            yield from _task(probe, key, name, config.task_of(config.arm(name)))


def _arms(probe: Probe, key: str, config: Config) -> Iterator[tuple[str, str]]:
    known = [arm.name for arm in config.arms]
    for index, name in enumerate(probe.arms):
        if name not in known:
            yield f"{key}.arms[{index}]", f"no arm is named {name}; expected {', '.join(known)}"
    yield from _doubles(probe.arms, f"{key}.arms")
    yield from _doubles(probe.frequencies, f"{key}.frequencies")


def _doubles(values: Sequence[object], key: str) -> Iterator[tuple[str, str]]:
    if len(set(values)) < len(values):
        yield key, "the same stands twice; expected different ones"


def _settings(probe: Probe, key: str) -> Iterator[tuple[str, str]]:
    rate, usual = probe.pruning_rate, Probe(probe=probe.probe).pruning_rate
    if rate != usual and probe.probe not in OF_MASKS:
        yield f"{key}.pruning_rate", f"{probe.probe} looks at no mask; expected it left out"
    if probe.probe in SLOW and not probe.every:
        yield f"{key}.every", "a look takes seconds; expected the steps between two, such as 1000"
    if probe.frequencies and probe.probe != "progress":
        yield f"{key}.frequencies", "only progress has key frequencies; expected none"


def _task(probe: Probe, key: str, arm: str, task: Task) -> Iterator[tuple[str, str]]:
    wanted = WANTED.get(probe.probe)
    if wanted and not isinstance(task, wanted[0]):
        yield f"{key}.arms", f"{arm} learns {kind(task)}; expected arms that learn {wanted[1]}"
    elif probe.probe == "progress" and isinstance(task, ModularTask):
        highest = (task.p - 1) // 2
        if task.p < LEAST_P:
            yield key, f"{arm} adds modulo {task.p}; expected p of at least {LEAST_P}"
        if max(probe.frequencies, default=0) > highest:
            yield f"{key}.frequencies", f"expected at most (p - 1) / 2, which is {highest}"
