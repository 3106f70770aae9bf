"""The log pane: the end of what the trainer process printed, followed until one scrolls up."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import VerticalScroll

from grok_tui.monitor.text import safe_lines
from grok_tui.ui import keys
from grok_tui.ui.messages import LogRead
from grok_tui.ui.panes.pane import Pane
from grok_tui.ui.widgets.paper import DIM, TEXT
from grok_tui.ui.widgets.verdict import Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.rundir import RunDir

TAIL = 64 * 1024
"""Bytes of the log's end that are shown."""
LINES = 1000


def read_tail(path: Path, limit: int = TAIL) -> str:
    """The last `limit` bytes of a regular file as text, from a whole line on. Raises OSError."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError("it is not a regular file")
        start = max(0, status.st_size - limit)
        file.seek(start)
        data = file.read(limit)
    if start:
        data = data.partition(b"\n")[2]
    return data.decode("utf-8", errors="replace")


class LogPane(Pane):
    """The lines of the log, behind a window that scrolls."""

    SECTION = "log"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("log")
    DEFAULT_CSS = "LogPane > VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }"

    def __init__(self, run: RunDir) -> None:
        super().__init__(id="log")
        self._run = run
        self._text: str | None = None
        self._lines: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        """One widget as tall as the log."""
        with VerticalScroll(can_focus=False):
            yield Words("log-lines")

    def draw(self, view: View, verdict: Verdict | None) -> None:
        """Look for new lines, in a thread."""
        self.run_worker(self._read, thread=True, exclusive=True, group="log")

    def action_scroll(self, by: int) -> None:
        """So many lines down, or up."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """A window's height down, or up."""
        self.action_scroll(by * max(1, self.size.height - 1))

    def action_end(self, where: int) -> None:
        """The first line, or the last."""
        window = self.query_one(VerticalScroll)
        window.scroll_home(animate=False) if where < 0 else window.scroll_end(animate=False)

    def _read(self) -> None:
        try:
            text = read_tail(self._run.trainer_log)
        except OSError:
            text = ""
        if text != self._text:
            self._text = text
            self.post_message(LogRead(safe_lines(text, 10_000, LINES)))

    @on(LogRead)
    def _show(self, message: LogRead) -> None:
        message.stop()
        self._lines = message.lines
        self._write()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._write()

    def _write(self) -> None:
        """Show the lines that were read; stay at the end if that is where the reader is."""
        words, window = self.query_one(Words), self.query_one(VerticalScroll)
        at_end = window.scroll_offset.y >= window.max_scroll_y
        width = max(1, self.size.width - 3)
        rows = [(part, TEXT) for line in self._lines for part in _broken(line, width)]
        words.styles.height = max(1, len(rows))
        empty = ("the trainer has printed nothing", DIM)
        words.draw([[row] for row in rows] or [[empty]], self.size.width - 1)
        if at_end:
            window.scroll_end(animate=False)


def _broken(line: str, width: int) -> list[str]:
    return [line[at : at + width] for at in range(0, len(line), width)] or [""]
