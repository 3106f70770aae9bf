"""Looking again and again takes no more than its share of the time."""

from __future__ import annotations

import pytest

from grok_tui.monitor.sweeps.nap import LONGEST, SHARE, Nap


def test_who_looks_long_rests_long() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    nap = Nap(0.3, lambda: now[0], sleep)
    for took in (0.001, 0.1, 60.0, 0.1):
        now[0] += took
        nap.sleep()
    rest = 0.1 / SHARE - 0.1
    assert slept == pytest.approx([0.3, rest, LONGEST, rest])
