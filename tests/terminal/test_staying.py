"""What a view costs while it is looked at: bytes, processor, memory; and how keys are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.terminal.conftest import TRIES
from tests.terminal.pty import Terminal, grok
from tests.terminal.test_opening import SIZES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.terminal.screens import Size

    Bounded = Callable[[str, float, float, str], None]

pytestmark = pytest.mark.terminal


@SIZES
def test_a_run_that_trains_is_cheap(
    training: Callable[[], Path], bounded: Bounded, size: Size
) -> None:
    runs = training()
    with Terminal(grok("attach", "last"), size, runs) as terminal:
        terminal.run(14)
        window = (4.0, 14.0)
        rate = terminal.sent(*window) / 10 / 1000
        load = 100 * terminal.load(*window)
        assert rate > 0, "nothing was seen to train"
        assert terminal.end() == 0
    where = "x".join(map(str, size))
    bounded(f"sent while it trains, {where}", rate, 1.5 if size[0] > 80 else 0.8, "KB/s")
    bounded(f"processor while it trains, {where}", load, 5, "% of a core")
    bounded(f"peak memory while it trains, {where}", terminal.usage.peak / 1e6, 70, "MB")


def test_nothing_is_sent_where_nothing_changes(ordinary: Path, bounded: Bounded) -> None:
    with Terminal(grok("attach", "last"), (160, 48), ordinary) as terminal:
        terminal.wait_for("grokked-ticket")
        terminal.settle(2)
        start = terminal.now
        terminal.run(5)
        sent, load = terminal.sent(start), 100 * terminal.load(start, terminal.now)
        assert terminal.end() == 0
    bounded("sent while nothing changes", sent, 0, "B")
    bounded("processor while nothing changes", load, 1, "% of a core")


def test_keys_and_the_palette_answer(fresh: Callable[[], Path], bounded: Bounded) -> None:
    answers: list[float] = []
    opened: list[float] = []
    closed: list[float] = []
    for _ in range(TRIES):
        with Terminal(grok("attach", "last"), (160, 48), fresh()) as terminal:
            terminal.wait_for("grokked-ticket")
            terminal.settle(1)
            keys = [terminal.press(key) for key in ("down", "s", "x", "up", "y", "?", "escape")]
            answers.append(1000 * sorted(keys)[len(keys) // 2])
            for sizes, key in ((opened, "ctrl+p"), (closed, "escape")):
                before = terminal.sent()
                terminal.press(key, 1.0)
                sizes.append((terminal.sent() - before) / 1000)
            assert terminal.end() == 0
    bounded("key to first byte", min(answers), 30, "ms")
    bounded("palette opened, 160x48", max(opened), 25, "KB")
    bounded("palette closed, 160x48", max(closed), 25, "KB")


def test_after_a_stall_the_newest_picture_comes(
    training: Callable[[], Path], bounded: Bounded
) -> None:
    """Not one after the other all those that nobody saw."""
    with Terminal(grok("attach", "last"), (160, 48), training()) as terminal:
        terminal.run(4)
        terminal.stalled = True
        terminal.run(6)
        terminal.stalled = False
        at = terminal.now
        terminal.run(0.5)
        answer = terminal.press("down", 1.0)
        sent = terminal.sent(at, at + 1.5) / 1000
        assert terminal.end() == 0
    bounded("sent after a stall of 6 s", sent, 20, "KB")
    bounded("key after it", 1000 * answer, 60, "ms")
