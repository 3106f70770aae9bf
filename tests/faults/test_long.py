"""A run of a million steps, and eight views on one run: only with `make faults`."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.protocol import control
from grok_tui.protocol.events import Finished, Measured
from grok_tui.protocol.models import Mlp
from grok_tui.protocol.tasks import ModularAddition
from tests.engine import runs, tiny
from tests.faults import children
from tests.slow.trainers import has, until
from tests.terminal.pty import Terminal, grok

if TYPE_CHECKING:
    from grok_tui.protocol.rundir import RunDir

STEPS = 1_000_000
LONG = msgspec.structs.replace(
    tiny.tiny((tiny.DENSE,), steps=STEPS),
    task=ModularAddition(p=5, train_fraction=0.8),
    model=Mlp(d_embedding=4, d_hidden=4),
)
ENDLESS = tiny.tiny((tiny.DENSE, tiny.RANDOM), steps=10_000_000)
VIEWS = 8
SIZE = (120, 36)
KEYS = ("down", "up", "v", "2", "4", "6", "x", "s", "right", "escape", "?", "escape", "g", "z", "P")
SECONDS = 20.0
once = pytest.mark.parametrize(
    "seeds", [pytest.param(range(1), id="0", marks=[pytest.mark.counted, pytest.mark.faults])]
)


def megabytes(pid: int) -> float:
    """Memory of a process that it has for itself and shares."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1e3


@once
def test_a_million_steps(seeds: range, tmp_path: Path) -> None:
    """A run of 1,000,000 steps: complete, some 1,000 records of it, memory as after a tenth."""
    run = runs.new_run(tmp_path, LONG)
    held: list[float] = []
    with children.trainer(run) as process:
        assert process.pid
        while process.is_alive():
            process.join(1.0)
            if process.is_alive():
                held.append(megabytes(process.pid))
        assert children.ended(process) == 0
    events = runs.events(run)
    measured = [event.step for event in events if isinstance(event, Measured)]
    assert isinstance(events[-1], Finished)
    assert events[-1].outcome == "completed"
    assert (measured[0], measured[-1]) == (0, STEPS), f"seeds {seeds}"
    assert len(measured) < 1200
    assert run.events.stat().st_size < 1 << 20
    assert sum(path.stat().st_size for path in run.path.rglob("*")) < 16 << 20
    assert max(held[len(held) // 10 :]) - held[len(held) // 10] < 8, held


class Viewer(threading.Thread):
    """Presses keys in a view, then looks on until it shows the end."""

    def __init__(self, terminal: Terminal, seed: int) -> None:
        super().__init__(daemon=True)
        self.terminal = terminal
        self.load = 0.0
        """Part of a core that it took while keys were pressed."""
        self.fault: BaseException | None = None
        self._chance = random.Random(seed)
        self.may_end = threading.Event()

    def run(self) -> None:
        """All of it; what goes wrong is kept for the test."""
        try:
            self._look_on()
        except BaseException as error:  # noqa: BLE001 - told to the test
            self.fault = error

    def _look_on(self) -> None:
        self.terminal.wait_for("dense", seconds=120)
        began, before = time.monotonic(), self.terminal.usage.sample()
        while time.monotonic() - began < SECONDS:
            self.terminal.press(self._chance.choice(KEYS), self._chance.uniform(0.1, 0.8))
        self.load = (self.terminal.usage.sample() - before) / (time.monotonic() - began)
        while not self.may_end.is_set():
            self.terminal.run(0.2)
        for key in ("escape", "escape", "escape"):
            self.terminal.press(key, 0.3)


def step_of(run: RunDir) -> int:
    """The last step of the log."""
    return max(event.step for event in runs.events(run) if isinstance(event, Measured))


@once
def test_eight_views(seeds: range, tmp_path: Path) -> None:
    """Eight views in terminals on one run, keys at random: none ends, all show the same at last."""
    run = runs.new_run(tmp_path, ENDLESS)
    with children.trainer(run) as process:
        until(lambda: has(run.events, '"measured"'))
        terminals = [Terminal(grok("attach", "last"), SIZE, tmp_path) for _ in range(VIEWS)]
        viewers = [Viewer(one, seeds.start * VIEWS + at) for at, one in enumerate(terminals)]
        try:
            for viewer in viewers:
                viewer.start()
            time.sleep(SECONDS)
            control.send(run, "continue", "test")
            before = step_of(run)
            until(lambda: step_of(run) > before)
            control.send(run, "stop", "test")
            assert children.ended(process) == 130
            for viewer in viewers:
                viewer.may_end.set()
            for viewer in viewers:
                viewer.join(180)
                assert viewer.fault is None, viewer.fault
            for terminal in terminals:
                terminal.wait_for("stopped", seconds=60)
                assert terminal.end() == 0
                assert terminal.left_on() == set()
                assert terminal.left() == []
            assert max(viewer.load for viewer in viewers) < 0.8
        finally:
            for terminal in terminals:
                terminal.__exit__(None, None, None)
