"""Terminals, shells, lines and tmux that die under a view: it ends, the trainer does not."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from grok_tui.protocol import events
from grok_tui.protocol.rundir import RunDir, lock_state, run_folders
from tests import fakes
from tests.engine import runs
from tests.faults import stand_in
from tests.faults.counting import trials
from tests.slow.trainers import until
from tests.terminal.processes import Usage, lives
from tests.terminal.pty import Terminal, grok

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SEEN = "grokked-ticket"
"""Is on the screen of a view, and in the lines of one that has none, once it follows."""
ATTACH = grok("attach", "last")
RUN = grok("run", "quickstart", "--headless", before=stand_in.INSTEAD)
SHELL = ("sh", "-c", '"$0" "$@"; exit $?')
"""As a login on another machine: a shell that waits for what it was told to run."""


def hang_up(terminal: Terminal) -> None:
    """The window is closed, or the line dies."""
    terminal.hang_up()


def kill(number: int, terminal: Terminal) -> None:
    """The process that was started ends by a signal."""
    terminal.process.send_signal(number)


def kill_all(number: int, terminal: Terminal) -> None:
    """All of the session get a signal, as at a logout."""
    for pid in ours(terminal):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def ours(terminal: Terminal) -> list[int]:
    """The processes of its session: not the trainer, which has one of its own."""
    terminal.usage.sample()
    return [pid for pid in terminal.usage.pids if _session(pid) == terminal.process.pid]


def _session(pid: int) -> int:
    with contextlib.suppress(OSError):
        return os.getsid(pid)
    return -1


hung_up, told_to_end = partial(kill, signal.SIGHUP), partial(kill, signal.SIGTERM)
CLEAN = (hung_up, told_to_end)
"""Ways after which there is still a terminal, and somebody who has left it."""
WAYS: tuple[tuple[tuple[str, ...], bool, Callable[[Terminal], None]], ...] = (
    (ATTACH, False, hang_up),
    (RUN, False, hang_up),
    ((*SHELL, *ATTACH), False, hang_up),
    (ATTACH, True, hang_up),
    (RUN, True, hang_up),
    ((*SHELL, *RUN), False, hang_up),
    (ATTACH, False, hung_up),
    (RUN, False, partial(kill, signal.SIGKILL)),
    (ATTACH, False, partial(kill, signal.SIGKILL)),
    ((*SHELL, *ATTACH), False, partial(kill_all, signal.SIGHUP)),
    ((*SHELL, *RUN), False, partial(kill_all, signal.SIGKILL)),
    (ATTACH, False, told_to_end),
)
"""What is run in the terminal, whether SIGHUP is ignored there, and how it ends."""


@contextlib.contextmanager
def training(folder: Path) -> Iterator[RunDir]:
    """A run that trains already, not started from the terminal."""
    run = runs.new_run(folder, fakes.config())
    command = [sys.executable, "-m", "tests.faults.stand_in", str(run.path)]
    with subprocess.Popen(command, start_new_session=True) as process:
        try:
            until(lambda: lock_state(run) == "held")
            yield run
        finally:
            process.terminate()


def assert_unharmed(run: RunDir, trial: str) -> None:
    """The trainer lives and goes on; who looks again finds a log without a gap."""
    assert stand_in.assert_trains(run, trial).history.damaged == 0, trial
    data = run.events.read_bytes()
    lines = data[: data.rfind(b"\n")].splitlines()
    assert lines == list(map(bytes.strip, map(events.encode, stand_in.STORY[: len(lines)]))), trial


def assert_ended(pids: list[int], trial: str) -> None:
    """None of these is left, and none has spun before it ended."""
    spent, passed = _spent(pids, lambda: not any(map(lives, pids)))
    assert spent < max(1.0, passed / 2), f"{trial}: {spent:.2f} s of processor in {passed:.1f} s"


def assert_idle(pids: list[int], trial: str) -> None:
    """It follows the run to its end, as it was told with `nohup`, and does not spin."""
    end = time.monotonic() + 2.0
    spent, passed = _spent(pids, lambda: time.monotonic() > end)
    assert any(map(lives, pids)), f"{trial}: it has ended"
    assert spent < passed / 2, f"{trial}: {spent:.2f} s of processor in {passed:.1f} s"


def _spent(pids: list[int], done: Callable[[], bool]) -> tuple[float, float]:
    """Seconds of processor time, and seconds, until something holds."""
    used = [Usage(pid) for pid in pids]
    before, began = sum(usage.sample() for usage in used), time.monotonic()
    until(done)
    return sum(usage.sample() for usage in used) - before, time.monotonic() - began


@trials(40, at_once=1)
def test_a_view_whose_terminal_dies_ends_and_its_trainer_does_not(
    seeds: range, folder: Path
) -> None:
    """A terminal, line, shell or session dies under the TUI or a headless run; looked at again."""
    for seed in seeds:
        chance = random.Random(seed)
        command, nohup, die = WAYS[seed % len(WAYS)]
        trial = f"seed {seed}: {command[-1]}, {die}"
        with contextlib.ExitStack() as stack:
            if "attach" in command:
                stack.enter_context(training(folder))
            terminal = stack.enter_context(Terminal(command, (80, 24), folder, nohup=nohup))
            terminal.wait_for(SEEN, seconds=60.0)
            terminal.run(chance.uniform(0.0, 0.6))
            [run] = run_folders(folder)
            pids = ours(terminal)
            die(terminal)
            if nohup and command is RUN:
                assert_idle(pids, trial)
            else:
                assert terminal.ended(60.0) is not None, f"{trial}: it goes on"
                assert_ended(pids, trial)
            if die in CLEAN:
                assert terminal.left_on() == set(), trial
            assert_unharmed(run, trial)


class Tmux:
    """A server of its own, with one session in it; without tmux, a terminal that is closed."""

    def __init__(self, folder: Path, command: tuple[str, ...]) -> None:
        self._socket = str(folder / "socket")
        environment = os.environ | {"GROK_TUI_RUNS": str(folder / "runs"), "LANG": "C.UTF-8"}
        environment.pop("TMUX", None)
        self._environment = environment
        self._do("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", *command)
        self.pids = [int(self._do("display", "-p", "#{pane_pid}"))]
        self.server = int(self._do("display", "-p", "#{pid}"))

    def _do(self, *arguments: str) -> str:
        command = ["tmux", "-S", self._socket, *arguments]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env=self._environment
        )
        return done.stdout

    def wait_for(self, word: str) -> None:
        """Let it run until that is on the screen."""
        until(lambda: word in self._do("capture-pane", "-p"))

    def die(self, how: str) -> None:
        """End the session, the server, or have the server killed."""
        if how == "kill":
            os.kill(self.server, signal.SIGKILL)
        else:
            self._do(how)

    def close(self) -> None:
        """Leave nothing."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._do("kill-server")


@trials(10, at_once=1)
def test_a_view_whose_tmux_dies_ends_and_its_trainer_does_not(
    seeds: range, folder: Path, tmp_path: Path
) -> None:
    """tmux kill-session, kill-server, or its death; without tmux, a terminal that is closed."""
    for seed in seeds:
        how = ("kill-session", "kill-server", "kill")[seed % 3]
        command = ATTACH if seed % 2 == 0 else RUN
        trial = f"seed {seed}: {how}, {command[-1]}"
        with contextlib.ExitStack() as stack:
            if command is ATTACH:
                stack.enter_context(training(folder))
            if shutil.which("tmux"):
                tmux = Tmux(tmp_path, command)
                stack.callback(tmux.close)
                tmux.wait_for(SEEN)
                [run] = run_folders(folder)
                tmux.die(how)
                assert_ended(tmux.pids, trial)
            else:
                terminal = stack.enter_context(Terminal(command, (80, 24), folder))
                terminal.wait_for(SEEN, seconds=60.0)
                [run] = run_folders(folder)
                terminal.hang_up()
                assert_ended([terminal.process.pid], trial)
            assert_unharmed(run, trial)
