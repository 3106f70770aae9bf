"""Folders that go away under those who write and read in them, and what viewers write."""

from __future__ import annotations

import contextlib
import errno
import random
import shutil
import signal
import time
from functools import cache, partial
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.monitor import saving
from grok_tui.monitor.catalog import Catalog
from grok_tui.monitor.watch import Watch
from grok_tui.protocol import control, notes
from grok_tui.protocol.rundir import RunDir
from grok_tui.ui import viewstate
from grok_tui.ui.viewstate import ViewState
from tests import fakes
from tests.engine import runs, tiny
from tests.faults import children
from tests.faults.counting import trials
from tests.faults.disks import Fault, Faulty, put_in
from tests.slow.trainers import has, until
from tests.terminal.pty import Terminal, grok

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENDLESS = tiny.tiny((tiny.DENSE, tiny.TICKET), steps=10_000_000)
SOUND = Fault(0, 0, 0)
GONE = "events.jsonl was removed, moved or replaced while it was written"
LOST = "the disk failed: no such file or directory"


def remove(run: RunDir) -> None:
    """All of it, also what is written meanwhile."""
    while run.path.exists():
        shutil.rmtree(run.path, ignore_errors=True)


def rename(run: RunDir) -> None:
    """To somewhere beside."""
    run.path.rename(run.path.with_name("elsewhere"))


def rename_all(run: RunDir) -> None:
    """The folder of all runs."""
    run.path.parent.rename(run.path.parent.with_name("elsewhere"))


def remove_log(run: RunDir) -> None:
    """The log alone."""
    run.events.unlink()


def replace_log(run: RunDir) -> None:
    """As an editor does that saves it."""
    other = run.path / "saved"
    shutil.copy(run.events, other)
    other.rename(run.events)


def link_away(run: RunDir) -> None:
    """A file stands where the folder was."""
    run.path.rename(run.path.with_name("elsewhere"))
    run.path.write_text("no folder\n")


WAYS: tuple[Callable[[RunDir], None], ...] = (
    remove, rename, rename_all, remove_log, replace_log, link_away,
)  # fmt: skip


@trials(10, at_once=1)
def test_a_run_that_goes_away_ends_its_trainer(seeds: range, tmp_path: Path) -> None:
    """A run removed, renamed or replaced under its trainer and viewers: it ends in a sentence."""
    for seed in seeds:
        chance, way = random.Random(seed), WAYS[seed % len(WAYS)]
        run = runs.new_run(tmp_path / str(seed), ENDLESS)
        watch, catalog = Watch(run), Catalog(run.path.parent)
        with children.trainer(run, first=partial(put_in, SOUND)) as process:
            until(partial(has, run.events, '"measured"'))
            printed = run.trainer_log.open("rb")
            assert watch.look().state == "running"
            time.sleep(chance.uniform(0, 0.2))
            way(run)
            while process.exitcode is None:
                watch.look()
                list(catalog.look())
                process.join(0.02)
            assert process.exitcode == 3, f"seed {seed}"
        with printed:
            last = printed.read().decode().splitlines()[-1]
        assert last == GONE or last.startswith(LOST), f"seed {seed}: {last}"
        young = ("starting",) if way is link_away else ()
        assert watch.look().state in ("interrupted", "failed", *young), f"seed {seed}"
        if way in (remove, rename, rename_all):
            assert not run.path.exists(), f"seed {seed}: it came back"


@trials(5, at_once=1)
def test_a_view_of_what_goes_away_can_be_left(seeds: range, tmp_path: Path) -> None:
    """A run, or the folder of all, is removed or renamed under the TUI: it answers, and is left."""
    for seed in seeds:
        chance, way = random.Random(seed), (remove, rename_all, rename, link_away)[seed % 4]
        run = fakes.recorded_run(tmp_path / str(seed) / "runs", "running")
        command, seen = (grok(), "quickstart") if seed % 2 else (grok("attach"), "grokked-ticket")
        with Terminal(command, (100, 30), run.path.parent) as terminal:
            terminal.wait_for(seen, seconds=20.0)
            terminal.run(chance.uniform(0.0, 0.5))
            way(run)
            for key in ("r", "escape", "2", "down", "?", "escape"):
                terminal.press(key, 0.3)
            assert terminal.process.poll() is None, f"seed {seed}: it ended by itself"
            terminal.process.send_signal(signal.SIGTERM)
            assert terminal.ended(60.0) == 0, f"seed {seed}"
            assert terminal.left_on() == set(), f"seed {seed}"
            sent = b"".join(data for _, data in terminal.chunks)
        assert b"Traceback" not in sent, f"seed {seed}"
        assert b"crash" not in sent, f"seed {seed}"
        fakes.let_go(run)


@cache
def _recorded(folder: Path) -> RunDir:
    return fakes.recorded_run(folder)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    """A run that ended."""
    return _recorded(tmp_path_factory.mktemp("recorded"))


@trials(10, at_once=1)
def test_what_viewers_write_is_there_or_is_refused(
    seeds: range, tmp_path: Path, recorded: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notes, orders, view.json and exports on failing disks: the old is whole, the new or none."""
    for seed in seeds:
        chance = random.Random(seed)
        run = RunDir(tmp_path / f"{seed}" / recorded.id)
        shutil.copytree(recorded.path, run.path)
        words: list[str] = []
        views = [ViewState()]
        for trial in range(40):
            error = chance.choice((0, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS))
            disk = Faulty(Fault(error, chance.randint(1, 6), chance.choice((1, 2, 9))))
            monkeypatch.setattr(saving, "Disk", lambda disk=disk: disk)
            with contextlib.suppress(RunError):
                notes.add(run, trial, f"words {trial}", disk)
                words.append(f"words {trial}")
            told = [note.text for note in notes.notes(run)]
            assert set(words) <= set(told), f"seed {seed}, trial {trial}"
            views.append(ViewState(chosen=f"chart {trial}"))
            viewstate.write(run, views[-1], disk)
            assert viewstate.read(run) in views, f"seed {seed}, trial {trial}"
            with contextlib.suppress(RunError):
                sent = control.send(run, "stop", "x", disk)
                assert control.read(run.control / f"{sent}.json") == control.Stop(by="x")
            with contextlib.suppress(RunError):
                paths = saving.save(run.exports, "picture", {"svg": "<svg/>", "csv": "1,2\n"})
                assert [path.read_text() for path in paths] == ["<svg/>", "1,2\n"]
        assert all(not isinstance(control.read(one), str) for one in control.waiting(run))
        assert list(run.path.rglob(".*")) == [], f"seed {seed}"
        assert words
