"""What somebody is told of a run while they look elsewhere: a bell, a toast, a title, a command.

Many incidents at once are one toast, and toasts keep their distance: a storm tells nothing.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Protocol

from grok_tui.errors import PresetError
from grok_tui.monitor.incidents import GRAVE, Pace, between, sentences
from grok_tui.monitor.text import safe
from grok_tui.protocol import toml
from grok_tui.protocol.paths import config_folder, state_folder

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping, Sequence

    from grok_tui.monitor.incidents import Incident
    from grok_tui.monitor.watch import View

APART = 5.0
"""Seconds between two toasts: what happens meanwhile is told by the next."""
MOST = 3
"""Sentences in one toast."""


class Told(Protocol):
    """Where it is told."""

    def __call__(self, sentence: str, grave: bool) -> object:
        """Show a sentence that may be seen or not, and ring."""
        ...


class Herald:
    """Compares each view of a run with the one before, and tells what happened in between.

    The first view is where the news begins, as soon as all of the log was read.
    """

    def __init__(
        self,
        tell: Told,
        command: Callable[[Mapping[str, str]], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell, self._command, self._clock = tell, command, clock
        self._pace = Pace(clock)
        self._seen: View | None = None
        self._waiting: list[Incident] = []
        self._told = -APART

    def see(self, view: View) -> None:
        """The run as it is now."""
        if view.behind:
            return
        before, self._seen = self._seen, view
        if before is not None:
            self._waiting += between(before, view)
        self.tick()

    def tick(self) -> None:
        """Time has passed: tell what waits, and whether the run has fallen silent."""
        if self._seen is None:
            return
        stalled = self._pace.look(self._seen)
        self._waiting += [stalled] if stalled else []
        now = self._clock()
        grave = any(one.kind in GRAVE for one in self._waiting)
        if not self._waiting or (now - self._told < APART and not grave):
            return
        told, self._waiting, self._told = self._waiting, [], now
        found = sentences(told, self._seen)
        shown = [sentence for _, sentence in found[-MOST:]]
        self._tell("\n".join(shown), grave)
        for last, _ in found:
            self._command(_environment(self._seen, [one for one in told if one.kind == last.kind]))


def _environment(view: View, alike: Sequence[Incident]) -> dict[str, str]:
    """What a command is told of incidents of a kind."""
    arms = dict.fromkeys(safe(one.arm, 80) for one in alike if one.arm)
    step = alike[-1].step
    return {
        "GROK_TUI_EVENT": alike[-1].kind,
        "GROK_TUI_RUN": view.run.id,
        "GROK_TUI_ARM": ",".join(arms),
        "GROK_TUI_STEP": "" if step is None else str(step),
    }


class Commands:
    """Runs the user's own command on each event, apart from us and without a shell."""

    def __init__(self, line: Callable[[], str], failed: Callable[[str], object]) -> None:
        """`line` is asked at the first event; `failed` is told once why it cannot be run."""
        self._ask, self._failed = line, failed
        self._line: str | None = None
        self._running: list[subprocess.Popen[bytes]] = []

    def __call__(self, environment: Mapping[str, str]) -> None:
        """Start it, with the event in its environment."""
        self._running = [one for one in self._running if one.poll() is None]
        if self._line is None:
            self._line = self._ask()
        if not self._line:
            return
        import shlex  # with subprocess milliseconds that most sessions never need
        import subprocess

        try:
            self._running.append(
                subprocess.Popen(
                    shlex.split(self._line),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={**os.environ, **environment},
                    start_new_session=True,
                )
            )
        except (OSError, ValueError, IndexError) as error:
            self._line = ""
            self._failed(f"the command on events cannot be run: {safe(str(error), 120)}")


def command_line(environment: Mapping[str, str]) -> str:
    """The command on events: of the environment, else `on_event` of the user's config.toml."""
    told = environment.get("GROK_TUI_ON_EVENT")
    if told is not None:
        return told
    path = config_folder(environment) / "config.toml"
    try:
        line = toml.read(path, str(path)).get("on_event", "")
    except PresetError:
        return ""
    return line if isinstance(line, str) else ""


class Mute:
    """Whether the bell is silent, remembered as a file in the user's state."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._path = state_folder(environment) / "muted"
        self.on = self._path.exists()

    def turn(self) -> None:
        """On for off, off for on; remembered where that can be written."""
        self.on = not self.on
        try:
            if self.on:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._path.touch()
            else:
                self._path.unlink(missing_ok=True)
        except OSError:
            return
