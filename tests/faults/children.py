"""Trainers as processes of their own that need no seconds to begin: forked from one with torch."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
from typing import TYPE_CHECKING

from tests.slow.trainers import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.context import ForkServerProcess

    from grok_tui.protocol.rundir import RunDir

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.faults.loaded"])


@contextlib.contextmanager
def trainer(
    run: RunDir, *options: str, first: Callable[[], object] | None = None
) -> Iterator[ForkServerProcess]:
    """A trainer on this run as `run` starts one, killed at the end if it still lives.

    `first` is called in it before anything else: a function of a module, to put faults in.
    """
    process = _CONTEXT.Process(target=_train, args=(str(run.path), options, first))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()
        process.close()


def finish(run: RunDir, *options: str, first: Callable[[], object] | None = None) -> int:
    """Train until the process ends; its exit code, negative for a signal."""
    with trainer(run, *options, first=first) as process:
        return ended(process)


def send(process: ForkServerProcess, number: int) -> None:
    """Send the trainer a signal, SIGKILL for instance."""
    assert process.pid
    os.kill(process.pid, number)


def ended(process: ForkServerProcess) -> int:
    """Wait for the end; the exit code, negative for a signal. Raises TimeoutError."""
    process.join(PATIENCE)
    if process.exitcode is None:
        raise TimeoutError("the trainer does not end")
    return process.exitcode


def _train(path: str, options: tuple[str, ...], first: Callable[[], object] | None) -> None:
    """What the module of the trainer does when it is run, its output where `run` puts it."""
    from grok_tui.engine import __main__ as engine

    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(f"{path}/trainer.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for number, descriptor in ((0, nothing), (1, output), (2, output)):
        os.dup2(descriptor, number)
    os.chdir("/")
    if first:
        first()
    code = engine.main([path, "--device", "cpu", "--threads", "1", *options])
    sys.stdout.flush()
    os._exit(code)
