"""How soon a run is seen, and how much is sent for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.terminal.conftest import TRIES
from tests.terminal.pty import Terminal, grok

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.terminal.screens import Emulator, Size

    Bounded = Callable[[str, float, float, str], None]

pytestmark = pytest.mark.terminal
SIZES = pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])


def named(screen: Emulator) -> bool:
    """Whether an arm and what came of one are there."""
    return screen.shows("grokked-ticket", "finished", "1149")


@SIZES
def test_a_run_is_seen_at_once(ordinary: Path, bounded: Bounded, size: Size) -> None:
    paints, charts, sizes, peaks = [], [], [], []
    for _ in range(TRIES):
        with Terminal(grok("attach", "last"), size, ordinary) as terminal:
            terminal.run(2.5)
            paints.append(terminal.first(named))
            charts.append(terminal.first(lambda screen: screen.has_chart))
            sizes.append(terminal.sent(0, paints[-1] + 1) / 1000)
            peaks.append(terminal.usage.peak / 1e6)
            assert terminal.end() == 0
    where = "x".join(map(str, size))
    bounded(f"first useful paint, {where}", min(paints), 0.7, "s")
    if size[0] > 80:  # there a run that has ended begins with the comparison
        bounded(f"charts, {where}", min(charts), 1.0, "s")
    bounded(f"sent to 1 s after it, {where}", max(sizes), 20 if size[0] > 80 else 8, "KB")
    bounded(f"peak memory, {where}", max(peaks), 70, "MB")


def test_a_slow_link_shows_the_run(ordinary: Path, bounded: Bounded) -> None:
    with Terminal(grok("attach", "last"), (160, 48), ordinary) as terminal:
        terminal.rate = 4000
        terminal.run(8)
        assert terminal.end() == 0
        bounded("first useful paint at 4 KB/s, 160x48", terminal.first(named), 5.0, "s")


def test_a_million_records_are_read_while_keys_answer(big: Path, bounded: Bounded) -> None:
    paints, wholes, answers = [], [], []
    for _ in range(TRIES):
        with Terminal(grok("attach", "last"), (160, 48), big) as terminal:
            terminal.run(0.8)
            keys = [(terminal.now, terminal.press(key, 0.2)) for key in 3 * ("down", "up")]
            terminal.run(4)
            paints.append(terminal.first(lambda screen: screen.shows("dense", "reading the log")))
            wholes.append(terminal.first(lambda screen: screen.shows("finished")))
            answers.append(max(answer for at, answer in keys if at < wholes[-1] - 0.2))
            assert terminal.end() == 0
            assert terminal.left() == []
    bounded("first paint of 10^6 records", min(paints), 0.7, "s")
    bounded("10^6 records read", min(wholes), 2.5, "s")
    bounded("slowest key meanwhile", 1000 * min(answers), 60, "ms")


def test_500_runs_are_listed(many: Path, bounded: Bounded) -> None:
    times = []
    for _ in range(TRIES):
        with Terminal(grok("ls"), (160, 48), many) as terminal:
            assert terminal.ended() == 0
            times.append(terminal.now)
            assert terminal.picture().rows
    bounded("500 runs by `ls`", min(times), 0.5, "s")


def test_500_runs_are_shown(many: Path, bounded: Bounded) -> None:
    times = []
    for _ in range(TRIES):
        with Terminal(grok("attach", "last"), (160, 48), many) as terminal:
            terminal.run(2)
            at = terminal.now
            terminal.press("1", 2)
            times.append(terminal.first(lambda screen: screen.shows("500 runs")) - at)
    bounded("500 runs by key", min(times), 0.5, "s")
