"""What is on the screen in the end, whatever was left out on the way."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests import logs
from tests.terminal.pty import Terminal, grok
from tests.terminal.test_opening import SIZES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.terminal.screens import Picture, Size

    Fresh = Callable[[], Path]

pytestmark = pytest.mark.terminal
STOCK = """
from grok_tui.ui import app
from textual.drivers.linux_driver import LinuxDriver
class Stock(LinuxDriver):
    def __init__(self, *arguments, charset=None, **named):
        super().__init__(*arguments, **named)
    def forget(self):
        pass
app.CellDriver = Stock
"""
WALK = ("down", "s", "right", "right", "v", "down", "escape", "?", "escape", "+", "0")
SMALLEST, LARGEST = (20, 6), (400, 120)


def walked(runs: Path, size: Size, keys: Sequence[str], before: str = "") -> Picture:
    """The screen after these keys."""
    with Terminal(grok("attach", "last", before=before), size, runs) as terminal:
        terminal.wait_for("grokked-ticket")
        terminal.settle(1.5)
        for key in keys:
            terminal.press(key, 0.4)
            terminal.settle()
        return terminal.picture()


@SIZES
def test_the_last_screen_is_that_of_the_stock_driver(fresh: Fresh, size: Size) -> None:
    ours, theirs = walked(fresh(), size, WALK), walked(fresh(), size, WALK, STOCK)
    assert ours.rows == theirs.rows
    assert ours.cells == theirs.cells


def test_a_storm_of_sizes_leaves_a_whole_picture(fresh: Fresh) -> None:
    chance = random.Random(3)
    with Terminal(grok("attach", "last"), (80, 24), fresh()) as terminal:
        terminal.wait_for("grokked-ticket")
        for number in range(30):
            size = (chance.randint(20, 400), chance.randint(6, 120))
            terminal.resize((SMALLEST, LARGEST)[number] if number < 2 else size)
            terminal.run(0.1)
        terminal.resize((100, 30))
        terminal.settle()
        terminal.press("2", 0.2)
        terminal.settle()
        stormed = terminal.picture()
        assert terminal.end() == 0
        assert terminal.left_on() == set()
    calm = walked(fresh(), (100, 30), ("2",))
    assert stormed.rows == calm.rows


@pytest.mark.parametrize("size", [SMALLEST, (80, 24), LARGEST])
def test_a_wild_log_does_not_bring_it_down(tmp_path: Path, size: Size) -> None:
    logs.wild_run(tmp_path, 20_000)
    with Terminal(grok("attach", "last"), size, tmp_path) as terminal:
        terminal.wait_for("%")
        terminal.settle()
        for key in ("x", "y", "s", "down", "y", "v", "escape", "+", "right"):
            terminal.press(key, 0.3)
        assert terminal.process.poll() is None
        assert terminal.end() == 0
        assert terminal.left_on() == set()


@pytest.mark.parametrize(
    ("environment", "forbidden"),
    [
        ({"NO_COLOR": "1"}, (b"38;2;", b"48;2;", b"38;5;")),
        ({"COLORTERM": ""}, (b"38;2;", b"48;2;")),
    ],
)
def test_colours_that_are_not_wanted_are_not_sent(
    ordinary: Path, environment: dict[str, str], forbidden: tuple[bytes, ...]
) -> None:
    with Terminal(grok("attach", "last"), (160, 48), ordinary, environment) as terminal:
        terminal.wait_for("grokked-ticket")
        terminal.settle()
        stream = b"".join(data for _, data in terminal.chunks)
        assert terminal.end() == 0
    assert stream
    assert not any(sequence in stream for sequence in forbidden)


def test_a_dumb_terminal_gets_a_sentence(ordinary: Path) -> None:
    with Terminal(grok("attach", "last"), (80, 24), ordinary, {"TERM": "dumb"}) as terminal:
        assert terminal.ended() not in (None, 0)
        assert terminal.left_on() == set()
        assert "--headless" in "".join(terminal.picture().rows)
