"""Textual's driver for terminals, made for a bad line: few bytes, never an old frame.

What is painted goes into a shadow of the screen. As long as the terminal takes what it was sent
before, nothing more is sent; then it gets the newest picture, however many were painted meanwhile.
"""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Any, cast

from textual.drivers.linux_driver import LinuxDriver

from grok_tui.monitor.charset import spelled
from grok_tui.ui.shadow import Shadow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import App

    from grok_tui.monitor.charset import Charset

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
"""Around a frame, so that a terminal shows it at once."""
AGAIN = 0.02
"""Seconds after which to look whether the terminal has taken what it was sent."""


class Outlet:
    """The stream to the terminal; it knows whether all has gone out, and outlives the link."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self.busy = False

    def write(self, text: str) -> None:
        """Write, which may take as long as the link wants; nothing if the link is gone."""
        self.busy = True
        try:
            self._stream.write(text)
        except OSError:
            self.busy = False

    def flush(self) -> None:
        """The same for what a buffer still holds."""
        try:
            self._stream.flush()
        except OSError:
            return
        finally:
            self.busy = False

    def fileno(self) -> int:
        """That of the stream."""
        return self._stream.fileno()


class CellDriver(LinuxDriver):
    """Textual's driver for terminals, through a shadow."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
        charset: Charset = "braille",
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._outlet = Outlet(cast("IO[str]", self._file))
        self._file = cast("Any", self._outlet)
        self._charset = charset
        self._shadow: Shadow | None = None
        self._in_frame = self._framed = self._waiting = self._titled = False

    @property
    def busy(self) -> bool:
        """Whether the terminal has yet to take what it was sent."""
        queued = self._writer_thread is not None and self._writer_thread._queue.qsize() > 0
        return queued or self._outlet.busy

    def write(self, data: str) -> None:
        """Have this shown: at once where it is more than a picture, else when the line is free."""
        if data in (SYNC_START, SYNC_END):
            self._in_frame = data == SYNC_START
            self._framed = True
        else:
            self._send(self._screen().take(data))
        if not self._in_frame:
            self._settle()

    def _settle(self) -> None:
        """Send the newest picture, or look again later."""
        if not self.busy:
            sent = self._screen().flush()
            if sent:
                self._send(f"{SYNC_START}{sent}{SYNC_END}" if self._framed else sent)
            self._framed = False
        elif not self._waiting:
            self._waiting = True
            self._loop.call_later(AGAIN, self._look_again)

    def _look_again(self) -> None:
        self._waiting = False
        if self._writer_thread is not None and not self._in_frame:
            self._settle()

    def _send(self, data: str) -> None:
        if data:
            super().write(data)

    def _screen(self) -> Shadow:
        """The shadow, at the size of now."""
        width, height = self._get_terminal_size()
        if self._shadow is None:
            self._shadow = Shadow(width, height, self._charset, erases(os.environ))
        elif (width, height) != (self._shadow.width, self._shadow.height):
            self._shadow.resize(width, height)
        return self._shadow

    def title(self, text: str) -> None:
        """Name the window; the name that it had comes back when the terminal is left."""
        before = "" if self._titled else "\x1b[22;2t"
        self._titled = True
        self.write(f"{before}\x1b]2;{''.join(spelled(one, self._charset) for one in text)}\x07")

    def forget(self) -> None:
        """Send the next picture whole: the terminal may show something else than it was sent."""
        if self._shadow is not None:
            self._shadow.forget()

    def start_application_mode(self) -> None:
        """Take the terminal; nothing where it is taken already.

        A line that hangs up sends SIGCONT, too, which Textual takes for a return from a suspension:
        two threads would read from a terminal that is gone, and neither would ever end.
        """
        if self._key_thread is None or not self._key_thread.is_alive():
            super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        """Leave the terminal as it was; a picture that it has not taken by now is let go."""
        if self.busy:
            self.forget()
        if self._titled:
            self._titled = False
            self.write("\x1b[23;2t")
        super().stop_application_mode()

    def _enable_mouse_support(self) -> None:
        """Ask for clicks, the wheel and drags, and not for every move over the screen."""
        if self._mouse:
            self._send("\x1b[?1000h\x1b[?1002h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self._send("\x1b[?1016l\x1b[?1006l\x1b[?1002l\x1b[?1000l")


def erases(environment: Mapping[str, str]) -> bool:
    """Whether the terminal erases with the background in hand; that called screen does not.

    tmux does, and used to call itself screen.
    """
    return "TMUX" in environment or not environment.get("TERM", "").startswith("screen")
