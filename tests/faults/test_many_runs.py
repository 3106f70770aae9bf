"""Folders of hundreds and thousands of runs, many of them damaged: all are listed, and soon."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import grok_tui.ui.app
from grok_tui.monitor.catalog import Catalog, summaries
from grok_tui.protocol.rundir import RunDir, TrainerLock
from grok_tui.ui.app import GrokTuiApp
from grok_tui.ui.screens.runs import Runs
from tests import fakes
from tests.faults.counting import trials
from tests.ui.looking import settled, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.screen import Screen

    from grok_tui.monitor.watch import State

MOST = 60.0
"""Seconds in which any list is there, on any machine: it takes a hundredth of that."""
MEMORY = 400 << 10
"""Kilobytes that `ls` may take at most."""
LISTED = """
import atexit, pathlib, re, sys
status = pathlib.Path("/proc/self/status")
atexit.register(lambda: print(re.search("VmHWM:(.*) kB", status.read_text())[1], file=sys.stderr))
from grok_tui.cli import main
main()
"""
"""A program that lists, and says last how much memory it took: what the kernel tells of a child has
that of its parent in it."""


def cut(run: RunDir, chance: random.Random) -> None:
    """A log that ends in the middle of a line."""
    os.truncate(run.events, chance.randrange(run.events.stat().st_size))


def flip(run: RunDir, chance: random.Random) -> None:
    """Bytes of every file are others."""
    for path in (run.config, run.about, run.events, run.lock):
        data = bytearray(path.read_bytes())
        data[chance.randrange(len(data))] ^= 0xFF
        path.write_bytes(data)


def gone(run: RunDir, chance: random.Random) -> None:
    """A file is missing."""
    chance.choice((run.config, run.about, run.events, run.lock, run.trainer_log)).unlink()


def empty(run: RunDir, _: random.Random) -> None:
    """All files are empty."""
    for path in (run.config, run.about, run.events, run.lock):
        path.write_bytes(b"")


def folder(run: RunDir, chance: random.Random) -> None:
    """A folder is in the place of a file."""
    path = chance.choice((run.config, run.about, run.events, run.lock))
    path.unlink()
    path.mkdir()


def pipe(run: RunDir, chance: random.Random) -> None:
    """A pipe that nobody writes to is in the place of a file."""
    path = chance.choice((run.config, run.about, run.events, run.lock))
    path.unlink()
    os.mkfifo(path)


def device(run: RunDir, chance: random.Random) -> None:
    """A link to what has no end is in the place of a file."""
    path = chance.choice((run.config, run.about, run.events, run.lock))
    path.unlink()
    path.symlink_to(chance.choice(("/dev/zero", "/dev/stdin", "nowhere", str(run.path))))


def noise(run: RunDir, chance: random.Random) -> None:
    """Files of anything."""
    for path in (run.config, run.about, run.events):
        path.write_bytes(chance.randbytes(3000))


def closed(run: RunDir, _: random.Random) -> None:
    """Files that may not be read."""
    for path in (run.config, run.events):
        path.chmod(0)


def naked(run: RunDir, _: random.Random) -> None:
    """Nothing but the folder, made long ago."""
    shutil.rmtree(run.path)
    run.path.mkdir()
    os.utime(run.path, (1, 1))


DAMAGES: tuple[Callable[[RunDir, random.Random], None], ...] = (
    cut, flip, gone, empty, folder, pipe, device, noise, closed, naked,
)  # fmt: skip
STATES: tuple[fakes.State, ...] = ("finished", "stopped", "failed", "interrupted", "paused")


class Shelf:
    """A folder with so many runs, a third of them damaged, and what is no run at all."""

    def __init__(self, runs: Path, count: int, seed: int) -> None:
        self.path = runs
        self.states: dict[str, State] = {}
        """Of those that are whole."""
        self.damaged: set[str] = set()
        made = self._made()
        chance = random.Random(seed)
        for number, letters in enumerate(islice(product("abcdefghi", repeat=4), count)):
            name = f"20261121-10{number // 60 % 60:02d}{number % 60:02d}-x-{''.join(letters)}"
            self._put(name, chance, made)
        alive = [name for name, state in self.states.items() if state == "paused"][20:]
        for name in alive:
            fakes.let_go(RunDir(runs / name))
            self.states[name] = "interrupted"
        first = next(iter(self.states))
        (runs / "20261121-111111-link-abcd").symlink_to(first)
        (runs / "20261121-111112-file-abcd").write_text("a file")
        os.mkfifo(runs / "20261121-111113-pipe-abcd")
        (runs / "notes \x1b[2J").mkdir()

    def _made(self) -> dict[fakes.State, RunDir]:
        models = self.path.parent / f"{self.path.name}-models"
        found: dict[fakes.State, RunDir] = {}
        for number, state in enumerate(STATES):
            run_id = f"20261121-09000{number}-x-abcd"
            found[state] = fakes.recorded_run(models, state, last=40, run_id=run_id)
        return found

    def _put(self, name: str, chance: random.Random, made: dict[fakes.State, RunDir]) -> None:
        state = chance.choice(STATES)
        shutil.copytree(made[state].path, self.path / name)
        run = RunDir(self.path / name)
        if chance.random() < 1 / 3:
            chance.choice(DAMAGES)(run, chance)
            self.damaged.add(name)
            return
        self.states[name] = "paused" if state == "paused" else state  # type: ignore[assignment]
        if state == "paused":
            fakes._HELD[run] = TrainerLock(run)

    def close(self) -> None:
        """Let go of those that are alive."""
        for run in list(fakes._HELD):
            fakes.let_go(run)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Callable[[int, int], Shelf]]:
    """Makes folders of so many runs from a seed."""
    made: list[Shelf] = []

    def make(count: int, seed: int) -> Shelf:
        made.append(Shelf(tmp_path / f"runs-{count}-{seed}", count, seed))
        return made[-1]

    yield make
    for one in made:
        one.close()


def assert_right(shelf: Shelf, found: dict[str, str]) -> None:
    """All are there, the whole ones in their states."""
    assert found.keys() == shelf.states.keys() | shelf.damaged
    assert {name: found[name] for name in shelf.states} == shelf.states


def listed(shelf: Shelf) -> None:
    """By the catalog, twice, and by `ls` in a process of its own with little memory."""
    began = time.monotonic()
    assert_right(shelf, {one.run.id: one.state for one in summaries(shelf.path)})
    catalog = Catalog(shelf.path)
    for _ in range(2):
        found, complete = list(catalog.look())[-1]
        assert complete
        assert_right(shelf, {one.run.id: one.state for one in found})
    assert time.monotonic() - began < MOST
    done = subprocess.run(
        [sys.executable, "-c", LISTED, "--runs-dir", str(shelf.path), "ls"],
        capture_output=True, text=True, check=True, timeout=MOST,
    )  # fmt: skip
    lines = {line.split()[0]: line for line in done.stdout.splitlines()[1:]}
    assert lines.keys() == shelf.states.keys() | shelf.damaged
    assert all(state in lines[name] for name, state in shelf.states.items())
    assert "\x1b" not in done.stdout
    assert int(done.stderr.split()[-1]) < MEMORY


class ListApp(GrokTuiApp):
    """The application with the list at the bottom."""

    CSS_PATH = str(Path(grok_tui.ui.app.__file__).with_name("app.tcss"))

    def get_default_screen(self) -> Screen[None]:
        return self.make.runs()


async def on_a_screen(shelf: Shelf) -> None:
    """The list of runs on a screen, gone through from end to end."""
    app = ListApp(shelf.path)
    async with app.run_test(size=(120, 36)) as pilot:
        until = time.monotonic() + MOST
        every = len(shelf.states) + len(shelf.damaged)
        while f"{every} runs" not in written(pilot, "#head"):
            assert time.monotonic() < until
            await pilot.pause(0.05)
        await settled(pilot)
        assert isinstance(pilot.app.screen, Runs)
        await pilot.press("end", "home", "pagedown", "full_stop", "o")
        await settled(pilot)


@trials(10)
async def test_five_hundred_runs(seeds: range, shelf: Callable[[int, int], Shelf]) -> None:
    """500 runs, a third damaged in every way, 20 alive: the list, `ls` and the screen tell each."""
    for seed in seeds:
        made = shelf(500, seed)
        listed(made)
        await on_a_screen(made)


@pytest.mark.parametrize(
    "seeds", [pytest.param(range(1), id="0", marks=[pytest.mark.counted, pytest.mark.faults])]
)
async def test_five_thousand_runs(seeds: range, shelf: Callable[[int, int], Shelf]) -> None:
    """5,000 runs, a third damaged, 20 alive: the list, `ls` and the screen tell each."""
    for seed in seeds:
        made = shelf(5000, seed)
        listed(made)
        await on_a_screen(made)
