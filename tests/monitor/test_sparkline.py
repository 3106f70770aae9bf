"""A curve in a dozen characters: on one scale whatever the run, and never broken by a value."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grok_tui.monitor.sparkline import CELLS, LEVELS, PLAIN, cells, drawn

STEPS = (0, 1, 10, 100, 1000)


def test_steps_are_on_a_logarithmic_scale_up_to_the_planned_ones() -> None:
    points = [(0, 0.0), (1, 0.1), (99, 0.5), (9_998, 1.0)]
    found = cells(points, 9_999)
    assert found[:1] == (0.1,)  # steps 0 and 1 share a cell
    assert found[1:5] == (0.1,) * 4  # held until something else was measured
    assert found[5:11] == (0.5,) * 6
    assert found[11] == 1.0


def test_a_run_on_its_way_has_blanks_at_its_right() -> None:
    found = cells([(0, 0.2), (99, 0.9)], 9_999)
    assert found[5] == 0.9
    assert found[6:] == (None,) * 6
    assert drawn(found) == "▂▂▂▂▂█      "


def test_a_late_rise_stands_at_the_right() -> None:
    late = [(step, 0.01 if step < 2587 else 0.99) for step in range(0, 6501, 5)]
    soon = [(step, 0.01 if step < 68 else 0.99) for step in range(0, 6501, 5)]
    assert drawn(cells(late, 6500)) == "▁▁▁▁▁▁▁▁▁▁██"
    assert drawn(cells(soon, 6500)) == "▁▁▁▁▁███████"


def test_nothing_measured_is_blank() -> None:
    assert cells([], 100) == (None,) * CELLS
    assert drawn(cells([], 0)) == " " * CELLS


def test_levels_are_those_from_zero_to_one() -> None:
    assert drawn([index / 8 for index in range(8)]) == LEVELS
    assert drawn([1.0, 7.5, -3.0], plain=True) == "##_"
    assert PLAIN.isascii()
    assert len(PLAIN) == len(LEVELS)


@given(
    st.dictionaries(st.integers(0, 10**16), st.floats(allow_nan=False, allow_infinity=False)),
    st.integers(0, 10**7),
)
def test_any_curve_is_a_dozen_characters(points: dict[int, float], planned: int) -> None:
    found = cells(sorted(points.items()), planned)
    assert len(drawn(found)) == CELLS
    if points:
        last = max(points)
        assert [value for value in found if value is not None][-1] == points[last]
