"""An hour of training while people come and go: `make soak`. GROK_TUI_SOAK: other seconds."""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.protocol.rundir import lock_state
from tests.engine import runs, tiny
from tests.faults.counting import trials
from tests.slow.trainers import has, trainer
from tests.terminal.processes import family, lives
from tests.terminal.pty import Terminal, grok

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.protocol.rundir import RunDir

VISITS = 200
SECONDS = float(os.environ.get("GROK_TUI_SOAK", "3600"))
PATIENCE = 600.0
"""Seconds for anything: what else the machine does may come first for minutes."""
SLOPE = 1.0
"""Megabytes an hour."""
SLOPE_OF_A_VIEW = 4.0
"""It keeps what the log tells, which is more and more."""
WARM = 0.15
"""The part at the start in which memory may still be taken: allocators fill their pools."""
SIZES = ((80, 24), (120, 36), (160, 48))
KEYS = ("down", "up", "v", "2", "4", "5", "6", "x", "s", "right", "escape", "?", "escape", "g", "z")
ENDLESS = tiny.tiny((tiny.DENSE, tiny.RANDOM), seeds=(0, 1, 2, 3), steps=10_000_000)


class Watched:
    """A process that is looked at again and again: its memory, descriptors and threads."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")
        self._began = time.monotonic()
        self.looks: list[tuple[float, float]] = []
        """Seconds since the first look, and megabytes."""
        self.descriptors: list[int] = []
        self.threads: list[int] = []

    def look(self) -> None:
        """Note how it is now."""
        status = (self._folder / "status").read_text()
        kilobytes = int(status.partition("VmRSS:")[2].split()[0])
        self.looks.append((time.monotonic() - self._began, kilobytes / 1e3))
        self.descriptors.append(len(list((self._folder / "fd").iterdir())))
        self.threads.append(len(list((self._folder / "task").iterdir())))

    @property
    def slope(self) -> float:
        """Megabytes an hour, by least squares over all but the start."""
        return slope([look for look in self.looks if look[0] >= WARM * self.looks[-1][0]])

    def __str__(self) -> str:
        first, last = self.looks[0], self.looks[-1]
        return (
            f"{first[1]:.1f} MB after {first[0]:.0f} s, {last[1]:.1f} MB after {last[0]:.0f} s, "
            f"{self.slope:+.2f} MB/h; descriptors {min(self.descriptors)}-{max(self.descriptors)}, "
            f"threads {min(self.threads)}-{max(self.threads)}"
        )


def slope(looks: Sequence[tuple[float, float]]) -> float:
    """How fast a value grows in an hour."""
    times, values = [at for at, _ in looks], [value for _, value in looks]
    middle, mean = sum(times) / len(times), sum(values) / len(values)
    spread = sum((at - middle) ** 2 for at in times)
    return 3600 * sum((at - middle) * (value - mean) for at, value in looks) / spread


def visit(folder: Path, chance: random.Random) -> None:
    """Attach, press a few keys, and leave: by the key, by a signal, or with a line that is dead."""
    with Terminal(grok("attach", "last"), chance.choice(SIZES), folder) as terminal:
        terminal.wait_for("dense", seconds=PATIENCE)
        for _ in range(chance.randint(0, 4)):
            terminal.press(chance.choice(KEYS), 0.3)
        how = chance.choice(("key", "term", "hang"))
        if how == "key":
            terminal.press("escape", 0.3)
            terminal.end()
        elif how == "term":
            terminal.process.terminate()
        else:
            terminal.hang_up()
        assert terminal.ended(PATIENCE) is not None, f"a view that was left by {how} does not end"
        assert terminal.left() == []


def await_measurement(run: RunDir) -> None:
    """Return once it trains."""
    deadline = time.monotonic() + PATIENCE
    while not has(run.events, '"measured"'):
        assert time.monotonic() < deadline, "it does not begin"
        time.sleep(0.1)


@trials(VISITS, at_once=VISITS)
def test_soak(seeds: range, tmp_path: Path) -> None:
    """An hour of training while views attach and detach: memory, descriptors, no zombie."""
    chance = random.Random(seeds.start)
    run = runs.new_run(tmp_path, ENDLESS)
    with trainer(run, "--threads", "1") as process:
        await_measurement(run)
        trains = Watched(process.pid)
        with Terminal(grok("attach", "last"), (120, 36), tmp_path) as terminal:
            terminal.wait_for("dense", seconds=PATIENCE)
            stays = Watched(terminal.process.pid)
            began = time.monotonic()
            for seed in seeds:
                visit(tmp_path, chance)
                due = began + SECONDS * (seed + 1) / len(seeds)
                terminal.run(max(0.5, due - time.monotonic()))
                terminal.chunks.clear()
                assert process.poll() is None, run.trainer_log.read_text()[-3000:]
                trains.look()
                stays.look()
                if seed % 10 == 9:
                    sys.stdout.write(f"{seed + 1} visits; trainer: {trains}; view: {stays}\n")
                    sys.stdout.flush()
            assert terminal.process.poll() is None, "the view that stayed has ended"
        assert family(process.pid) == [process.pid], "the trainer has children"
        process.terminate()
        assert process.wait(PATIENCE) == 130
    assert lock_state(run) == "free"
    assert all(map(lives, family(os.getpid()))), "zombies are left"
    for what, one, most in (("trainer", trains, SLOPE), ("view", stays, SLOPE_OF_A_VIEW)):
        assert one.slope < most, f"the memory of the {what} grows: {one}"
        middle = len(one.descriptors) // 2
        first, second = one.descriptors[middle // 5 : middle], one.descriptors[middle:]
        # a look may fall on an instant in which a file is open that is open for no longer
        assert min(first) == min(second), f"descriptors of the {what} grow: {one}"
