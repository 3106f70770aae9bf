"""A widget that shows a grid of cells and sends only those that changed."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from grok_tui.monitor import paints
from grok_tui.monitor.inks import palette
from grok_tui.monitor.svg import colour
from grok_tui.ui.widgets import paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.figures import Cell, Grid

_WORDS: dict[int, tuple[int | None, int | None]] = {
    paper.TEXT: (None, None),
    paper.DIM: (246, 241),
    paper.STRONG: (None, None),
    paper.INFO: (75, 25),
    paper.GOOD: (72, 29),
    paper.WARN: (179, 94),
    paper.FAINT: (238, 252),
    paper.BAD: (210, 124),
}
"""Colour of each role of words on a dark ground and on a light one."""
_FEW: dict[int, tuple[int | None, int | None]] = {
    **dict.fromkeys(_WORDS, (None, None)),
    paper.INFO: (14, 4),
    paper.GOOD: (10, None),
    paper.WARN: (11, 5),
    paper.BAD: (9, 1),
}
"""The same of a terminal's own sixteen; what others do not have in colour is dim."""
_BOLD = frozenset({paper.STRONG, paper.BAD})
_QUIET = frozenset({0, paper.DIM, paper.FAINT})
"""Axes, words that explain, rules: dim where there is no grey that can be relied on."""


class CellView(Widget):
    """Shows a grid; `show` takes a new one and repaints the changed part of each changed row."""

    ALLOW_SELECT = False

    def __init__(self, id: str = "") -> None:
        super().__init__(id=id or None)
        self.grid: Grid = []
        self._styles_by_role: dict[int | None, Style] = {}

    def show(self, grid: Grid) -> None:
        """Show this grid from now on; it must not be changed afterwards."""
        old, self.grid = self.grid, grid
        if grid is old:
            return
        nothing: list[Cell] = []
        spans = [changed_span(*rows) for rows in zip_longest(old, grid, fillvalue=nothing)]
        regions = [Region(span[0], y, span[1], 1) for y, span in enumerate(spans) if span[1]]
        if regions:
            self.refresh(*regions)

    def redraw(self) -> None:
        """Compose the grid anew for the size of now; leaves draw what they were given last."""

    def resized(self) -> None:
        """The size is another one, or the widget was hidden: draw what was missed."""
        self.redraw()

    def on_resize(self) -> None:
        """See `resized`; Textual would call a handler of every base class."""
        self.resized()

    def on_show(self) -> None:
        """See `resized`."""
        self.resized()

    def render_line(self, y: int) -> Strip:
        """One row, with a segment for each stretch of one ink; blanks keep the ink before them."""
        width = self.size.width
        row = self.grid[y][:width] if y < len(self.grid) else []
        segments: list[Segment] = []
        text, ink = "", None
        for character, role in row:
            grounded = ink is not None and ink >= paints.PAIRS  # what a blank must not keep
            if role != ink and (role is not None or grounded):
                if text:
                    segments.append(Segment(text, self._style(ink)))
                text, ink = "", role
            text += character
        segments.append(Segment(text, self._style(ink)))
        return Strip(segments).adjust_cell_length(width, self._style(None))

    def notify_style_update(self) -> None:
        """Forget the inks: the theme changed."""
        super().notify_style_update()
        self._styles_by_role.clear()

    def _style(self, role: int | None) -> Style:
        style = self._styles_by_role.get(role)
        if style is None:
            style = self._styles_by_role[role] = self._make_style(role)
        return style

    def _make_style(self, role: int | None) -> Style:
        base = self.rich_style
        if role is None:
            return base
        light, few = not self.app.current_theme.dark, self.app.current_theme.ansi
        if few and role in _QUIET:
            return base + Style(dim=True)
        if role in _WORDS:
            return base + Style(color=_named(words(light, few)[role]), bold=role in _BOLD)
        if role >= paints.INK:
            return base + _painted(role, paints.colours(light, few))
        return base + Style(color=_named(palette(light, few)[role]))


def _painted(role: int, colours: Sequence[int]) -> Style:
    """The style of a paint, or of two in one cell; the ground has no colour of its own."""
    paint, ground = paints.halves(role) or (role - paints.INK, paints.GROUND)
    under = None if ground == paints.GROUND else _named(colours[ground])
    return Style(color=_named(colours[paint]), bgcolor=under)


def _named(number: int | None) -> str | None:
    return None if number is None else f"color({number})"


def words(light: bool, few: bool) -> dict[int, int | None]:
    """The xterm-256 colour of each role of words; `few`: of a terminal's own sixteen."""
    return {role: grounds[light] for role, grounds in (_FEW if few else _WORDS).items()}


def printed() -> dict[int, str]:
    """The colour of each role on white paper, as #rrggbb; words in plain ink are left out."""
    arms = enumerate(palette(light=True))
    painted = enumerate(paints.colours(light=True), paints.INK)
    inked = words(light=True, few=False).items()
    found = (*arms, *painted, *inked)
    return {role: colour(number) for role, number in found if number is not None}


def changed_span(old: list[Cell], new: list[Cell]) -> tuple[int, int]:
    """Column and length of the stretch that holds every difference; (0, 0) if there is none."""
    if old == new:
        return 0, 0
    length = max(len(old), len(new))
    if len(old) != len(new):
        return 0, length
    first = next(x for x in range(length) if old[x] != new[x])
    last = next(x for x in range(length - 1, -1, -1) if old[x] != new[x])
    return first, last - first + 1
