"""Points in a plane, cell by cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grok_tui.monitor.figures import FRAME, Grid
from grok_tui.monitor.points import points, words


def text(grid: Grid) -> list[str]:
    return ["".join(character for character, _ in row).rstrip() for row in grid]


def test_points_lie_around_the_origin_and_carry_their_numbers() -> None:
    corners = [(0.0, 0.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)]
    grid = points(corners, 7, (21, 9))
    assert text(grid) == [
        "    1┤2             1",
        "     │",
        "     │",
        "    0┤       0",
        "     │",
        "     │",
        "   -1┤3             4",
        "     └───────┬───────",
        "             0",
    ]
    assert {role for _, role in grid[0][6:] if role is not None} == {7}
    assert grid[1][5] == ("│", FRAME)


def test_a_number_that_would_touch_another_is_a_dot() -> None:
    near = [(0.0, 0.0), (0.08, 0.0), (1.0, 0.0)]
    row = text(points(near, 1, (31, 5)))[1]
    assert row[6:].split() == ["0·", "2"]


def test_a_number_never_leaves_the_canvas() -> None:
    far = [(-1.0, 0.0)] * 100 + [(1.0, 0.0)]
    row = text(points(far, 1, (30, 5)))[1][6:]
    assert (row[:3].strip(), row[-3:]) == ("0", "100")


def test_no_points_are_an_empty_plane() -> None:
    rows = text(points([], 1, (30, 9)))
    assert [row[5:].strip("│┤") for row in rows[:7]] == [""] * 7
    assert (rows[0].strip(), rows[6].strip()) == ("1┤", "-1┤")


coordinates = st.floats(-1e300, 1e300)


@given(st.lists(st.tuples(coordinates, coordinates), max_size=30), st.integers(0, 40))
def test_wild_points_and_sizes_make_a_grid_of_that_size(
    found: list[tuple[float, float]], width: int
) -> None:
    grid = points(found, 1, (width, 10))
    assert [len(row) for row in grid] == [width] * 10


@pytest.mark.parametrize("size", [(0, 0), (1, 3), (4, 1)])
def test_words_are_cut_to_the_room_there_is(size: tuple[int, int]) -> None:
    grid = words([("A dense: 5 14", 1)], size)
    assert [len(row) for row in grid] == [size[0]] * size[1]


def test_words_do_not_steer_the_terminal() -> None:
    assert "\x1b" not in "".join(text(words([("\x1b[2J evil", 1)], (30, 3))))
