"""The trainer process: `python -m grok_tui.engine RUN_DIR [--device NAME] [--threads N]`.

Exit codes: 0 done, 2 a run, preset or device that cannot be, 3 failed, 130 stopped.
The lock is taken and the configuration checked before torch is imported, which takes seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.engine import about
from grok_tui.engine.answers import MAX_THREADS
from grok_tui.engine.cores import Hardware, Watch
from grok_tui.engine.log import EventLog, ended_as
from grok_tui.engine.orders import Orders
from grok_tui.engine.recorder import Hindered, Recorder
from grok_tui.engine.signals import Signals
from grok_tui.errors import GrokTuiError, PresetError, RunError, RunFailed
from grok_tui.protocol import crash, presets
from grok_tui.protocol.alive import process_lives
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import Failed
from grok_tui.protocol.rundir import RunDir, TrainerLock, boot_id, lock_state, read_about

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.protocol.config import Config

MAX_TRACEBACK = 20_000


def main(arguments: Sequence[str]) -> int:
    """Train the run in a folder; the exit code."""
    run, hardware = _parse(arguments)
    signals = Signals()
    signals.install()
    disk = Disk()
    try:
        recorder, config = _claim(run, signals, disk)
    except GrokTuiError as error:
        return _complain(str(error), error.exit_code)
    try:
        return _train(run, config, hardware, (recorder, signals, disk))
    except GrokTuiError as error:
        ours = isinstance(error, RunFailed) and not isinstance(error, Hindered)
        _record(run, recorder.log, str(error), traceback.format_exc() if ours else "", disk)
        return _complain(str(error), error.exit_code)
    except Exception as error:
        sentence = _sentence(error)
        shown = "" if recorder.log.is_gone else traceback.format_exc()
        _record(run, recorder.log, sentence, shown, disk)
        return _complain(f"{shown}{sentence}", RunFailed.exit_code)


def _parse(arguments: Sequence[str]) -> tuple[RunDir, Hardware]:
    watch = Watch()
    parser = argparse.ArgumentParser(prog="python -m grok_tui.engine", description=__doc__)
    parser.add_argument("run", help="the folder of the run")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:N or mps")
    parser.add_argument("--threads", type=_count, default=0, help="without it, what pays")
    parsed = parser.parse_args(arguments)
    return RunDir(Path(parsed.run).absolute()), Hardware(watch, parsed.device, parsed.threads)


def _count(text: str) -> int:
    if not (text.isdecimal() and len(text) < 4 and 1 <= int(text) <= MAX_THREADS):
        raise argparse.ArgumentTypeError(f"{text[:20]}: expected 1 to {MAX_THREADS}")
    return int(text)


def _claim(run: RunDir, signals: Signals, disk: Disk) -> tuple[Recorder, Config]:
    """Take the lock and read the configuration. Raises RunError, PresetError, Hindered."""
    if run.linked:
        raise RunError(f"cannot train in {run.path}: {run.linked} is a link, expected a folder")
    try:
        if not run.lock.exists():  # the run is new, or somebody removed it
            _refuse_living(run)
        lock = TrainerLock(run)
        if lock_state(run) == "unknown":
            _refuse_living(run)
        Orders(run, disk).sweep()
        if ended_as(run.events) == "completed":
            raise RunError(f"{run.id} is trained to its end already")
        recorder = Recorder(run, lock, signals, disk)
        recorder.insist(lambda: about.write(run, disk))
    except OSError as error:
        why = (error.strerror or "unknown reason").lower()
        raise RunError(f"cannot train in {run.path}: {why}") from None
    try:
        return recorder, presets.load_config(run.config)
    except PresetError as error:
        _record(run, recorder.log, str(error), "", disk)
        raise


def _refuse_living(run: RunDir) -> None:
    """Raise RunError where the trainer before us lives: for where there is no flock, or no lock.

    Two that begin in the same moment are not told apart.
    """
    about = read_about(run)
    if about and about.boot_id == boot_id() and about.pid != os.getpid() and process_lives(about):
        raise RunError(f"{run.id} is already being trained")


def _train(
    run: RunDir, config: Config, hardware: Hardware, hands: tuple[Recorder, Signals, Disk]
) -> int:
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read once, when CUDA starts
    # only now: torch takes seconds to load
    from grok_tui.engine.opening import open_run
    from grok_tui.engine.trainer import Trainer

    recorder, signals, disk = hands
    opened = open_run(run, config, hardware, recorder, disk)
    return Trainer(run, opened, recorder, signals, disk).train()


def _record(run: RunDir, log: EventLog, sentence: str, shown: str, disk: Disk) -> None:
    """Let the log end with the failure, if it can be written and is still the log of the run."""
    with contextlib.suppress(OSError):
        log.flush()  # what happened before the failure belongs to the log, and to the report
    failed = Failed(
        sentence=about.encodable(sentence),
        traceback=about.encodable(shown)[-MAX_TRACEBACK:],
        report=_report(run, shown, disk) if shown else "",
    )
    if log.is_gone:
        return
    with contextlib.suppress(OSError):
        log.add(failed)
        log.flush()
        log.sync()


def _report(run: RunDir, shown: str, disk: Disk) -> str:
    """Write a crash report; how the log names it. What no folder takes goes to trainer.log."""
    text = crash.report(shown, about.command(), run)
    path = crash.keep(text, run.path, disk)
    if path is None:
        _complain(text, 0)
        return ""
    return path.name if path.parent == run.path else about.encodable(str(path))


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        name = f": {error.filename}" if error.filename else ""
        return f"the disk failed: {error.strerror.lower()}{name}"
    return f"{type(error).__name__}: {error}"[:500]


def _complain(sentence: str, code: int) -> int:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{about.encodable(sentence)}\n")
        sys.stderr.flush()
    return code


if __name__ == "__main__":
    faulthandler.enable()  # a crash below Python says in trainer.log where it was
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # torch's own shutdown can hang or crash after all is written
