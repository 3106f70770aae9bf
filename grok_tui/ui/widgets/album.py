"""Pages of pictures of a network: a large one with its caption, others beside it if they fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor.pictures import PICTURES
from grok_tui.ui.widgets.paper import DIM, FAINT, STRONG, TEXT, Paper, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.pictures.picture import Picture, Shot, Size, Sketch

BESIDE = 100, 22
"""Columns and rows from which on there are pictures beside the large one."""
SMALL = 40, 12
"""The least of a small one."""
LARGE = 0.44
"""Share of the width that the large one has."""
BESIDE_IT = 30
"""Columns that a caption needs beside its picture."""
SHORTEST = 8
"""Columns of a track on which a place can be told."""
_GAP = 2
Box = tuple[int, int, int, int]
"""Column, row, width and height."""


@dataclass(frozen=True)
class Leaf:
    """What a page shows of a shot: which picture is large, and the part of each."""

    chosen: str
    """Name of the large picture."""
    parts: tuple[tuple[str, int], ...] = ()
    """Number of the part by the name of the picture; 0 where there is none."""
    full: bool = False
    """Whether it is alone."""

    def part(self, picture: Picture, shot: Shot) -> int:
        """The part of a picture that is shown: one that this frame has."""
        return dict(self.parts).get(picture.name, 0) % len(picture.parts(shot.frame))


def pictures(shot: Shot) -> list[Picture]:
    """The pictures that this network has."""
    return [picture for picture in PICTURES if picture.parts(shot.frame)]


def large(shot: Shot, leaf: Leaf) -> Picture | None:
    """The picture that is large: the chosen one, else the first; None if there is none."""
    found = pictures(shot)
    return next((one for one in found if one.name == leaf.chosen), found[0] if found else None)


def draw(shot: Shot, leaf: Leaf, size: Size) -> Grid:
    """The page of these pictures at this size."""
    page = Paper(*size)
    chosen = large(shot, leaf)
    if chosen is None:
        page.write(1, size[1] // 2, "a network without matrices has no pictures", DIM)
        return page.grid
    others = [picture for picture in pictures(shot) if picture is not chosen]
    first, *rest = boxes(size, 0 if leaf.full else len(others))
    _draw_large(page, first, _View(chosen, shot, leaf.part(chosen, shot), large=True))
    for box, picture in zip(rest, others, strict=False):
        view = _View(picture, shot, leaf.part(picture, shot))
        sketch = view.sketch((box[2], box[3] - 1))
        _write_title(page, box, view, sketch.note)
        _stamp(page, sketch.grid, (box[0], box[1] + 1))
    return page.grid


def boxes(size: Size, others: int) -> list[Box]:
    """Where the large picture is, then where the others are, as many as there is room for."""
    width, height = size
    if not others or width < BESIDE[0] or height < BESIDE[1]:
        return [(0, 0, width, height)]
    left = int(width * LARGE)
    columns = max(1, (width - left) // (SMALL[0] + _GAP))
    rows = max(1, min(height // SMALL[1], -(-others // columns)))
    wide, tall = (width - left) // columns, height // rows
    small = [
        (left + _GAP + wide * column, tall * row, wide - _GAP, tall - 1)
        for row in range(rows)
        for column in range(columns)
    ]
    return [(0, 0, left, height), *small[:others]]


@dataclass(frozen=True)
class _View:
    """One picture of a shot."""

    picture: Picture
    shot: Shot
    part: int
    large: bool = False

    def sketch(self, size: Size) -> Sketch:
        """It at this size, of at least one cell."""
        return self.picture.draw(self.shot, self.part, (max(1, size[0]), max(1, size[1])))


def _draw_large(page: Paper, box: Box, view: _View) -> None:
    """The caption stands right of a picture that is narrow, else below it; the picture first."""
    x, y, width, height = box
    words = view.picture.caption(view.shot, view.part)
    sketch = view.sketch((width, height - 1))
    used = max(map(len, sketch.grid), default=0)
    if used <= width - BESIDE_IT:
        left, top = x + used + _GAP, y + 2
        lines = wrap(words, width - used - _GAP - 1)[: height - 2]
    else:
        lines = wrap(words, width - 2)
        if height < 2 * len(lines) + 4:
            lines = []
        sketch = view.sketch((width, height - 1 - len(lines)))
        left, top = x + 1, y + min(1 + len(sketch.grid), height - len(lines))
    _write_title(page, box, view, sketch.note)
    _stamp(page, sketch.grid, (x, y + 1))
    for at, line in enumerate(lines):
        page.write(left, top + at, line, DIM)


def _write_title(page: Paper, box: Box, view: _View, note: str) -> None:
    """The name of a picture, its part, and behind them what it shows in numbers."""
    x, y, width, _ = box
    names = view.picture.parts(view.shot.frame)
    count = f"{view.part + 1} of {len(names)}" if len(names) > 1 and view.large else ""
    end = page.write(x, y, "▸" if view.large else " ", STRONG)
    title = (view.picture.title, STRONG if view.large else TEXT)
    for text, role in (title, (names[view.part], TEXT), (count, DIM)):
        if text:
            end = page.write(end, y, text, role, max(0, x + width - end)) + 1
    if x + width - end > 5:
        page.write(end + 1, y, note, DIM, x + width - end - 1)


def _stamp(page: Paper, grid: Grid, at: tuple[int, int]) -> None:
    for row, cells in enumerate(grid):
        page.stamp(at[0], at[1] + row, cells)


def track(words: str, width: int) -> tuple[int, int]:
    """Column and length of the track behind these words; no length if there is no room."""
    start = len(words) + 3
    length = width - 1 - start
    return start, length if length >= SHORTEST else 0


def slider(
    page: Paper, y: int, words: str, place: tuple[int, int], marks: Sequence[tuple[int, str]]
) -> None:
    """A line with some words and a track with the place on it, as (number, count); marks are
    letters at places of their own."""
    page.write(1, y, words, TEXT, page.width - 2)
    x, length = track(words, page.width)
    number, count = place
    if not length:
        return
    page.write(x, y, "─" * length, FAINT)

    def column(at: int) -> int:
        return x + round(at / max(1, count - 1) * (length - 1))

    for at, letter in marks:
        page.write(column(at), y, letter, TEXT)
    page.write(column(number), y, "●", STRONG)
