"""When lanes are measured."""

from __future__ import annotations

import itertools

from grok_tui.engine.grid import Grid


def test_every_step_to_a_hundred_then_about_one_percent_apart() -> None:
    points = list(Grid(100_000, "grid").points)
    assert points[:101] == list(range(101))
    assert points[-1] == 100_000
    for before, after in itertools.pairwise(points):
        assert after - before <= max(1, before // 100)
    assert len(points) < 1200


def test_a_shorter_run_is_measured_at_the_same_steps() -> None:
    short, long = Grid(1234, "grid").points, Grid(50_000, "grid").points
    assert list(short[:-1]) == [point for point in long if point < 1234]


def test_the_next_point_and_those_between_agree() -> None:
    grid = Grid(700, "grid")
    for step in range(700):
        after = grid.after(step)
        assert after is not None
        assert list(grid.between(step + 1, after)) == [after]
    assert grid.after(700) is None
    assert list(grid.between(0, 700)) == list(grid.points)
    assert list(grid.between(690, 699)) == [692, 698]


def test_every_step_can_be_asked_for() -> None:
    grid = Grid(7, "every-step")
    assert list(grid.between(0, 9)) == list(range(8))
    assert grid.after(3) == 4
