"""The log pane: the end of what the trainer process printed, followed until one scrolls up."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import VerticalScroll

from grok_tui.monitor.text import safe_lines
from grok_tui.protocol.rundir import read_tail
from grok_tui.ui import keys
from grok_tui.ui.messages import LogRead, Searched
from grok_tui.ui.panes.pane import ScrollingPane
from grok_tui.ui.widgets.fields import SearchField
from grok_tui.ui.widgets.paper import DIM, STRONG, TEXT, WARN
from grok_tui.ui.widgets.verdict import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.rundir import RunDir
    from grok_tui.ui.widgets.verdict import Styled

LINES = 1000
FOUND, HERE = "│", "▸"
"""In front of a line that has what is looked for, and of the one that was gone to."""


class LogPane(ScrollingPane):
    """The lines of the log, behind a window that scrolls."""

    SECTION = "log"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("log")
    DEFAULT_CSS = """
    LogPane > VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    LogPane > Words { height: 1; }
    """

    def __init__(self, run: RunDir) -> None:
        super().__init__(id="log")
        self._run = run
        self._text: str | None = None
        self._lines: Sequence[str] = ()
        self._follows = True
        self._sought = ""
        self._here = -1
        """The line that was gone to, by its number."""

    def compose(self) -> ComposeResult:
        """One widget as tall as the log, how it is looked at, and the field for words to find."""
        with VerticalScroll(can_focus=False):
            yield Words("log-lines")
        yield Words("log-state")
        yield SearchField("log-search", "words to find in the log")

    def draw(self, view: View, verdict: Verdict | None) -> None:
        """Look for new lines, in a thread."""
        self.run_worker(self._read, thread=True, exclusive=True, group="log")

    def out(self) -> bool:
        """Close the field, then forget what was looked for."""
        field = self.query_one(SearchField)
        if field.display:
            field.display = False
            self.focus()
        elif self._sought:
            self._seek("")
        else:
            return False
        return True

    def action_scroll(self, by: int) -> None:
        """So many lines down, or up; up ends the following."""
        self._follows = self._follows and by > 0
        super().action_scroll(by)
        self._write_state()

    def action_end(self, where: int) -> None:
        """The first line, or the last."""
        window = self.query_one(VerticalScroll)
        window.scroll_home(animate=False) if where < 0 else window.scroll_end(animate=False)
        self._follows = where > 0
        self._write_state()

    def action_follow(self) -> None:
        """Stay at the end as lines come, or no more."""
        self._follows = not self._follows
        self._write()

    def action_search(self) -> None:
        """Open the field."""
        field = self.query_one(SearchField)
        field.display = True
        field.value = self._sought
        field.focus()

    def on_searched(self, message: Searched) -> None:
        """Look for what was typed, from the end of the log up."""
        message.stop()
        field = self.query_one(SearchField)
        field.display = False
        self.focus()
        self._seek(field.value.strip())
        self.action_find(-1)

    def action_find(self, by: int) -> None:
        """The next line that has it, or the one before; round at the ends."""
        found = self._found()
        if not found:
            words = f"“{self._sought[:60]}” is not in the log" if self._sought else "/ looks for it"
            self.notify(words, markup=False)
            return
        if by > 0:
            self._here = next((line for line in found if line > self._here), found[0])
        else:
            before = [line for line in found if line < self._here or self._here < 0]
            self._here = before[-1] if before else found[-1]
        self._follows = False
        self._write()
        top = sum(len(_broken(line, self._width)) for line in self._lines[: self._here])
        window = self.query_one(VerticalScroll)
        window.scroll_to(y=max(0, top - window.size.height // 2), animate=False)

    def _seek(self, words: str) -> None:
        self._sought, self._here = words, -1
        self._write()

    def _found(self) -> list[int]:
        """The lines that have what is looked for, by number; case does not count."""
        sought = self._sought.casefold()
        return [
            number
            for number, line in enumerate(self._lines)
            if sought and sought in line.casefold()
        ]

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
        self._lines, self._here = message.lines, -1
        self._write()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._write()

    @property
    def _width(self) -> int:
        return max(1, self.size.width - 4)

    def _write(self) -> None:
        """Show the lines that were read, those that were looked for marked."""
        words, window = self.query_one("#log-lines", Words), self.query_one(VerticalScroll)
        found = set(self._found())
        rows: list[Styled] = []
        for number, line in enumerate(self._lines):
            mark = HERE if number == self._here else FOUND if number in found else " "
            parts = _broken(line, self._width)
            rows += [[(mark, WARN), *_marked(part, self._sought)] for part in parts]
        words.styles.height = max(1, len(rows))
        words.draw(rows or [[("the trainer has printed nothing", DIM)]], self.size.width - 1)
        self._write_state()
        if self._follows:
            window.scroll_end(animate=False)

    def _write_state(self) -> None:
        """Say whether it follows, and what was found."""
        parts = ["following" if self._follows else "held here: f follows"]
        if self._sought:
            found = self._found()
            place = f"{found.index(self._here) + 1} of " if self._here in found else ""
            parts.append(f"“{self._sought[:40]}” in {place}{len(found)} lines: n N")
        self.query_one("#log-state", Words).draw([[("  ".join(parts), DIM)]], self.size.width)


def _marked(line: str, sought: str) -> Styled:
    """The line with what is looked for in strong ink."""
    at = line.casefold().find(sought.casefold()) if sought else -1
    if at < 0:
        return [(line, TEXT)]
    end = at + len(sought)
    return [(line[:at], TEXT), (line[at:end], STRONG), *_marked(line[end:], sought)]


def _broken(line: str, width: int) -> list[str]:
    return [line[at : at + width] for at in range(0, len(line), width)] or [""]
