"""However a view ends, the terminal is as it was and nobody is left."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.terminal.pty import Terminal, grok

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.terminal


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_cleanly(ordinary: Path, number: signal.Signals) -> None:
    with Terminal(grok("attach", "last"), (80, 24), ordinary) as terminal:
        terminal.wait_for("grokked-ticket")
        assert terminal.left_on()
        terminal.process.send_signal(number)
        assert terminal.ended() is not None
        assert terminal.left_on() == set()
        assert terminal.left() == []


@pytest.mark.parametrize("nohup", [False, True])
def test_a_terminal_that_is_gone_ends_it(ordinary: Path, nohup: bool) -> None:
    with Terminal(grok("attach", "last"), (80, 24), ordinary, nohup=nohup) as terminal:
        terminal.wait_for("grokked-ticket")
        terminal.hang_up()
        assert terminal.ended() is not None
        assert terminal.left() == []


def test_to_be_continued_without_having_been_stopped_changes_nothing(ordinary: Path) -> None:
    """A line that hangs up sends it; taken for a return it left two threads that read for ever."""
    with Terminal(grok("attach", "last"), (80, 24), ordinary) as terminal:
        terminal.wait_for("grokked-ticket")
        threads = terminal.threads()
        terminal.process.send_signal(signal.SIGCONT)
        terminal.settle()
        assert terminal.threads() == threads
        terminal.hang_up()
        assert terminal.ended() is not None
        assert terminal.left() == []


def test_a_terminal_that_goes_while_it_is_suspended_ends_it(ordinary: Path) -> None:
    with Terminal(grok("attach", "last"), (80, 24), ordinary) as terminal:
        terminal.wait_for("grokked-ticket")
        terminal.press("\x1a")
        terminal.settle()
        terminal.hang_up()
        assert terminal.ended() is not None
        assert terminal.left() == []


def test_it_ends_while_a_long_log_is_read(big: Path) -> None:
    with Terminal(grok("attach", "last"), (80, 24), big) as terminal:
        terminal.wait_for("reading the log")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ended() is not None
        assert terminal.left_on() == set()
        assert terminal.left() == []


def test_a_fault_of_ours_leaves_the_terminal_clean_and_a_report(
    ordinary: Path, tmp_path: Path
) -> None:
    before = (
        "from grok_tui.ui.screens.starting import Starting\n"
        "def break_down(self, message): raise ZeroDivisionError(message)\n"
        "Starting.on_runs_read = break_down"
    )
    state = {"XDG_STATE_HOME": str(tmp_path)}
    with Terminal(grok(before=before), (80, 24), ordinary, state) as terminal:
        assert terminal.ended() == 1
        assert terminal.left_on() == set()
        assert terminal.left() == []
        sent = b"".join(data for _, data in terminal.chunks)
    (report,) = (tmp_path / "grok-tui").iterdir()
    assert b"Traceback" not in sent
    assert f"is in {report}\r\n".encode() in sent
