"""What fits where."""

from __future__ import annotations

import pytest
from textual.geometry import Size

from grok_tui.ui.widgets.arrange import Wish, arrange
from tests.ui import live

VIEW = live.running()


@pytest.mark.parametrize(
    ("size", "density", "grid"),
    [
        ((80, 21), 4, (1, 1)),
        ((160, 45), 4, (2, 2)),
        ((160, 45), 2, (2, 1)),
        ((160, 45), 6, (2, 3)),
        ((200, 45), 6, (3, 2)),
        ((80, 45), 2, (1, 2)),
        ((160, 45), 1, (1, 1)),
        ((20, 4), 4, (1, 1)),
    ],
)
def test_a_page_has_as_many_charts_as_were_asked_for_if_they_fit(
    size: tuple[int, int], density: int, grid: tuple[int, int]
) -> None:
    assert arrange(Size(*size), VIEW, None, Wish(density=density)).grid == grid


def test_the_values_under_the_cursor_stand_where_the_arms_do() -> None:
    plain = arrange(Size(160, 45), VIEW, None, Wish())
    cursor = arrange(Size(160, 45), VIEW, None, Wish(cursor=True))
    assert (plain.arms, plain.readout) == (7, 0)
    assert (cursor.arms, cursor.readout, cursor.grid) == (0, 7, plain.grid)
    full = arrange(Size(80, 21), VIEW, None, Wish(full=True))
    assert (full.grid, full.arms, full.readout) == ((1, 1), 0, 0)
    assert arrange(Size(80, 21), VIEW, None, Wish(full=True, cursor=True)).readout == 7
