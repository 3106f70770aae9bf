"""How values are laid on pixels, and what holds for every picture."""

from __future__ import annotations

import csv
import io

import pytest

from grok_tui.monitor.pictures import PICTURES
from grok_tui.monitor.pictures.picture import Fit, Picture, every, fit, signed
from grok_tui.monitor.saving import table
from grok_tui.monitor.text import safe
from tests import frames as made
from tests.monitor.pictures.shots import shot

SIZES = [(1, 1), (3, 2), (12, 5), (43, 12), (78, 20), (200, 60)]


@pytest.mark.parametrize(
    ("rows", "columns", "size", "expected"),
    [
        (10, 10, (20, 10), Fit(1, 1, 2, 2)),
        (20, 10, (10, 10), Fit(1, 1, 1, 1)),
        (41, 10, (25, 10), Fit(3, 1, 1, 2)),
        (67, 67, (53, 20), Fit(2, 2, 1, 1)),
    ],
)
def test_pixels_are_as_large_as_they_can_be(
    rows: int, columns: int, size: tuple[int, int], expected: Fit
) -> None:
    assert fit(rows, columns, size, plain=False) == expected


def test_a_square_picture_stays_one() -> None:
    assert fit(10, 10, (40, 10), plain=False, square=True) == Fit(1, 1, 2, 2)
    assert fit(10, 10, (40, 10), plain=True, square=True) == Fit(1, 1, 1, 2)
    assert fit(67, 67, (200, 17), plain=False, square=True) == Fit(2, 2, 1, 1)


def test_what_is_thinned_out_is_sampled() -> None:
    laid = Fit(2, 3, 1, 2).lay(lambda row, column: 10 * row + column, 4, 5)
    assert laid == [[0, 0, 3, 3], [20, 20, 23, 23]]


def test_every_nth_in_words() -> None:
    assert [every(step, "row") for step in (1, 2, 3, 12, 21)] == [
        "",
        "every 2nd row",
        "every 3rd row",
        "every 12th row",
        "every 21st row",
    ]


def test_bytes_have_signs() -> None:
    assert [signed(value) for value in (0, 127, 128, 255)] == [0, 127, -128, -1]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("learnt", [False, True])
def test_every_picture_fits_every_size(picture: Picture, plain: bool, learnt: bool) -> None:
    seen = shot(made.frame(0, learnt=False), made.frame(9, learnt=learnt), plain=plain)
    for part in range(len(picture.parts(seen.frame))):
        for width, height in SIZES:
            sketch = picture.draw(seen, part, (width, height))
            assert len(sketch.grid) <= max(2, height)
            assert max(map(len, sketch.grid), default=0) <= max(width, 2)
            assert sketch.note == safe(sketch.note, 200)
        assert 20 < len(picture.caption(seen, part)) < 300


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_the_numbers_of_every_picture_are_a_table(picture: Picture) -> None:
    seen = shot(made.frame(0), made.frame(9))
    for part in range(len(picture.parts(seen.frame))):
        rows = list(csv.reader(io.StringIO(table(picture.numbers(seen, part)))))
        assert len(rows) > 1
        assert {len(row) for row in rows} == {len(rows[0])}
