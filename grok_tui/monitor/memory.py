"""How much memory an experiment will take, against what is free where it trains.

Fitted to the trainers of ten experiments on two cores (memory that processes share counted once): a
process with torch is 250 MiB before it trains, each worker 20 more; a lane is its rows, of which a
checkpoint in the making has copies, and what its examples become on the way through the network.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor import processes
from grok_tui.monitor.gpus import Gpus
from grok_tui.monitor.machine import gigabytes
from grok_tui.protocol.models import Mlp, Perceptron, Transformer

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.monitor.gpus import Library
    from grok_tui.protocol.config import Config

MIB = 1 << 20
TRAINER = 250 * MIB
"""A trainer before its first lane: Python and torch."""
WORKER = 20 * MIB
"""What a worker has of its own beside its lanes."""
ROWS = 20
"""Rows of numbers that a lane amounts to: weights, mask, two moments, gradient, the weights that it
began with; and those again, twice, while a checkpoint is written."""
SHARED_ROWS = 9
"""The more where workers have the lanes in memory that they share."""
POPUP_ROWS = 12
"""The more with edge-popup: scores have rows of their own, and copies in a checkpoint."""
CUDA = 600 * MIB
"""What a process takes on a GPU before its first number: an assumption, not measured."""
CUDA_ROWS = 9
"""Rows of a lane that lie on the GPU; the copies are made beside it."""
TIGHT = 0.9
"""Share of the free memory from which on there is a warning."""


@dataclass(frozen=True)
class Need:
    """What an experiment takes, and what there is of it."""

    bytes: int
    free: int | None
    """None: nobody knows."""
    where: str = "of memory"

    @property
    def short(self) -> bool:
        """Whether it may not fit."""
        return self.free is not None and self.bytes > TIGHT * self.free

    @property
    def line(self) -> str:
        """The same in words."""
        free = f", {gigabytes(self.free)} free" if self.free is not None else ""
        warning = ": it may not fit" if self.short else ""
        needed = f"about {gigabytes(self.bytes)} GB {self.where}"
        return f"{needed}{free}{warning}, without probes"


def need(
    config: Config, device: str, root: Path | None = None, library: Library | None = None
) -> Need:
    """The memory that training all lanes at once takes at most, and what is free of it.

    With `auto` that is the first GPU if its driver can be asked, as a trainer would choose. May ask
    a driver: for a thread.
    """
    if device == "auto" and Gpus(library).look():
        device = "cuda:0"
    number = device.partition(":")[2]
    if device.startswith("cuda"):
        where = f"on GPU {number}" if number else "on the GPU"
        return Need(on_gpu(config), _free_on_gpu(int(number or 0), library), where)
    known = processes.memory(root) if root else processes.memory()
    return Need(on_cores(config), known and known[1] - known[0])


def on_cores(config: Config, cores: int = 0) -> int:
    """Bytes of a trainer on so many cores (0: those of this machine) with all its workers."""
    lanes = len(config.arms) * len(config.seeds)
    workers = min(cores or _cores(), lanes)
    shared = workers > 1
    each = (ROWS + SHARED_ROWS * shared) * _row(config) + _passage(config)
    own = WORKER * workers if shared else 0
    return TRAINER + own + lanes * each + _popups(config) * POPUP_ROWS * _row(config)


def on_gpu(config: Config) -> int:
    """Bytes on a GPU, where all lanes are in one block."""
    lanes = len(config.arms) * len(config.seeds)
    each = CUDA_ROWS * _row(config) + _passage(config)
    return CUDA + lanes * each + _popups(config) * CUDA_ROWS // 2 * _row(config)


def _row(config: Config) -> int:
    return config.parameters * _size(config)


def _size(config: Config) -> int:
    return 8 if config.train.precision == "float64" else 4


def _popups(config: Config) -> int:
    return sum(arm.method == "edge-popup" for arm in config.arms) * len(config.seeds)


def _passage(config: Config) -> int:
    """What the examples of a lane become on the way: hidden units, their slopes, logits."""
    task = config.task
    examples = task.train_examples + task.test_examples
    return _size(config) * examples * (task.outputs + 2 * _hidden(config))


def _hidden(config: Config) -> int:
    """Hidden units of all layers."""
    model = config.model
    if isinstance(model, Mlp):
        return model.d_hidden * model.hidden_layers
    if isinstance(model, Transformer):
        return model.d_mlp
    assert isinstance(model, Perceptron)
    return sum(model.widths)


def _free_on_gpu(number: int, library: Library | None) -> int | None:
    """Free bytes of a GPU; None where none tells, or where another is meant by its number."""
    if "CUDA_VISIBLE_DEVICES" in os.environ:
        return None
    found = Gpus(library).look()
    gpu = found[number] if number < len(found) else None
    if gpu is None or gpu.total is None or gpu.used is None:
        return None
    return gpu.total - gpu.used


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
