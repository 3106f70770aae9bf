"""Draws wild series at every size, in a process of its own with little memory: see test_curves.

python -m tests.monitor.wild EXAMPLES
"""

from __future__ import annotations

import resource
import sys
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grok_tui.monitor.axes import ACCURACY, seconds_axis, step_axis, windowed
from grok_tui.monitor.cursors import moved, snapped
from grok_tui.monitor.curves import Curves, Ground, visible
from grok_tui.monitor.figures import Mark
from grok_tui.monitor.legends import emptiness, legend
from grok_tui.monitor.readout import shown, table
from grok_tui.monitor.settings import Settings
from grok_tui.monitor.traces import BANDS, LINES, Member, Trace
from grok_tui.monitor.windows import following, panned, zoomed

MEMORY = 1 << 30
NUMBERS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -0.0, 1e308, -1e308, 5e-324, 1.0, float("nan"), float("inf")]),
)
PLACES = st.one_of(
    st.lists(st.integers(0, 2**63 - 1), max_size=30, unique=True).map(sorted),
    st.lists(st.integers(0, 60), max_size=30, unique=True).map(sorted),
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=12),
)
SIZES = st.one_of(
    st.tuples(st.integers(0, 80), st.integers(0, 24)),
    st.sampled_from([(0, 0), (1, 1), (400, 120), (7, 4), (10, 4), (400, 1), (1, 120)]),
)
RANGES = st.one_of(
    st.none(),
    st.tuples(NUMBERS, NUMBERS).filter(lambda pair: pair[0] < pair[1]),
    st.tuples(st.floats(0, 50), st.floats(51, 1e6)),
)
SETTINGS = st.builds(
    Settings,
    log_x=st.booleans(),
    log_y=st.booleans(),
    smoothing=st.sampled_from([0.0, 0.6, 0.99]),
    window=RANGES,
    limits=RANGES,
    band=st.sampled_from(BANDS),
    pinned=st.sampled_from(["", "0"]),
    cursor=st.one_of(st.none(), st.integers(0, 100).map(float), NUMBERS),
)


@st.composite
def traces(draw: st.DrawFn) -> list[Trace]:
    """Up to three lines of up to three members each."""
    found = []
    for number in range(draw(st.integers(0, 3))):
        members = []
        for _ in range(draw(st.integers(1, 3))):
            xs = draw(PLACES)
            ys = draw(st.lists(NUMBERS, max_size=len(xs)))
            if draw(st.booleans()):
                ys = (ys[:1] or [1.0]) * len(xs)
            members.append(Member(xs, ys, draw(st.booleans())))
        pattern = draw(st.sampled_from(LINES))
        name = f"arm {number}"
        found.append(
            Trace(f"{number}", 1 + number, tuple(members), "ABC"[number], name, pattern, base="0")
        )
    return found


@settings(
    deadline=None,
    database=None,
    max_examples=int(sys.argv[1]) if sys.argv[1:2] and sys.argv[1].isdigit() else 50,
    suppress_health_check=list(HealthCheck),
)
@given(traces(), SETTINGS, SIZES, st.booleans(), NUMBERS)
def check(
    found: list[Trace], chosen: Settings, size: tuple[int, int], accuracy: bool, newest: float
) -> None:
    """Whatever comes, there is a grid of the size that was asked for, and words that fit."""
    whole = step_axis(50, chosen.log_x) if accuracy else seconds_axis(0.0, newest, chosen.log_x)
    ground = Ground(whole, ACCURACY if accuracy else None, (Mark(1, "a", newest),))
    curves = Curves()
    for band in (chosen.band, BANDS[0]):
        grid = curves.draw(found, replace(chosen, band=band), size, ground)
        assert [len(row) for row in grid] == [size[0]] * size[1]
    x = windowed(whole, chosen.window)
    lines = visible(found, chosen)
    if chosen.cursor is not None:
        assert moved(lines, x, size, chosen.cursor, 1) is not None
        table([lines], snapped(lines, chosen.cursor))
    for window in (zoomed(whole, chosen.window, 0.5, 0.3), panned(whole, chosen.window, 0.3)):
        assert window is None or window[0] < window[1]
    following(whole, chosen.window, newest)
    list(shown(found, chosen, x))
    legend(found, size[0])
    emptiness(found, chosen, x)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    check()
