"""Zooming, panning and following, by value."""

from __future__ import annotations

import pytest

from grok_tui.monitor.axes import Axis
from grok_tui.monitor.windows import following, panned, zoomed

WHOLE = Axis(0, 100)
LOG = Axis(1, 10_000, log=True)


def test_zooming_keeps_what_it_is_about_in_its_place() -> None:
    assert zoomed(WHOLE, None, 0.5, 0.2) == pytest.approx((10, 60))
    assert zoomed(WHOLE, (10, 60), 0.5, 0.2) == pytest.approx((15, 40))
    assert zoomed(LOG, None, 0.5, 0.5) == pytest.approx((10, 1000))


def test_zooming_out_ends_at_the_whole_axis() -> None:
    assert zoomed(WHOLE, (10, 60), 2, 0.5) is None
    assert zoomed(WHOLE, (0, 30), 2, 0.5) == pytest.approx((0, 60))


def test_panning_stops_at_the_ends() -> None:
    assert panned(WHOLE, (10, 30), 0.25) == pytest.approx((15, 35))
    assert panned(WHOLE, (10, 30), -9) == pytest.approx((0, 20))
    assert panned(WHOLE, (10, 30), 9) == pytest.approx((80, 100))
    assert panned(WHOLE, None, 1) is None
    assert panned(LOG, (10, 100), 1) == pytest.approx((100, 1000))


def test_following_moves_only_when_the_newest_would_not_be_seen() -> None:
    assert following(WHOLE, (10, 30), 25) == (10, 30)
    assert following(WHOLE, (10, 30), 40) == pytest.approx((22, 42))
    assert following(WHOLE, None, 60) == pytest.approx((37.5, 62.5))
    assert following(LOG, (10, 100), 1000) == pytest.approx((10**2.1, 10**3.1))
