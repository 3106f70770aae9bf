"""One run as it stands now: its log, whether a trainer lives, and what both mean together."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from grok_tui.errors import PresetError
from grok_tui.monitor.history import EMPTY, History, fold
from grok_tui.monitor.printed import log_lines
from grok_tui.monitor.tail import Tail
from grok_tui.monitor.text import safe
from grok_tui.protocol import notes, presets
from grok_tui.protocol.alive import process_lives
from grok_tui.protocol.events import Failed, Finished
from grok_tui.protocol.owned import BEAT_WIDTH
from grok_tui.protocol.rundir import (
    About,
    RunDir,
    boot_id,
    lock_state,
    read_about,
    read_small,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.notes import Note
    from grok_tui.protocol.owned import LockState, Owned

State = Literal["starting", "running", "paused", "finished", "stopped", "failed", "interrupted"]
ALIVE: frozenset[State] = frozenset({"starting", "running", "paused"})
"""States in which a trainer lives, or is about to."""

YOUNG = 30.0
"""Seconds that a trainer is given from the making of the folder to the taking of the lock."""
SILENCE = 60.0
"""Seconds without a heartbeat after which a trainer of this host's past is gone."""
LAST_WORDS = 40
"""Lines of trainer.log that are shown of a trainer that died."""
QUIET = 10.0
"""Seconds without a heartbeat (one is due every 5) after which that is worth saying."""


@dataclass(frozen=True, eq=False)
class View:
    """Everything there is to show of a run, at one moment."""

    run: RunDir
    config: Config | None = None
    problem: str = ""
    """Why the configuration cannot be read; empty when it can."""
    about: About | None = None
    history: History = EMPTY
    state: State = "starting"
    version: int = 0
    """Grows when anything changed."""
    note: str = ""
    """What is uncertain about the state, in words: no sign from another host for so long."""
    behind: bool = False
    """There is more in the log than was read in the time given."""
    notes: tuple[Note, ...] = ()
    """Marks and notes by step; their text is foreign."""
    share: float = 1.0
    """How much of the log was read, 0 to 1."""
    last_words: tuple[str, ...] = ()
    """Of a trainer that died without a word in the log: the end of what it printed, made safe."""


class Watch:
    """Looks at one run again and again; each look costs what is new."""

    def __init__(self, run: RunDir, clock: Callable[[], float] = time.monotonic) -> None:
        self._run = run
        self._clock = clock
        self._tail = Tail(run)
        self._view = View(run)
        self._pulse = Pulse(clock)
        self._config = _Marked(run.config)
        self._notes = _Marked(run.notes)

    def look(self, patience: float = float("inf")) -> View:
        """The run now; the view of the look before, if nothing changed.

        Stops reading after about `patience` seconds and says so (`behind`): the next look goes on.
        """
        old = self._view
        # The lock before the log: a trainer that let go has said its last word.
        lock = lock_state(self._run)
        history, behind = self._read(patience)
        about = read_about(self._run)
        state, note = old.state, old.note
        if lock == "held" or not behind:
            begun = Signs(history.started is not None, history.paused, history.ended)
            state, note = judge_state(self._run, about, lock, begun, self._pulse)
        config, problem = self._read_config()
        marked = notes.notes(self._run) if self._notes.is_new() else old.notes
        same_parts = history is old.history and config is old.config
        share = self._tail.share if behind else 1.0
        new = View(
            self._run,
            config,
            problem,
            about,
            history,
            state,
            old.version + 1,
            note,
            behind,
            marked,
            share,
            self._last_words(state),
        )
        if not same_parts or _small_parts(new) != _small_parts(old):
            self._view = new
        return self._view

    def _last_words(self, state: State) -> tuple[str, ...]:
        if state != "interrupted":
            return ()
        return self._view.last_words or tuple(log_lines(self._run, LAST_WORDS))

    def close(self) -> None:
        """Let go of what reads for us; further looks go on alone."""
        self._tail.close()

    def _read(self, patience: float) -> tuple[History, bool]:
        history = self._view.history
        until = self._clock() + patience
        for batch in self._tail.blocks(beside=True):
            base = EMPTY if batch.restarted else history
            history = replace(
                fold(base, batch.events),
                damaged=base.damaged + batch.damaged,
                unknown=base.unknown + batch.unknown,
            )
            if self._clock() >= until:
                return history, True
        return history, False

    def _read_config(self) -> tuple[Config | None, str]:
        if not self._config.is_new():
            return self._view.config, self._view.problem
        if not self._config.is_there:
            return None, "config.toml is missing"
        try:
            return presets.load_config(self._run.config), ""
        except PresetError as error:
            return None, safe(str(error), 400)


class _Marked:
    """A file that is read again only when it is another one, or has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = (0, 0, 0)

    @property
    def is_there(self) -> bool:
        """Whether it was there when last looked at."""
        return self._seen is not None

    def is_new(self) -> bool:
        """Whether it changed, came or went since this was last asked."""
        before = self._seen
        try:
            status = self._path.stat()
            self._seen = (status.st_ino, status.st_size, status.st_mtime_ns)
        except OSError:
            self._seen = None
        return self._seen != before


def _small_parts(view: View) -> tuple[object, ...]:
    return view.about, view.state, view.note, view.behind, view.problem, view.notes


@dataclass(frozen=True)
class Signs:
    """What the log says of its run's state."""

    begun: bool
    paused: bool
    ended: Finished | Failed | None


class Pulse:
    """The heartbeat of a trainer, timed by our own clock: what can be seen of another host."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._beat: bytes | None = None
        self._since = 0.0

    def silence(self, run: Owned) -> float:
        """Seconds since the heartbeat was first seen as it is now; 0 at the first look."""
        try:
            beat = read_small(run.lock)[:BEAT_WIDTH]
        except (OSError, ValueError):
            beat = b""
        if beat != self._beat:
            self._beat, self._since = beat, self._clock()
        return self._clock() - self._since


def judge_state(
    run: RunDir, about: About | None, lock: LockState, signs: Signs, pulse: Pulse
) -> tuple[State, str]:
    """The state that the lock and the log make together, and what is uncertain about it."""
    alive, note = _is_alive(run, about, lock, signs, pulse)
    if alive:
        if not signs.begun:
            return "starting", note
        return ("paused" if signs.paused else "running"), note
    if isinstance(signs.ended, Failed):
        return "failed", ""
    if signs.ended is not None:
        return ("finished" if signs.ended.outcome == "completed" else "stopped"), ""
    if not signs.begun and _is_young(run):
        return "starting", ""
    return "interrupted", ""


def _is_alive(
    run: RunDir, about: About | None, lock: LockState, signs: Signs, pulse: Pulse
) -> tuple[bool, str]:
    if lock == "held":
        return True, ""
    if about is not None and about.boot_id not in ("", boot_id()):
        return (False, "") if signs.ended else _seen_from_afar(run, about, pulse)
    if lock == "unknown":
        return about is not None and process_lives(about), ""
    # Taken since we looked: the log that we read may be that of the trainer before.
    return signs.ended is None and lock_state(run) == "held", ""


def _seen_from_afar(run: RunDir, about: About, pulse: Pulse) -> tuple[bool, str]:
    """Whether a trainer of another boot lives: of this host it falls silent, of others never."""
    silence = pulse.silence(run)
    host = safe(about.host, 40)
    if about.host == os.uname().nodename:
        return silence < SILENCE and _beaten_lately(run), ""
    if silence < QUIET:
        return True, f"trained on {host}"
    return True, f"no sign from {host} for {int(silence / 5) * 5} s"


def _beaten_lately(run: RunDir) -> bool:
    """Whether the lock was written about now, by this host's own clock (never another's)."""
    try:
        return abs(time.time() - run.lock.stat().st_mtime) < SILENCE
    except OSError:
        return False


def _is_young(run: RunDir) -> bool:
    """Whether a trainer may still be on its way: no beat yet and the folder was just made.

    One that looks has the lock for a moment, too: a trainer then waits beside a lock that is free.
    """
    try:
        made = run.path.stat().st_mtime
        beaten = run.lock.exists() and run.lock.stat().st_size > 0
    except OSError:
        return False
    return not beaten and abs(time.time() - made) < YOUNG
