"""A new run that begins as another was at one of its checkpoints, and may be trained otherwise."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from grok_tui.errors import PresetError, RunError
from grok_tui.monitor import launch
from grok_tui.monitor.checkpoint import take
from grok_tui.protocol import frames, presets, rundir, saved
from grok_tui.protocol.config import Config, to_plain
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import Forked, encode
from grok_tui.protocol.presets import MAX_CONFIG
from grok_tui.protocol.rundir import RUN_ID, RunDir, TrainerLock, lock_state, read_small
from grok_tui.protocol.saved import LENGTH
from grok_tui.protocol.settings import Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grok_tui.monitor.checkpoint import Taken, Which
    from grok_tui.protocol.saved import Entry, LaneState, State

FREE = ("steps", "learning_rate", "weight_decay", "stop_after_generalised")
"""What of the recipe, of the run or of an arm, may be changed in the middle of it."""
WORDS = ("title", "about")
BLOCK = 1 << 20
MANY = 1000
"""Entries of a folder with pictures that are looked at."""


@dataclass(frozen=True, eq=False)
class Fork:
    """A run that is ready for its trainer."""

    run: RunDir
    entry: Entry
    """The checkpoint, as the other run's manifest has it."""
    ended: int
    """Lanes that had ended by then, and stay as they were."""
    passed: tuple[str, ...]
    """A sentence for each newer checkpoint that fits and cannot be taken."""


def fork(source: RunDir, runs: Path, which: Which, settings: Sequence[str] = ()) -> Fork:
    """Make a run of a checkpoint of another one, which may train on meanwhile.

    Raises RunError where there is no such checkpoint, PresetError for settings that a run cannot
    change on its way; nothing is left behind then.
    """
    config, text = _read_config(source)
    wanted = _changed(config, settings)
    taken = take(source, which)
    saved.begun_with(taken.state, config, _sha256(text))
    if wanted != config:
        for lane in taken.state.lanes:
            _check(lane, wanted)
        text = presets.dump(wanted).encode()
        taken = _of(taken, wanted, _sha256(text))
    forked = Forked(
        run=source.id,
        file=taken.entry.file,
        step=taken.entry.step,
        sha256=taken.entry.sha256,
        changed=tuple(settings) if wanted != config else (),
    )
    _sweep(runs)
    half = rundir.create(runs, source.id[16:-5], hidden=True)
    try:
        run = _filled(half, source, taken, wanted, text, forked)
    except (OSError, ValueError) as error:
        shutil.rmtree(half.path, ignore_errors=True)
        why = error.strerror if isinstance(error, OSError) else error
        raise RunError(f"cannot fork {source.id}: {why}") from None
    except BaseException:
        shutil.rmtree(half.path, ignore_errors=True)
        raise
    return Fork(run, taken.entry, len(taken.state.results), taken.passed)


def train(
    forked: Fork,
    source: RunDir,
    device: str = "",
    threads: int = 0,
    command: Sequence[str] = (),
) -> None:
    """Start its trainer: on the device of the other run where none is named. Raises RunError."""
    about = rundir.read_about(source)
    launch.train(forked.run, device or (about.device if about else ""), threads, command)


def _sweep(runs: Path) -> None:
    """Remove what is left of forks that were ended half-way: nobody holds their lock."""
    for path in runs.glob(".*"):
        half = RunDir(path)
        if RUN_ID.fullmatch(half.id[1:]) and half.lock.exists() and lock_state(half) == "free":
            shutil.rmtree(path, ignore_errors=True)


def _read_config(source: RunDir) -> tuple[Config, bytes]:
    config = presets.load_config(source.config)
    try:
        return config, read_small(source.config, MAX_CONFIG)
    except (OSError, ValueError) as error:
        raise RunError(f"cannot fork {source.id}: config.toml: {error}") from None


def _changed(config: Config, settings: Sequence[str]) -> Config:
    """The configuration with its changes. Raises PresetError for one that needs a run of its own.

    Masks that are to come are taken as many steps later as they would have been: a moment of the
    other run that has passed cannot move.
    """
    for change in map(Change.read, settings):
        path = change.path
        recipe = path[0] in ("train", "arms") and len(path) == 2 + (path[0] == "arms")
        if not (recipe and path[-1] in FREE) and path not in [(word,) for word in WORDS]:
            keys = ", ".join(f"train.{key}" for key in FREE)
            problem = f"a fork keeps it; expected {keys}, their like of an arm, or title"
            raise PresetError(change.source, ".".join(path)[:80], problem)
    wanted = presets.resolve(to_plain(config), "config.toml", settings)
    arms = tuple(
        msgspec.structs.replace(
            arm, mask_from=msgspec.structs.replace(arm.mask_from, plus=config.mask_offset(arm))
        )
        if wanted.mask_offset(arm) != config.mask_offset(config.arm(arm.name))
        else arm
        for arm in wanted.arms
    )
    kept = msgspec.structs.replace(wanted, arms=arms)
    return wanted if kept == wanted else presets.resolve(to_plain(kept), "config.toml")


def _check(lane: LaneState, wanted: Config) -> None:
    """Raise PresetError for a lane that would have ended before."""
    train = wanted.train_of(wanted.arm(lane.arm))
    after = train.stop_after_generalised
    end = train.steps
    if after and lane.t_gen is not None:
        end = min(end, lane.t_gen + after)
    if end < lane.step:
        problem = f"it is at step {lane.step} and would have ended at {end}; expected a later end"
        raise PresetError(f"{lane.arm} seed {lane.seed}", "train", problem)


def _of(taken: Taken, wanted: Config, sha256: str) -> Taken:
    """The checkpoint as one of another configuration."""
    plain = saved.plain_sha256(saved.part(wanted, taken.state))
    state = msgspec.structs.replace(taken.state, config_sha256=sha256, plain_sha256=plain)
    numbers = LENGTH + int.from_bytes(taken.data[:LENGTH], "little")
    data = saved.encode_header(state, taken.header) + taken.data[numbers:]
    return replace(taken, data=data, state=state)


def _filled(
    half: RunDir, source: RunDir, taken: Taken, config: Config, text: bytes, forked: Forked
) -> RunDir:
    """The run that a hidden folder becomes once everything is in it; its lock is held until then.

    Raises OSError, RunError; ValueError for a file that has grown meanwhile.
    """
    disk, runs = Disk(), half.path.parent
    run = RunDir(runs / half.id[1:])
    with contextlib.ExitStack() as held:
        held.callback(TrainerLock(half).release)
        _fill(half, source, taken, config, forked)
        disk.replace(half.config, text)
        disk.rename(half.path, run.path)
        disk.sync_folder(runs)
    return run


def _fill(run: RunDir, source: RunDir, taken: Taken, config: Config, forked: Forked) -> None:
    """Put everything but the configuration there."""
    disk = Disk()
    for path, limit in _artifacts(source, taken.state):
        disk.replace(run.artifacts / path.name, read_small(path, limit))
    for path in _pictures(source, config):
        target = run.frames / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        disk.put(target, read_small(path, frames.MAX_FILE))
    length = _copy_log(source, run, taken.entry.log_offset, encode(forked))
    disk.replace(run.checkpoints / taken.entry.file, taken.data)
    entry = msgspec.structs.replace(
        taken.entry,
        bytes=len(taken.data),
        sha256=_sha256(taken.data),
        log_offset=length,
        log_end=saved.log_end(run, length),
    )
    disk.replace(run.manifest, saved.encode_manifest([entry]))


def _artifacts(source: RunDir, state: State) -> Iterator[tuple[Path, int]]:
    """What lanes left that had ended, and how long it is; one that is damaged the trainer finds."""
    for left in state.artifacts:
        path = source.artifacts / f"{left.arm}-seed{left.seed}.safetensors"
        if _is_plain(path, left.bytes):
            yield path, left.bytes


def _pictures(source: RunDir, config: Config) -> Iterator[Path]:
    """Those of its lanes, as far as they are what they should be."""
    for arm in config.arms:
        folder = frames.folder(source, arm.name, config.seeds[0])
        for path in islice(folder.iterdir(), MANY) if folder.is_dir() else ():
            if frames.step_of(path.name) is not None and _is_plain(path, frames.MAX_FILE):
                yield path


def _is_plain(path: Path, limit: int) -> bool:
    """Whether it is a file itself, no longer than that."""
    return path.is_file() and not path.is_symlink() and path.stat().st_size <= limit


def _copy_log(source: RunDir, run: RunDir, length: int, last: bytes) -> int:
    """The first bytes of a log and a line behind them; how long both are."""
    with source.events.open("rb") as log, run.events.open("xb") as copy:
        left = length
        while left:
            block = log.read(min(left, BLOCK))
            if not block:
                raise RunError(f"the log of {source.id} was cut meanwhile; try again")
            copy.write(block)
            left -= len(block)
        copy.write(last)
        copy.flush()
        Disk().sync(copy.fileno())
    return length + len(last)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
