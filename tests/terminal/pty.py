"""A program in a pseudo-terminal: its keys, its size, its link, and all that it sends.

with Terminal(grok("attach", "last"), (80, 24), runs=folder) as terminal:
    terminal.run(3)
    terminal.press("down")
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.terminal.processes import Usage, lives
from tests.terminal.screens import Change, Chunk, Emulator, Picture, Size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from typing_extensions import Self

KEYS = {
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "enter": b"\r",
    "escape": b"\x1b",
    "tab": b"\t",
    "ctrl+p": b"\x10",
}
"""What a terminal sends for keys that are no character."""
SAMPLES = 0.1
"""Seconds between two looks at processor and memory."""
READ = 65536
_QUERIES = re.compile(rb"\x1b\[\?(?P<mode>\d+)\$p|\x1b\[(?P<attributes>0?c)|\x1b\]11;\?")
_MODES = re.compile(rb"\x1b\[\?([\d;]+)([hl])")
_LASTING = {25, 47, 1000, 1002, 1003, 1004, 1006, 1049, 2004, 2026}
"""Modes that somebody would notice after the program has ended."""
_PLAIN = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
_OTHERS = (
    "NO_COLOR", "TMUX", "STY", "GROK_TUI_RUNS", "GROK_TUI_LOW_BANDWIDTH",
    "PYTHONDONTWRITEBYTECODE",  # a program is compiled at its first start, not at each
)  # fmt: skip


def grok(*arguments: str, before: str = "") -> tuple[str, ...]:
    """The command `grok-tui` with these arguments; `before` is Python to be run first."""
    code = f"{before}\nfrom grok_tui.cli import main; main()"
    return (sys.executable, "-c", code, *arguments)


class Terminal:
    """A program that runs in a terminal of this size until it is left or asked to end."""

    def __init__(
        self,
        command: Sequence[str],
        size: Size,
        runs: Path,
        environment: Mapping[str, str] | None = None,
        nohup: bool = False,
    ) -> None:
        self.size = size
        """At the start; the later ones stand in `changes`."""
        self.rate = 0.0
        """Bytes a second that the link carries; 0: as many as there are."""
        self.stalled = False
        """Whether the link carries nothing."""
        self.chunks: list[Chunk] = []
        self.changes: list[Change] = []
        self.seconds: list[tuple[float, float]] = []
        """Processor time that was used so far, at moments."""
        self._held, inner = pty.openpty()
        self._set_size(size)
        self._began = time.monotonic()
        kept = {name: value for name, value in os.environ.items() if name not in _OTHERS}
        self.process = subprocess.Popen(
            command,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env={**kept, **_PLAIN, "GROK_TUI_RUNS": str(runs), **(environment or {})},
            start_new_session=True,
            preexec_fn=partial(_take_terminal, nohup),  # we have one thread
        )
        os.close(inner)
        self.usage = Usage(self.process.pid)
        self._credit, self._paid, self._sampled = 0.0, 0.0, -1.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        __: BaseException | None,
        ___: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.hang_up()

    @property
    def now(self) -> float:
        """Seconds since the program was started."""
        return time.monotonic() - self._began

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Let it run so long, or until that holds; whether it still runs, its link as it is."""
        end = self.now + seconds
        while self.now < end and not until():
            if self.now - self._sampled >= SAMPLES:
                self._sampled = self.now
                self.seconds.append((self.now, self.usage.sample()))
            if not self._read(min(0.01, max(0.0, end - self.now))):
                return False
        return True

    def settle(self, quiet: float = 0.8, most: float = 10.0) -> None:
        """Let it run until nothing was sent for a while."""
        start = self.now
        self.run(quiet)
        while self.now - start < most and self.sent(self.now - quiet):
            self.run(0.1)

    def wait_for(self, *words: str, seconds: float = 20.0) -> None:
        """Let it run until these words are on the screen. Looking slows it: not to be timed."""
        screen = Emulator(self.size)
        seen = 0

        def shown() -> bool:
            nonlocal seen
            for _, data in self.chunks[seen:]:
                screen.feed(data)
                seen += 1
            return screen.shows(*words)

        self.run(seconds, shown)
        assert shown(), "\n".join(screen.picture().rows)

    def press(self, key: str, seconds: float = 0.4) -> float:
        """Send a key; seconds until the first byte of an answer, infinite if none comes."""
        before, at = len(self.chunks), self.now
        os.write(self._held, KEYS.get(key, key.encode()))
        self.run(seconds)
        return self.chunks[before][0] - at if len(self.chunks) > before else float("inf")

    def resize(self, size: Size) -> None:
        """Give the terminal another size, and say so as a terminal does."""
        self.changes.append((self.now, size))
        self._set_size(size)

    def hang_up(self) -> None:
        """Close the terminal, as a link does that dies."""
        if self._held >= 0:
            os.close(self._held)
            self._held = -1

    def end(self, key: str = "q", seconds: float = 10.0) -> int | None:
        """Send the key that leaves; the exit code, None if it goes on."""
        with suppress(OSError):
            os.write(self._held, KEYS.get(key, key.encode()))
        return self.ended(seconds)

    def ended(self, seconds: float = 10.0) -> int | None:
        """The exit code of a program that is to end within so many seconds."""
        until = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < until:
            if self._held < 0 or not self._read(0.01):
                time.sleep(0.01)
        if self._held >= 0:
            while self._read(0.0, last=True):
                pass
        return self.process.poll()

    def threads(self) -> int:
        """How many threads its process has."""
        return sum(1 for _ in Path(f"/proc/{self.process.pid}/task").iterdir())

    def left(self) -> list[int]:
        """Processes of the program that are still there."""
        return [pid for pid in self.usage.pids if lives(pid)]

    def left_on(self) -> set[str]:
        """What it switched on in the terminal and not off again; empty: all is as it was."""
        high: dict[int, bool] = {25: True}
        for numbers, state in _MODES.findall(b"".join(data for _, data in self.chunks)):
            high |= {int(number): state == b"h" for number in numbers.split(b";")}
        found = {f"mode {n}" for n, on in high.items() if n in _LASTING and on != (n == 25)}
        if self._held >= 0:
            local = termios.tcgetattr(self._held)[3]
            if not (local & termios.ECHO and local & termios.ICANON):
                found.add("raw")
        return found

    def sent(self, start: float = 0.0, end: float = float("inf")) -> int:
        """Bytes that were sent between two moments."""
        return sum(len(data) for at, data in self.chunks if start <= at <= end)

    def picture(self) -> Picture:
        """What is on the screen now."""
        return self._played(lambda _: False)[0].picture()

    def first(self, until: Callable[[Emulator], bool]) -> float:
        """Seconds to the moment at which the screen is first like that; infinite: it never was."""
        screen, at = self._played(until)
        return at if until(screen) else float("inf")

    def _played(self, until: Callable[[Emulator], bool]) -> tuple[Emulator, float]:
        screen, at, waiting = Emulator(self.size), 0.0, list(self.changes)
        for at, data in self.chunks:
            while waiting and waiting[0][0] <= at:
                screen.resize(waiting.pop(0)[1])
            screen.feed(data)
            if until(screen):
                break
        return screen, at

    def load(self, start: float, end: float) -> float:
        """Share of one core that was used between two moments."""
        inside = [pair for pair in self.seconds if start <= pair[0] <= end]
        (first, before), (last, after) = inside[0], inside[-1]
        return (after - before) / (last - first)

    def _set_size(self, size: Size) -> None:
        fcntl.ioctl(self._held, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def _room(self) -> int:
        """Bytes that the link carries now."""
        if self.stalled:
            return 0
        if not self.rate:
            return READ
        self._credit = min(self.rate / 4, self._credit + (self.now - self._paid) * self.rate)
        self._paid = self.now
        return int(self._credit)

    def _read(self, patience: float, *, last: bool = False) -> bool:
        """Read once; False when there is no more to come."""
        room = READ if last else self._room()
        if not room:
            time.sleep(patience)
            return True
        if not select.select([self._held], [], [], patience)[0]:
            return not last
        try:
            data = os.read(self._held, room)
        except OSError:  # how Linux says that the other side is closed
            return False
        self.chunks.append((self.now, data))
        self._credit -= len(data)
        self._answer(data)
        return bool(data)

    def _answer(self, data: bytes) -> None:
        """Say what a terminal says when it is asked."""
        for match in _QUERIES.finditer(data):
            if match["mode"]:
                answer = b"\x1b[?%s;%d$y" % (match["mode"], 2 if match["mode"] == b"2026" else 0)
            elif match["attributes"]:
                answer = b"\x1b[?62;22c"
            else:
                answer = b"\x1b]11;rgb:1c1c/1c1c/1c1c\x1b\\"
            with suppress(OSError):
                os.write(self._held, answer)


def _take_terminal(nohup: bool) -> None:
    """In the child: what is open as standard input is its controlling terminal."""
    if nohup:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
