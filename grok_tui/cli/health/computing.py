"""What there is to compute with: torch and each device, really tried, cores, memory, the clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, TYPE_CHECKING

from grok_tui.cli.health.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TRIAL = (sys.executable, "-m", "grok_tui.engine.selftest")
"""What tries torch; tests put something quicker here."""
QUIET = 2.0
"""Seconds after which it is said that torch is waited for."""
PATIENCE = 60.0
"""Seconds in which torch loads from a cold disk and wakes every device."""
SCARCE = 1 << 30
"""Bytes of memory that are little to have left."""
DAY = 86400.0
_SAID = ('{"torch"', '{"device"')


class Torch:
    """torch, in a process of its own that begins at once; what it says is asked for later."""

    def __init__(self, command: Sequence[str] = TRIAL, patience: float = PATIENCE) -> None:
        from grok_tui.monitor import spawning

        self._patience = patience
        self._out, self._err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._err,
            cwd="/",  # `-m` imports from where it is: here, a stranger's files
            env=spawning.environment(),
        )

    def findings(self, gpus: Sequence[str], say: Callable[[str], object]) -> Iterator[Finding]:
        """What it said, once it has ended or its time is up; `gpus` are those the driver knows."""
        timely = self._wait(min(QUIET, self._patience))
        if not timely:
            say("torch is being loaded and tried on each device …")
            timely = self._wait(self._patience - QUIET)
        if not timely:
            self._child.kill()
            self._wait(QUIET)  # one that waits for a device may not even end then
        lines = _text(self._out).splitlines()
        told = [json.loads(one) for one in lines if one.startswith(_SAID) and one.endswith("}")]
        devices = [one for one in told if "device" in one]
        if told:
            build = f"built for CUDA {told[0]['cuda']}" if told[0]["cuda"] else "built without CUDA"
            yield Finding("torch", f"{told[0]['torch']}, {build}")
            yield from map(_device, devices)
            yield from _unused(gpus, devices, told[0]["cuda"])
        if not timely or self._child.returncode:
            yield self._broken(timely, devices[-1]["device"] if devices else "")
        self._out.close()
        self._err.close()

    def _broken(self, timely: bool, last: str) -> Finding:
        after = f" after {last}" if last else ""
        if not timely:
            found = f"did not answer within {self._patience:.0f} s{after}"
            advice = "look at the device with nvidia-smi, or hide it: CUDA_VISIBLE_DEVICES=''"
            return Finding("torch", found, advice, bad=True)
        lines = [line for line in _text(self._err).splitlines() if line.strip()]
        code = self._child.returncode
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        found = f"does not work{after}: {lines[-1] if lines else how}"
        advice = "install it anew: `pip install --force-reinstall torch`"
        return Finding("torch", found, advice, bad=True)

    def _wait(self, seconds: float) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(max(0.0, seconds))
        return self._child.returncode is not None


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(1 << 20).decode(errors="replace")


def _device(told: dict[str, str]) -> Finding:
    name = told["device"]
    if not told["problem"]:
        return Finding(name, f"{told['called']}, a product on it is exact")
    advice = "update its driver, or train elsewhere: `grok-tui run PRESET --device cpu`"
    return Finding(name, f"{told['called']}: {told['problem']}", advice, bad=True)


def _unused(gpus: Sequence[str], devices: Sequence[dict[str, str]], cuda: str) -> Iterator[Finding]:
    """That there is a GPU and torch does not see it."""
    if not gpus or any(one["device"].startswith("cuda") for one in devices):
        return
    advice = "install a torch that is built for CUDA: https://pytorch.org/get-started"
    if cuda:
        advice = f"install a driver that is new enough for CUDA {cuda}"
    yield Finding("GPUs", f"{len(gpus)} that torch cannot use: {', '.join(gpus)}", advice)


def machine(gpus: Sequence[str]) -> Iterator[Finding]:
    """Cores, memory, sensors of the GPUs, the clock."""
    from grok_tui.monitor.gpus import Gpus
    from grok_tui.monitor.machine import gigabytes
    from grok_tui.monitor.processes import memory

    yield Finding("cores", f"{os.cpu_count() or 1}")
    taken = memory()
    if taken:
        left = taken[1] - taken[0]
        advice = "end what you do not need: a trainer takes 0.3 GB and more"
        yield Finding(
            "memory",
            f"{gigabytes(left)} of {gigabytes(taken[1])} GB are free",
            advice if left < SCARCE else "",
        )
    names = ", ".join(f"cuda:{index} {name}" for index, name in enumerate(gpus))
    yield Finding("GPUs", names or "none is seen")
    problem = Gpus().problem
    advice = "`pip install 'grok-tui[gpu]'` shows what the GPUs do" if gpus and problem else ""
    yield Finding("sensors", problem or "nvidia-ml-py answers", advice)
    yield clock(time.time(), Path(__file__).stat().st_mtime)


def clock(now: float, written: float) -> Finding:
    """The time of day, which runs are named by; it is not before this program was written."""
    shown = datetime.fromtimestamp(now, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    if now > written - DAY:
        return Finding("clock", shown)
    advice = "set it, or new runs are listed below old ones; what a run measures stays right"
    return Finding("clock", f"{shown}, before this program was installed", advice)
