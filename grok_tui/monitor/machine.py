"""The machine that a run trains on: what its GPUs, cores and memory do, and who else uses them."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.monitor import processes
from grok_tui.monitor.gpus import Gpu, Gpus, listed, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grok_tui.monitor.gpus import Library
    from grok_tui.protocol.rundir import About

FAMILY = 10.0
"""Seconds between two searches for the trainer's workers: all processes are looked through."""
RECENT = 5
"""Samples that a warning is an average of: a moment's load is none."""
FULL = 0.9
"""Share of the cores from which on they count as full."""
OTHERS = 0.25
"""Share of the cores that others may take before it is worth a word."""
SCARCE = 0.05
"""Share of the memory that is little to have left."""


@dataclass(frozen=True)
class Use:
    """What one process of the trainer uses now."""

    pid: int
    cores: float | None
    """None at the first look."""
    bytes: int


@dataclass(frozen=True)
class Sample:
    """The machine at one moment; what cannot be told is None."""

    at: float = 0.0
    cores: int = 1
    busy: float | None = None
    """Cores that work, for whomever."""
    load: float | None = None
    """Processes that want a core, over the last minute."""
    memory: tuple[int, int] | None = None
    """Bytes taken, bytes in all."""
    gpus: tuple[Gpu, ...] = ()
    no_gpus: str = ""
    """Why the driver cannot be asked; empty if it can."""
    trainer: tuple[Use, ...] = ()
    """The trainer, then its workers; empty where it cannot be seen from here."""
    names: tuple[tuple[int, str], ...] = ()
    """What other processes on the GPUs call themselves."""

    @property
    def others(self) -> float | None:
        """Cores that work for others than the trainer."""
        if self.busy is None:
            return None
        own = sum(use.cores or 0.0 for use in self.trainer)
        return max(0.0, self.busy - own)


class Machine:
    """Looks at this host again and again; belongs to the one thread that looks."""

    def __init__(
        self,
        gpus: Callable[[], Gpus] = Gpus,
        root: Path = Path("/"),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make, self._root, self._clock = gpus, root, clock
        self._gpus: Gpus | None = None
        self._seconds: tuple[float, float] | None = None
        self._used: dict[int, tuple[float, float]] = {}
        self._workers: list[int] = []
        self._searched = -FAMILY

    def look(self, about: About | None = None) -> Sample:
        """The machine now; with what a run tells of its trainer, what that uses too."""
        now = self._clock()
        self._gpus = self._gpus or self._make()
        found = self._gpus.look()
        busy, cores = self._busy(now)
        trainer = self._trainer(about, now) if about is not None else ()
        own = {use.pid for use in trainer}
        strangers = {holder.pid for gpu in found for holder in gpu.holders} - own
        return Sample(
            at=now,
            cores=cores,
            busy=busy,
            load=_load(),
            memory=processes.memory(self._root),
            gpus=found,
            no_gpus=self._gpus.problem,
            trainer=trainer,
            names=tuple((pid, processes.name(pid, self._root)) for pid in sorted(strangers)),
        )

    def _busy(self, now: float) -> tuple[float | None, int]:
        found = processes.busy_seconds(self._root)
        if found is None:
            return None, os.cpu_count() or 1
        seconds, cores = found
        before, self._seconds = self._seconds, (now, seconds)
        if before is None or now <= before[0]:
            return None, cores
        return min(float(cores), max(0.0, (seconds - before[1]) / (now - before[0]))), cores

    def _trainer(self, about: About, now: float) -> tuple[Use, ...]:
        first = processes.process(about.pid, self._root)
        if first is None or first.start != about.process_start:
            self._used, self._workers = {}, []
            return ()
        if now - self._searched >= FAMILY:
            self._workers = processes.descendants(about.pid, self._root)
            self._searched = now
        others = [processes.process(pid, self._root) for pid in self._workers]
        alive = [first, *(other for other in others if other is not None)]
        before, self._used = self._used, {one.pid: (now, one.seconds) for one in alive}
        return tuple(
            Use(one.pid, _share(before.get(one.pid), now, one.seconds), one.bytes) for one in alive
        )


def _share(before: tuple[float, float] | None, now: float, seconds: float) -> float | None:
    if before is None or now <= before[0]:
        return None
    return max(0.0, (seconds - before[1]) / (now - before[0]))


def _load() -> float | None:
    try:
        return os.getloadavg()[0]
    except OSError:
        return None


def own_gpu(sample: Sample, device: str) -> int | None:
    """The GPU that the trainer computes on: one that it holds, else the one that is meant.

    None for a run on cores, and where `device` names a GPU that is not here.
    """
    if not device.startswith("cuda"):
        return None
    pids = {use.pid for use in sample.trainer}
    for index, gpu in enumerate(sample.gpus):
        if any(holder.pid in pids for holder in gpu.holders):
            return index
    number = device.partition(":")[2]
    index = int(number) if number.isdecimal() else 0
    return index if index < len(sample.gpus) else None


def warnings(samples: Sequence[Sample], device: str) -> list[str]:
    """What stands in the way of a run on this device, in sentences: who else uses the machine."""
    recent = list(samples)[-RECENT:]
    if not recent:
        return []
    found = [_shared_gpu(recent[-1], device), _full_cores(recent), _little_memory(recent[-1])]
    return [sentence for sentence in found if sentence]


def _shared_gpu(sample: Sample, device: str) -> str:
    """Others on the trainer's GPU; said only where the driver's process numbers are ours."""
    index = own_gpu(sample, device)
    pids = {use.pid for use in sample.trainer}
    if index is None or not any(one.pid in pids for one in sample.gpus[index].holders):
        return ""
    others = [holder for holder in sample.gpus[index].holders if holder.pid not in pids]
    if not others:
        return ""
    names = dict(sample.names)
    who = ", ".join(f"{names.get(one.pid) or 'process'} {one.pid}" for one in others[:3])
    held = sum(one.bytes or 0 for one in others)
    share = f" with {gigabytes(held)} GB" if held else ""
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return f"others compute on this GPU{share}: {who}{more}"


def _full_cores(samples: Sequence[Sample]) -> str:
    known = [(one.busy, one.others) for one in samples if one.busy is not None]
    cores = samples[-1].cores
    if len(known) < RECENT:
        return ""
    busy = sum(pair[0] or 0.0 for pair in known) / len(known)
    others = sum(pair[1] or 0.0 for pair in known) / len(known)
    if busy < FULL * cores or others < max(0.5, OTHERS * cores):
        return ""
    return f"other programs keep {others:.{1 if cores < 10 else 0}f} of {cores} cores busy"


def _little_memory(sample: Sample) -> str:
    if sample.memory is None or sample.memory[1] <= 0:
        return ""
    used, total = sample.memory
    if total - used > SCARCE * total:
        return ""
    return f"memory is nearly full: {gigabytes(total - used)} of {gigabytes(total)} GB are left"


def gigabytes(count: float) -> str:
    """Bytes in units of 2^30, with a decimal where that says something."""
    value = count / 2**30
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def devices(library: Library | None = None) -> tuple[str, ...]:
    """Names of the GPUs that a trainer started here would find, those of cuda:0, cuda:1 and so on.

    Asks the driver, else `nvidia-smi`, and loads no torch; empty where neither knows of one. May
    take seconds: for a thread.
    """
    found = [(gpu.name, gpu.uuid) for gpu in Gpus(library).look()] or listed()
    return visible(found, os.environ.get("CUDA_VISIBLE_DEVICES"))
