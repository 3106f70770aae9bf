"""The GPUs of this host, as their driver tells: through pynvml where it is installed.

Errors of the driver are answers: what cannot be told is None, and a host without GPUs has none.
"""

from __future__ import annotations

import importlib
import math
import re
import shutil
import subprocess
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol, cast

from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NAME = 60
"""Columns that the name of a GPU may take."""
PATIENCE = 5.0
"""Seconds that `nvidia-smi` may take: a driver that has to wake up is slow."""
MOST = 64
"""GPUs that are looked at, and processes of each."""
_LISTED = re.compile(r"^GPU \d+: (?P<name>.*?) \(UUID: (?P<uuid>[\w-]+)\)\s*$")


class Library(Protocol):
    """What is needed of pynvml; its questions are asked by name, for versions differ in them."""

    @property
    def NVMLError(self) -> type[Exception]:  # noqa: N802
        """What every refusal of the driver is."""
        ...

    def nvmlInit(self) -> object:  # noqa: N802
        """Begin; raises NVMLError where no driver answers."""
        ...


class _Process(Protocol):
    pid: int
    usedGpuMemory: int | None  # noqa: N815


@dataclass(frozen=True)
class Holder:
    """A process that computes on a GPU."""

    pid: int
    bytes: int | None
    """Memory of the GPU that it holds."""


@dataclass(frozen=True)
class Gpu:
    """One GPU at one moment."""

    name: str
    uuid: str = ""
    percent: int | None = None
    """Share of the time in which something ran on it."""
    used: int | None = None
    """Bytes of its memory."""
    total: int | None = None
    celsius: int | None = None
    watts: float | None = None
    holders: tuple[Holder, ...] = ()


class Gpus:
    """Looks at every GPU again and again; made once, in the thread that looks."""

    def __init__(self, library: Library | None = None) -> None:
        """`library` stands in for the module pynvml, if that is to be another one."""
        self.problem = ""
        """Why there is nothing to look at, in words; empty where there is."""
        self._nvml: Library | None = None
        try:
            nvml = library or cast("Library", importlib.import_module("pynvml"))
        except ImportError:
            self.problem = "nvidia-ml-py is not installed"
            return
        try:
            nvml.nvmlInit()
        except (nvml.NVMLError, OSError) as error:
            self.problem = safe(str(error), NAME) or "the driver does not answer"
            return
        self._nvml = nvml

    def look(self) -> tuple[Gpu, ...]:
        """Every GPU now, in the driver's order."""
        count = _number(self._ask("nvmlDeviceGetCount"), MOST) or 0
        return tuple(gpu for index in range(int(count)) if (gpu := self._gpu(index)))

    def _gpu(self, index: int) -> Gpu | None:
        handle = self._ask("nvmlDeviceGetHandleByIndex", index)
        if handle is None:
            return None
        rates = self._ask("nvmlDeviceGetUtilizationRates", handle)
        memory = self._ask("nvmlDeviceGetMemoryInfo", handle)
        milliwatts = _number(self._ask("nvmlDeviceGetPowerUsage", handle), 1e7)
        return Gpu(
            name=_text(self._ask("nvmlDeviceGetName", handle)) or "GPU",
            uuid=_text(self._ask("nvmlDeviceGetUUID", handle)),
            percent=_number(getattr(rates, "gpu", None), 100),
            used=_number(getattr(memory, "used", None), 2**50),
            total=_number(getattr(memory, "total", None), 2**50),
            celsius=_number(self._ask("nvmlDeviceGetTemperature", handle, 0), 1000),
            watts=None if milliwatts is None else milliwatts / 1000,
            holders=self._holders(handle),
        )

    def _holders(self, handle: object) -> tuple[Holder, ...]:
        found = self._ask("nvmlDeviceGetComputeRunningProcesses", handle) or ()
        return tuple(
            Holder(one.pid, _number(one.usedGpuMemory, 2**50))
            for one in islice(cast("Iterable[_Process]", found), MOST)
            if _number(one.pid, 2**32)
        )

    def _ask(self, question: str, *arguments: object) -> object:
        """The driver's answer; None where it has none or its version knows no such question."""
        if self._nvml is None:
            return None
        try:
            return cast("object", getattr(self._nvml, question)(*arguments))
        except (self._nvml.NVMLError, AttributeError, ValueError, OSError):
            return None


def visible(found: Sequence[tuple[str, str]], chosen: str | None) -> tuple[str, ...]:
    """Of GPUs with their ids the names of those that CUDA_VISIBLE_DEVICES chooses, in its order.

    CUDA goes by numbers or by beginnings of ids, and stops at the first that it does not know.
    """
    if chosen is None:
        return tuple(name for name, _ in found)
    names: list[str] = []
    for word in chosen.split(","):
        fits = [
            name
            for index, (name, uuid) in enumerate(found)
            if word.strip() == str(index) or (word.strip() and uuid.startswith(word.strip()))
        ]
        if len(fits) != 1:
            break
        names += fits
    return tuple(names)


def listed() -> list[tuple[str, str]]:
    """Names and ids of the GPUs that `nvidia-smi` lists; none where it is not."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    try:
        done = subprocess.run(
            [program, "-L"], capture_output=True, timeout=PATIENCE, check=False, text=True,
            stdin=subprocess.DEVNULL, errors="replace",
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return []
    lines = [_LISTED.match(line) for line in done.stdout.splitlines()[:MOST]]
    return [(safe(line["name"], NAME), line["uuid"]) for line in lines if line]


def _text(answer: object) -> str:
    """Text of the driver, which older versions give as bytes."""
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return safe(text, NAME) if isinstance(text, str) else ""


def _number(answer: object, most: float) -> int | None:
    """A number of the driver in whole units, or None for what cannot be one."""
    if not isinstance(answer, int | float) or not math.isfinite(answer):
        return None
    return int(answer) if 0 <= answer <= most else None
