"""All runs of a folder: finding one by name, and a line about each without reading it whole."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.errors import PresetError, RunError
from grok_tui.monitor.history import EMPTY, History, fold
from grok_tui.monitor.lines import decoded
from grok_tui.monitor.milestones import duration, longest
from grok_tui.monitor.text import safe
from grok_tui.monitor.watch import Pulse, Signs, State, judge_state
from grok_tui.protocol import presets
from grok_tui.protocol.events import Finished, LaneFinished, Measured, Reached
from grok_tui.protocol.rundir import RunDir, lock_state, read_about, run_folders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grok_tui.protocol.config import Config

TAIL = 64 * 1024
"""Bytes at the end of a log that are looked at."""
WHOLE = 16 << 20
"""Bytes of an unfinished log that are searched for milestones."""
LAST_LINES = 12
SHOWN = 5


def find(runs: Path, text: str) -> RunDir:
    """The run of that id, the one run whose id has the text in it, or the newest for `last`.

    Raises RunError, naming up to five candidates.
    """
    found = list(run_folders(runs))
    shown = safe(str(runs), 200)
    if not found:
        raise RunError(f"there are no runs in {shown}; start one with `grok-tui run quickstart`")
    if text == "last":
        return found[0]
    for run in found:
        if run.id == text:
            return run
    fitting = [run for run in found if text and text in run.id]
    if len(fitting) == 1:
        return fitting[0]
    wanted = safe(text, 60)
    if not fitting:
        raise RunError(f"no run in {shown} has “{wanted}” in its name; there {_names(found)}")
    raise RunError(f"“{wanted}” fits {len(fitting)} runs; say more: {_names(fitting, '')}")


def _names(found: list[RunDir], verb: str = "is ") -> str:
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return verb + ", ".join(run.id for run in found[:SHOWN]) + more


@dataclass(frozen=True)
class Summary:
    """A run in a list. Texts are as they were found: pass them through `safe` before a terminal."""

    run: RunDir
    state: State
    title: str
    arms: tuple[str, ...]
    seeds: tuple[int, ...]
    milestones: str
    """How many lanes generalised, in words; empty before anything is known."""
    step: int
    """The furthest step that a lane has come to, as far as the end of the log tells."""
    planned: int
    """Steps of each lane; 0 if the configuration cannot be read."""
    started_at: float
    """Wall time of the run's making, from its id, as `time.time()`."""
    problem: str = ""
    """Why the configuration cannot be read."""
    note: str = ""

    @property
    def started(self) -> str:
        """Local time of the run's making: 2026-11-21 10:15."""
        day, clock = self.run.id.split("-")[:2]
        return f"{day[:4]}-{day[4:6]}-{day[6:]} {clock[:2]}:{clock[2:4]}"

    @property
    def age(self) -> str:
        """How long ago that was, in words."""
        return duration(time.time() - self.started_at)


def summaries(runs: Path, limit: int = 0) -> list[Summary]:
    """A summary of each run in the folder, or of the newest `limit`, newest first.

    Anything in a run may be missing, damaged or hostile. Of a log that ended only the end is read.
    """
    found: list[Summary] = []
    for run in run_folders(runs):
        if limit and len(found) == limit:
            break
        found.append(summary(run))
    return found


def summary(run: RunDir) -> Summary:
    """One run in a few words."""
    lock = lock_state(run)
    config, problem = read_config(run)
    past, begun, step = _end_of_log(run)
    signs = Signs(begun, past.paused, past.ended)
    state, note = judge_state(run, read_about(run), lock, signs, Pulse())
    return Summary(
        run=run,
        state=state,
        title=config.title if config else "",
        arms=tuple(arm.name for arm in config.arms) if config else (),
        seeds=config.seeds if config else (),
        milestones=_milestones(run, config, past),
        step=step,
        planned=longest(config) if config else 0,
        started_at=_wall_time(run),
        problem=problem,
        note=note,
    )


def read_config(run: RunDir) -> tuple[Config | None, str]:
    """The run's configuration, or None and the reason."""
    try:
        return presets.load_config(run.config), ""
    except PresetError as error:
        return None, safe(str(error), 400)


def _wall_time(run: RunDir) -> float:
    try:
        return time.mktime(time.strptime(run.id[:15], "%Y%m%d-%H%M%S"))
    except (ValueError, OverflowError):
        return 0.0


def _end_of_log(run: RunDir) -> tuple[History, bool, int]:
    """What the last lines of a log say, whether there are any, and the furthest step they name."""
    data = log_part(run, TAIL, from_end=True)
    step = 0
    lines = data.split(b"\n")[-LAST_LINES - 1 : -1]
    found = [event for line in lines if (event := decoded(line)) is not None]
    for event in found:
        if isinstance(event, Finished):
            step = max((lane.step for lane in event.lanes), default=0)
        elif isinstance(event, Measured | LaneFinished):
            step = max(step, event.step)
    return fold(EMPTY, found), bool(found), step


def _milestones(run: RunDir, config: Config | None, past: History) -> str:
    if isinstance(past.ended, Finished) and past.ended.outcome == "completed":
        reached = sum(lane.t_gen is not None for lane in past.ended.lanes)
        return f"{reached}/{len(past.ended.lanes)} generalised"
    lanes = len(config.arms) * len(config.seeds) if config else 0
    found = set(_reached(log_part(run, WHOLE)))
    if not found:
        return ""
    furthest = min(milestone for _, _, milestone in found)  # generalised before memorised
    reached = sum(milestone == furthest for _, _, milestone in found)
    return f"{reached}/{lanes} {furthest}" if lanes else f"{reached} {furthest}"


def _reached(data: bytes) -> Iterator[tuple[str, int, str]]:
    """Arm, seed and milestone of each `reached` line; no other line is decoded."""
    mark = b'{"event":"reached"'
    at = data.find(mark)
    while at >= 0:
        end = data.find(b"\n", at)
        if end < 0:
            return
        event = decoded(data[at:end])
        if isinstance(event, Reached):
            yield event.arm, event.seed, event.milestone
        at = data.find(mark, end)


def log_part(run: RunDir, size: int, *, from_end: bool = False) -> bytes:
    """The first or last bytes of a log; nothing if it is missing or no plain file."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(run.events, flags)
        try:
            length = os.fstat(descriptor).st_size
            return os.pread(descriptor, size, max(0, length - size) if from_end else 0)
        finally:
            os.close(descriptor)
    except OSError:
        return b""
