"""Whether the TUI is opened, and how, by what stands on the command line and around it."""

from __future__ import annotations

import gc
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from grok_tui.cli import opening
from grok_tui.cli.opening import PLAIN, Asked, has_terminal, open_tui
from grok_tui.errors import UsageError
from grok_tui.ui import app
from grok_tui.ui.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path


class Stream:
    """A standard stream that is a terminal, or is none."""

    def __init__(self, terminal: bool, encoding: str = "utf-8") -> None:
        self._terminal, self.encoding = terminal, encoding

    def isatty(self) -> bool:
        return self._terminal


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams that are one; called by the test itself, for pytest sets its own before it."""
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, Stream(True))
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("COLORFGBG", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("dumb", "moves its cursor (TERM=dumb); `grok-tui run PRESET --headless`"),
        ("", "moves its cursor (TERM is not set)"),
    ],
)
def test_a_terminal_that_cannot_move_its_cursor_is_told_what_to_do(
    name: str, sentence: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_a_terminal(monkeypatch)
    monkeypatch.setenv("TERM", name)
    assert not has_terminal()
    with pytest.raises(UsageError) as refused:
        open_tui(PLAIN, tmp_path)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("stream", "words"),
    [("stdin", "there is none"), ("stdout", "there is none"), ("stderr", "draws on stderr")],
)
def test_every_stream_has_to_be_a_terminal(
    stream: str, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_a_terminal(monkeypatch)
    monkeypatch.setattr(sys, stream, Stream(False))
    with pytest.raises(UsageError, match=words):
        open_tui(PLAIN, tmp_path)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (PLAIN, Terminal()),
        (
            Asked(None, True, True, "auto", "auto"),
            Terminal(refresh=1.0, mouse=False, thrifty=True),
        ),
        (
            Asked(3.0, False, False, "ascii", "light"),
            Terminal(refresh=3.0, mouse=False, charset="ascii", theme="grok-light"),
        ),
    ],
)
def test_what_is_asked_for_reaches_the_app(
    asked: Asked, expected: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_a_terminal(monkeypatch)
    made: list[Any] = []

    class App:
        _exception, parting = None, ""

        def __init__(self, *_: object, terminal: Terminal, **__: object) -> None:
            made.append(terminal)

        def run(self, mouse: bool) -> None:
            made.extend([mouse, gc.isenabled()])
            gc.enable()  # as it does when there is something to see

    monkeypatch.setattr(app, "GrokTuiApp", App)
    open_tui(asked, tmp_path)
    assert made == [expected, expected.mouse, False]


@pytest.mark.parametrize("wrong", [None, ZeroDivisionError("no")])
def test_what_went_wrong_in_it_is_raised_after_it_and_else_it_parts_with_a_sentence(
    wrong: Exception | None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class App:
        _exception, parting = wrong, "1 run goes on \x1b[2J"

        def __init__(self, *_: object, **__: object) -> None:
            gc.enable()

        def run(self, mouse: bool) -> None:
            """Is left at once."""

    monkeypatch.setattr(opening, "obstacle", lambda: "")
    monkeypatch.setattr(app, "GrokTuiApp", App)
    with pytest.raises(ZeroDivisionError) if wrong else nullcontext():
        open_tui(PLAIN, tmp_path)
    assert capsys.readouterr().err == ("" if wrong else "1 run goes on \ufffd[2J\n")
