"""All runs of a folder: finding one by name, and a line about each without reading it whole."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from grok_tui.errors import PresetError, RunError
from grok_tui.monitor.arms import Spread, spread_of
from grok_tui.monitor.facts import config_facts, outcome
from grok_tui.monitor.finding import chosen
from grok_tui.monitor.glance import Glance, Outcome, glance
from grok_tui.monitor.milestones import longest
from grok_tui.monitor.roles import recipe_role
from grok_tui.monitor.sparkline import CELLS, cells
from grok_tui.monitor.text import safe
from grok_tui.monitor.watch import ALIVE, Pulse, Signs, State, judge_state
from grok_tui.protocol import presets
from grok_tui.protocol.events import Finished
from grok_tui.protocol.paths import hint
from grok_tui.protocol.rundir import RunDir, lock_state, read_about, run_folders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from grok_tui.monitor.filter import Value
    from grok_tui.monitor.history import LaneKey
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config

PAGE = 60
"""Runs that a screen shows at once."""
SETTLED: tuple[State, ...] = ("finished", "stopped", "failed", "interrupted")
"""States that last until somebody takes the run on."""
NOTHING = Spread()


def find(runs: Path, text: str) -> RunDir:
    """The run of that id, the one run whose id has the text in it, or the newest for `last`.

    Raises RunError, naming up to five candidates.
    """
    found = list(run_folders(runs))
    shown = safe(str(runs), 200)
    if not found:
        first = hint("run quickstart", runs)
        raise RunError(f"there are no runs in {shown}; start one with {first}")
    return chosen(found, text, "run", shown)


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
    arm: str = ""
    """The arm that the fields below are of: the dense one, else the first."""
    curve: tuple[float | None, ...] = (None,) * CELLS
    """Its test accuracy with the first seed, see sparkline.py."""
    best: float | None = None
    """Best test accuracy of that lane; of a long log that ended, of what was looked at."""
    last: float | None = None
    """Its last test accuracy."""
    t_mem: Spread = NOTHING
    t_gen: Spread = NOTHING
    tau_grok: Spread = NOTHING
    """Milestones of that arm over its seeds."""
    kept: float | None = None
    """Least share of the weights that an arm of the run keeps."""
    speed: float | None = None
    """Lane steps a second."""
    lanes: Mapping[LaneKey, Outcome] = field(default_factory=dict)
    """What each lane came to, of those that said something rare."""
    config: Config | None = None
    """None if it cannot be read."""

    @cached_property
    def facts(self) -> Mapping[str, Value]:
        """Everything by name but its age, to filter and to sort by: made when it is asked for."""
        return _facts(self)

    @property
    def preset(self) -> str:
        """The name that it was started by, as its id has it."""
        return self.run.id[16:-5]


def summaries(runs: Path, limit: int = 0) -> list[Summary]:
    """A summary of each run in the folder, or of the newest `limit`, newest first.

    Anything in a run may be missing, damaged or hostile.
    """
    return [summary(run) for run in islice(run_folders(runs), limit or None)]


def summary(run: RunDir) -> Summary:
    """One run in a few words."""
    lock = lock_state(run)
    config, problem = read_config(run)
    arm = _shown_arm(config) if config else None
    past = glance(run, (arm.name, config.seeds[0]) if config and arm else None)
    signs = Signs(past.begun, past.paused, past.ended)
    settled = lock == "free" and past.ended is not None  # whoever trained it, it is over
    about = None if settled else read_about(run)
    state, note = judge_state(run, about, lock, signs, Pulse())
    train = config.train_of(arm).steps if config and arm else past.step
    lanes = _lanes(config, arm, past)
    ends = [one.step if one.reason not in ("", "stopped") else None for one in lanes]
    return Summary(
        run=run,
        state=state,
        title=config.title if config else "",
        arms=tuple(each.name for each in config.arms) if config else (),
        seeds=config.seeds if config else (),
        milestones=_milestones(config, past),
        step=past.step,
        planned=longest(config) if config else 0,
        started_at=_wall_time(run),
        problem=problem,
        note=note,
        arm=arm.name if arm else "",
        curve=cells(past.curve, train),
        best=max([value for _, value in past.curve], default=None),
        last=past.curve[-1][1] if past.curve else None,
        t_mem=spread_of(zip([one.t_mem for one in lanes], ends, strict=True)),
        t_gen=spread_of(zip([one.t_gen for one in lanes], ends, strict=True)),
        tau_grok=spread_of(zip([one.tau_grok for one in lanes], ends, strict=True)),
        kept=min((_kept(each, past) for each in config.arms), default=None) if config else None,
        speed=past.speed,
        lanes=past.lanes,
        config=config,
    )


class Catalog:
    """The runs of one folder, looked at again and again: what stands as it stood is not read anew.

    For one thread at a time. It remembers what is in the folder, no more.
    """

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._known: dict[str, tuple[_Stamp, Summary]] = {}

    def look(self, page: int = PAGE) -> Iterator[tuple[list[Summary], bool]]:
        """The runs, newest first, and whether these are all; the newest page before the first."""
        first = not self._known
        known: dict[str, tuple[_Stamp, Summary]] = {}
        found: list[Summary] = []
        for run in run_folders(self._runs):
            if first and len(found) == page:
                yield list(found), False
            stamp = _stamp(run)
            kept = self._known.get(run.id)
            one = kept[1] if kept and stamp is not None and kept[0] == stamp else summary(run)
            if stamp is not None and one.state in SETTLED:
                known[run.id] = (stamp, one)
            found.append(one)
        self._known = known
        yield found, True


_Stamp = tuple[tuple[int, int, int] | None, ...]
"""Inode, size and time of the files that a summary is made of."""


def _stamp(run: RunDir) -> _Stamp | None:
    """What changes with a run that nobody trains; None while somebody does."""
    if lock_state(run) != "free":
        return None
    return _file(run.config), _file(run.events)


def _file(path: Path) -> tuple[int, int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - Path.stat costs twice as much
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def read_config(run: RunDir) -> tuple[Config | None, str]:
    """The run's configuration, or None and the reason."""
    try:
        return presets.load_config(run.config), ""
    except PresetError as error:
        return None, safe(str(error), 400)


def _shown_arm(config: Config) -> Arm:
    """The arm that a line tells most of: the dense one, else the first."""
    dense = (arm for arm in config.arms if recipe_role(config, arm) == "dense")
    return next(dense, config.arms[0])


def _lanes(config: Config | None, arm: Arm | None, past: Glance) -> list[Outcome]:
    """That arm's lanes, as far as they could run."""
    if config is None or arm is None:
        return []
    lanes = [past.lanes.get((arm.name, seed), Outcome()) for seed in config.seeds]
    return [one for one in lanes if one.reason != "unavailable"]


def _kept(arm: Arm, past: Glance) -> float:
    """Share of the weights that an arm keeps: as it was seen, else as it is asked for."""
    return past.kept.get(arm.name, 1 - arm.pruning_rate)


def _facts(one: Summary) -> dict[str, Value]:
    lanes = one.lanes.values()
    outcomes = [word for lane in lanes for word in outcome(lane.t_mem, lane.t_gen, lane.reason)]
    standing = ("alive",) if one.state in ALIVE else ("ended",)
    return (config_facts(one.config) if one.config else {}) | {
        "id": one.run.id,
        "title": one.title,
        "preset": one.preset,
        "state": tuple(dict.fromkeys([one.state, *standing, *outcomes])),
        "step": one.step,
        "lanes": len(one.arms) * len(one.seeds) or len(lanes),
        "reached": sum(lane.t_gen is not None for lane in lanes),
        "t_mem": one.t_mem.median,
        "t_gen": one.t_gen.median,
        "tau_grok": one.tau_grok.median,
        "test_accuracy": one.last,
        "best_accuracy": one.best,
        "kept": one.kept,
        "speed": one.speed,
    }


def _wall_time(run: RunDir) -> float:
    digits = run.id[:8] + run.id[9:15]
    month, day, hour, minute, second = (int(digits[at : at + 2]) for at in range(4, 14, 2))
    try:
        return datetime(int(digits[:4]), month, day, hour, minute, second).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _milestones(config: Config | None, past: Glance) -> str:
    """How many lanes came how far: 4/6 generalised, or before any did, 5/6 memorised."""
    lanes = past.lanes.values()
    generalised = sum(lane.t_gen is not None for lane in lanes)
    memorised = sum(lane.t_mem is not None for lane in lanes)
    whole = isinstance(past.ended, Finished) and past.ended.outcome == "completed"
    if not (generalised or memorised or whole):
        return ""
    total = len(config.arms) * len(config.seeds) if config and not whole else 0
    total = total or (len(lanes) if whole else 0)
    of = f"/{total}" if total else ""
    if generalised or whole:
        return f"{generalised}{of} generalised"
    return f"{memorised}{of} memorised"
