"""What is drawn of a curve with more points than a picture has dots."""

from __future__ import annotations

import numpy as np
import pytest

from grok_tui.monitor.reproduction.pictures.curves import POINTS, thinned


@pytest.mark.parametrize("last", [1, 7, 100, 30_000])
def test_both_ends_are_kept_and_every_step_is_one_of_the_curve(last: int) -> None:
    steps = np.arange(0.0, last + 1)
    kept = thinned(steps)
    assert (kept[0], kept[-1]) == (0, last)
    assert set(kept) <= set(steps)
    assert len(kept) <= 2 * POINTS
    assert (np.diff(kept) > 0).all()


def test_a_short_curve_is_drawn_whole() -> None:
    steps = np.arange(0.0, 60)
    assert len(thinned(steps)) == 60


def test_no_gap_is_wide_on_either_kind_of_axis() -> None:
    kept = thinned(np.arange(0.0, 20_001))
    assert np.diff(kept).max() <= 20_000 / (POINTS - 1) + 2
    late = kept[kept > 200]
    assert (np.diff(np.log(late))).max() < 0.08
