"""Recorded runs to look at, and a table of all that was measured, at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from itertools import islice, product
from typing import TYPE_CHECKING

import pytest

from grok_tui.protocol.rundir import run_folders
from tests import fakes, logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MEASURED = pytest.StashKey[list[tuple[str, str, str, bool]]]()
TRIES = 3
"""What else the machine does can only make it slower: the best of so many counts."""


def pytest_configure(config: pytest.Config) -> None:
    """Begin with an empty table."""
    config.stash[_MEASURED] = []


@pytest.fixture
def bounded(request: pytest.FixtureRequest) -> Callable[[str, float, float, str], None]:
    """Note what was measured beside its target; the test fails if that is not met."""

    def note(name: str, value: float, most: float, unit: str) -> None:
        rows = request.config.stash[_MEASURED]
        rows.append((name, f"{value:.3g} {unit}", f"<= {most:g} {unit}", value <= most))
        assert value <= most, f"{name}: {value:.3g} {unit}, the target is {most:g} {unit}"

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    rows = terminalreporter.config.stash.get(_MEASURED, [])
    if rows:
        terminalreporter.section("measured in a terminal")
        for name, value, target, met in rows:
            word = "" if met else "  MISSED"
            terminalreporter.write_line(f"{name:<58}{value:>12}   {target:<16}{word}")


@pytest.fixture(scope="session")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A runs folder with a finished run of six arms and three seeds."""
    runs = tmp_path_factory.mktemp("ordinary")
    fakes.recorded_run(runs, made_of=fakes.config(seeds=(0, 1, 2)))
    return runs


@pytest.fixture
def fresh(tmp_path: Path, ordinary: Path) -> Callable[[], Path]:
    """Makes copies of it: how a run was looked at last stays with the run."""

    def copy() -> Path:
        runs = tmp_path / f"fresh-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(ordinary, runs)
        return runs

    return copy


@pytest.fixture(scope="session")
def big(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A runs folder with a finished run of a million records over eight lanes."""
    runs = tmp_path_factory.mktemp("big")
    logs.made_run(runs, 1_000_000, 8)
    yield runs
    shutil.rmtree(runs)


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory, ordinary: Path) -> Path:
    """A runs folder with 500 finished runs."""
    runs = tmp_path_factory.mktemp("many")
    [made] = run_folders(ordinary)
    for number, letters in enumerate(islice(product("abcdefgh", repeat=4), 500)):
        name = f"20261121-10{number // 60:02d}{number % 60:02d}-quickstart-{''.join(letters)}"
        shutil.copytree(made.path, runs / name)
    return runs


@pytest.fixture
def training(tmp_path: Path, ordinary: Path) -> Iterator[Callable[[], Path]]:
    """Makes a runs folder in which a recorded run trains again, 50 steps a second."""
    started: list[subprocess.Popen[bytes]] = []

    def begin() -> Path:
        runs = tmp_path / f"live-{len(started)}"
        runs.mkdir()
        code = "from grok_tui.cli import main; main()"
        command = ["replay", "last", "--rate", "50", "--into", str(runs), "--headless"]
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", code, *command],
                env={**os.environ, "GROK_TUI_RUNS": str(ordinary)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        while not any(run.events.exists() for run in run_folders(runs)):
            assert started[-1].poll() is None
            time.sleep(0.05)
        return runs

    yield begin
    for feeder in started:
        feeder.terminate()
        feeder.wait()
