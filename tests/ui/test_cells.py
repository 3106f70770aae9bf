"""Grids on the screen: only what changed is sent; text can do nothing but be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Region

from grok_tui.ui.widgets.cells import CellView, changed_span
from grok_tui.ui.widgets.paper import BAD, DIM, TEXT, Paper, bar, wrap
from tests.fakes import HOSTILE_TITLE


class Recorder(CellView):
    """Takes note of what it asks to be painted again."""

    regions: list[Region]

    def refresh(self, *regions: Region, **kwargs: object) -> Recorder:
        if hasattr(self, "regions"):
            self.regions.extend(regions)
        return super().refresh(*regions, **kwargs)  # type: ignore[arg-type]


class OneView(App[None]):
    def compose(self) -> ComposeResult:
        yield Recorder("it")


def page(*rows: str) -> Paper:
    paper = Paper(20, len(rows))
    for y, row in enumerate(rows):
        paper.write(0, y, row)
    return paper


def test_a_span_holds_every_difference() -> None:
    assert changed_span(page("abcdef").grid[0], page("abXdYf").grid[0]) == (2, 3)
    assert changed_span(page("abc").grid[0], page("abc").grid[0]) == (0, 0)
    assert changed_span([], page("abc").grid[0]) == (0, 20)


async def test_only_the_changed_part_of_a_row_is_painted_again() -> None:
    async with OneView().run_test() as pilot:
        widget = pilot.app.query_one(Recorder)
        widget.show(page("step 100", "same").grid)
        widget.regions = []
        widget.show(page("step 123", "same").grid)
        assert widget.regions == [Region(6, 0, 2, 1)]


async def test_nothing_is_painted_again_when_nothing_changed() -> None:
    async with OneView().run_test() as pilot:
        widget = pilot.app.query_one(Recorder)
        widget.show(page("step 100").grid)
        widget.regions = []
        widget.show(page("step 100").grid)
        assert widget.regions == []


async def test_a_row_is_as_wide_as_the_widget_and_blanks_join_the_ink_before_them() -> None:
    async with OneView().run_test(size=(20, 3)) as pilot:
        widget = pilot.app.query_one(Recorder)
        paper = Paper(20, 1)
        paper.write(0, 0, "one", DIM)
        paper.write(5, 0, "two", BAD)
        widget.show(paper.grid)
        strip = widget.render_line(0)
        assert strip.text == "one  two" + " " * 12
        assert [segment.text.strip() for segment in strip] == ["one", "two"]
        assert widget.render_line(99).text == " " * 20


async def test_a_new_theme_brings_new_inks() -> None:
    async with OneView().run_test(size=(20, 3)) as pilot:
        widget = pilot.app.query_one(Recorder)
        paper = Paper(20, 1)
        paper.write(0, 0, "dim", DIM)
        widget.show(paper.grid)
        dark = next(iter(widget.render_line(0))).style
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert next(iter(widget.render_line(0))).style != dark


def test_text_is_cut_at_the_edge_and_never_wraps() -> None:
    paper = Paper(6, 1)
    assert paper.write(2, 0, "abcdefgh") == 6
    assert "".join(cell for cell, _ in paper.grid[0]) == "  abc…"


def test_text_outside_is_not_written() -> None:
    paper = Paper(4, 1)
    paper.write(0, 3, "below")
    paper.write(9, 0, "beyond")
    assert paper.grid == Paper(4, 1).grid


def test_wide_characters_own_two_cells_and_marks_none() -> None:
    paper = Paper(8, 1)
    assert paper.write(0, 0, "表e\u0323\u0301x") == 4
    assert [cell for cell, _ in paper.grid[0][:4]] == ["表", "", "ẹ\u0301", "x"]


def test_hostile_text_is_disarmed() -> None:
    paper = Paper(60, 1)
    paper.write(0, 0, HOSTILE_TITLE)
    text = "".join(cell for cell, _ in paper.grid[0])
    assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in text)
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("share", "shown"), [(0, "────"), (0.5, "━━──"), (0.99, "━━━╸"), (1, "━━━━")]
)
def test_a_bar_is_full_only_at_one(share: float, shown: str) -> None:
    assert "".join(cell for cell, _ in bar(share, 4, 1)) == shown


@given(st.text(max_size=200), st.integers(1, 60))
def test_wrapped_lines_fit(text: str, width: int) -> None:
    for line in wrap(text, width):
        paper = Paper(width, 1)
        assert paper.write(0, 0, line, TEXT) <= width
