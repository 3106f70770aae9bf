"""The benchmark from beginning to end: what is measured in which order."""

from __future__ import annotations

import os
import platform
import signal
import sys
import time
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec
import torch

from benchmarks import costs
from benchmarks.contest import Contest
from benchmarks.plan import START_SECONDS, parse
from benchmarks.roof import Roofs
from grok_tui.engine import about, devices
from grok_tui.engine.cores import LEAST, Free, Hardware, Watch
from grok_tui.errors import GrokTuiError, Interrupted
from grok_tui.protocol.benchmark import Line, Machine, Progress, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.plan import Plan
    from grok_tui.protocol.benchmark import ModelName


def main(arguments: Sequence[str]) -> int:
    """Measure, and write lines to stdout; the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        plan = parse(arguments)
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            # Threads are chosen anew: what is found between other measurements is nobody's answer.
            os.environ["XDG_CACHE_HOME"] = folder
            report = measure(plan, _write)
        _write(Line(report=report))
    except GrokTuiError as error:
        _write(Line(failed=str(error)))
        return error.exit_code
    except (KeyboardInterrupt, BrokenPipeError):
        return Interrupted.exit_code
    return 0


class FirstLook(Watch):
    """The cores that were free before the first step: later, our own workers would look like
    other programs."""

    def __init__(self) -> None:
        super().__init__()
        time.sleep(1.5 * LEAST)
        self._found = super().free()

    def free(self) -> Free:
        """What was free then."""
        return self._found


def measure(plan: Plan, write: Callable[[Line], None]) -> Report:
    """Everything in the plan; `write` gets the progress. Raises UsageError, PresetError."""
    began, load = time.monotonic(), _load()
    device = devices.choose(plan.device, "float32")
    hardware = Hardware(FirstLook(), plan.device, plan.threads)
    roofs = Roofs(device)
    devices.prepare(devices.THREADS)
    teller = _Teller(plan.total, write)
    contests = [_contest(plan, model, hardware, roofs, teller) for model in plan.configs]
    starts = _starts(plan, str(device), teller)
    return Report(
        machine=_machine(device, load),
        rounds=plan.rounds,
        seconds=plan.seconds,
        took=time.monotonic() - began,
        roofs=roofs.report(),
        models=tuple(contest.report() for contest in contests),
        first_step=starts,
    )


class _Teller:
    """Tells what is done next; what it was told to last counts as done by then."""

    def __init__(self, total: float, write: Callable[[Line], None]) -> None:
        self._total, self._write = total, write
        self._done = self._next = 0.0

    def __call__(self, doing: str, seconds: float) -> None:
        """This is next, and planned to take so long."""
        self._done, self._next = self._done + self._next, seconds
        self._write(Line(progress=Progress(done=self._done, total=self._total, doing=doing)))


def _contest(
    plan: Plan, model: ModelName, hardware: Hardware, roofs: Roofs, teller: _Teller
) -> Contest:
    teller(f"{model}: building lanes, first steps", plan.setup)
    contest = Contest(plan, model, hardware, roofs)
    contest.warm_up()
    for number in range(1, plan.rounds + 1):
        contest.round(number, teller)
    contest.close()
    return contest


def _starts(plan: Plan, device: str, teller: _Teller) -> tuple[float, ...]:
    """Seconds to the first step, warm: what a first start reads from disk is then in memory."""
    found = []
    for number in range(plan.starts + 1 if plan.starts else 0):
        teller(f"start of a run, {number or 'unmeasured'}", START_SECONDS)
        found.append(costs.first_step(device))
    return tuple(found[1:])


def _machine(device: torch.device, load: float) -> Machine:
    return Machine(
        device=str(device),
        device_name=devices.name(device),
        cpu=devices.name(torch.device("cpu")),
        cores=_cores(),
        load=load,
        load_after=_load(),
        platform=platform.platform(),
        python=platform.python_version(),
        torch=str(torch.__version__),
        grok_tui=about.package_version("grok-tui"),
    )


def _load() -> float:
    return os.getloadavg()[0]


def _cores() -> int:
    """Processors that this process may use, where the system tells; else all."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _write(line: Line) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()
