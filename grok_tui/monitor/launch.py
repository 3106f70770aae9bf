"""Starting a trainer: a run folder, a detached process, and word of whether it began.

The process is in a session of its own with no terminal: closing this one does not reach it.
"""

from __future__ import annotations

import platform
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from grok_tui.errors import RunError, RunFailed
from grok_tui.monitor.printed import log_lines, reported
from grok_tui.monitor.spawning import spawn
from grok_tui.monitor.text import safe
from grok_tui.monitor.watch import Pulse, View, Watch
from grok_tui.protocol import presets, rundir
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import Failed, Finished
from grok_tui.protocol.gallery import FILE_KEYS
from grok_tui.protocol.paths import hint
from grok_tui.protocol.rundir import RunDir

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.section import Section

    AnySection = TypeVar("AnySection", bound=Section)

ENGINE = (sys.executable, "-m", "grok_tui.engine")
"""What is run; tests put something quicker here."""
POLL = 0.05
LISTEN = 6.0
"""Seconds in which a trainer of another boot shows a heartbeat: one is due every five."""
EXIT_BAD_RUN = 2

_children: dict[Path, subprocess.Popen[bytes]] = {}


def start(
    config: Config,
    runs: Path,
    name: str,
    device: str = "auto",
    command: Sequence[str] = (),
    threads: int = 0,
) -> RunDir:
    """Make a run of this configuration and start its trainer; it goes on without us.

    `command` is what the user typed, for the record; with 0 threads the trainer finds out how
    many pay. Raises RunError; nothing is left behind then.
    """
    run = rundir.create(runs.expanduser().absolute(), name)
    try:
        text = presets.dump(with_whole_paths(config))
        Disk().replace(run.config, text.encode())
        _spawn(run, _options(device, threads), command)
    except OSError as error:
        shutil.rmtree(run.path, ignore_errors=True)
        raise RunError(f"cannot start a run in {runs}: {error.strerror}") from None
    except BaseException:
        shutil.rmtree(run.path, ignore_errors=True)
        raise
    return run


def resume(
    run: RunDir,
    device: str = "",
    threads: int = 0,
    *,
    force: bool = False,
    listen: float = LISTEN,
) -> None:
    """Start a trainer that takes a run on from its last checkpoint, with its threads or others.

    Refused for a run that is trained now or is complete. `force` is the user's word that a trainer
    on another host is dead; one that shows a heartbeat within `listen` seconds is not. Raises
    RunError.
    """
    view = Watch(run).look()
    ended = view.history.ended
    if isinstance(ended, Finished) and ended.outcome == "completed":
        raise RunError(f"{run.id} is complete; there is nothing to resume")
    if rundir.lock_state(run) == "held" or (view.state == "starting" and not view.about):
        again = hint(f"attach {run.id}", run.path.absolute().parent)
        raise RunError(f"{run.id} is being trained already; {again} shows it")
    if view.config is None:
        raise RunError(f"cannot resume {run.id}: {view.problem}")
    if view.state in ("running", "paused", "starting"):
        _refuse_living(view, force, listen)
    train(run, device or (view.about.device if view.about else ""), threads)


def train(run: RunDir, device: str = "", threads: int = 0, command: Sequence[str] = ()) -> None:
    """Start a trainer on a run that nobody trains. Raises RunError."""
    try:
        _spawn(RunDir(run.path.absolute()), _options(device or "auto", threads), command)
    except OSError as error:
        raise RunError(f"cannot train {run.id}: {error.strerror}") from None


def foreground(run: RunDir, device: str = "", threads: int = 0) -> subprocess.Popen[bytes]:
    """The same, with the trainer in our session: who ends all of that ends it. Raises RunError."""
    try:
        run, options = RunDir(run.path.absolute()), _options(device or "auto", threads)
        return _spawn(run, options, (), detached=False)
    except OSError as error:
        raise RunError(f"cannot train {run.id}: {error.strerror}") from None


def _refuse_living(view: View, force: bool, listen: float) -> None:
    """Raise RunError for a run whose trainer, seen from another boot, lives or may live."""
    pulse = Pulse()
    pulse.silence(view.run)
    time.sleep(listen)
    host = view.about.host if view.about else ""
    shown = safe(host, 40) or "another host"
    if pulse.silence(view.run) < listen:
        raise RunError(f"{view.run.id} is being trained on {shown}")
    if not force and host != platform.node():
        raise RunError(
            f"{view.run.id} was last trained on {shown}; if that trainer is dead, add --force"
        )


def wait_until_taken(run: RunDir, timeout: float = 60.0) -> None:
    """Return once the trainer holds the lock: the run is its own, torch is still to be loaded.

    Raises RunFailed or RunError, with the trainer's own sentence, if it dies first; RunError when
    the time is up.
    """
    child = _children.get(run.path.absolute())
    until = time.monotonic() + timeout
    while rundir.lock_state(run) != "held":
        code = child.poll() if child else None
        if code is not None:
            return _after_death(Watch(run).look(), code)
        if time.monotonic() > until:
            raise RunError(f"{run.id} was not taken in {timeout:.0f} s; see {run.trainer_log}")
        time.sleep(POLL)
    return None


def wait_until_started(run: RunDir, timeout: float = 60.0) -> None:
    """Return once the trainer holds the lock and has begun, or has already done its work.

    Raises RunFailed or RunError, with the trainer's own sentence, if it dies first; RunError when
    the time is up.
    """
    run = RunDir(run.path.absolute())
    child = _children.get(run.path)
    watch = Watch(run)
    until = time.monotonic() + timeout
    while True:
        code = child.poll() if child else None
        view = watch.look()
        if code is not None:
            return _after_death(view, code)
        ended = view.history.ended
        if view.state in ("running", "paused") and ended is None:
            return None
        if child is None and ended is not None:
            return _after_death(view, 0)
        if time.monotonic() > until:
            raise RunError(f"{run.id} has not begun in {timeout:.0f} s; see {run.trainer_log}")
        time.sleep(POLL)


def wait_until_begun(run: RunDir, timeout: float = 60.0) -> None:
    """The same for a new run. Of one that the trainer refuses nothing is left behind."""
    try:
        wait_until_started(run, timeout)
    except RunError:
        if rundir.lock_state(run) == "free" and Watch(run).look().history.started is None:
            shutil.rmtree(run.path, ignore_errors=True)
        raise


def terminate(run: RunDir) -> None:
    """Tell the trainer that this process started to stop, even while it still loads; once."""
    if child := _children.get(run.path.absolute()):
        child.terminate()


def _after_death(view: View, code: int) -> None:
    """Nothing if the trainer did its work or was stopped; else raise what it said."""
    ended = view.history.ended
    kind = RunError if code == EXIT_BAD_RUN else RunFailed
    if isinstance(ended, Failed):
        raise kind(safe(ended.sentence, 1000) + reported(view.run, ended))
    if code == 0 or (isinstance(ended, Finished) and code > 0 and code != EXIT_BAD_RUN):
        return
    said = last_words(view.run)
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    sentence = said or f"the trainer ended with {how} and said nothing"
    raise kind(sentence)


def last_words(run: RunDir) -> str:
    """The last line of trainer.log that says something; empty if there is none."""
    lines = log_lines(run, 20)
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _options(device: str, threads: int) -> tuple[str, ...]:
    return ("--device", device, *(("--threads", str(threads)) if threads else ()))


def _spawn(
    run: RunDir, options: Sequence[str], command: Sequence[str], *, detached: bool = True
) -> subprocess.Popen[bytes]:
    words = (*ENGINE, str(run.path), *options)
    child = spawn(words, run.trainer_log, command, detached=detached)
    _children[run.path] = child
    return child


def lives(run: RunDir) -> bool:
    """Whether a trainer that this process started on the run has not ended yet."""
    child = _children.get(run.path.absolute())
    return child is not None and child.poll() is None


def with_whole_paths(config: Config) -> Config:
    """The configuration with the files that it names found from any folder."""
    arms = tuple(
        arm if arm.task is None else msgspec.structs.replace(arm, task=_with_whole(arm.task))
        for arm in config.arms
    )
    task, model = _with_whole(config.task), _with_whole(config.model)
    return msgspec.structs.replace(config, task=task, model=model, arms=arms)


def _with_whole(section: AnySection) -> AnySection:
    """The section with whole paths in all keys that name files."""
    named = {key: getattr(section, key, "") for key in FILE_KEYS}
    whole = {key: str(Path(path).expanduser().absolute()) for key, path in named.items() if path}
    return msgspec.structs.replace(section, **whole)
