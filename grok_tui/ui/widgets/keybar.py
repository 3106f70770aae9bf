"""The key bar: one line at the foot of a screen, made from the key table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from grok_tui.ui import keys
from grok_tui.ui.owners import owners

if TYPE_CHECKING:
    from textual import events
    from textual.geometry import Size

GAP = 2
"""Columns between two keys."""


class KeyBar(Widget):
    """The keys that matter now: of what has the focus, of the screen. A click presses the key."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"keybar--key"}
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; padding: 0 1; color: $text-muted; }
    KeyBar > .keybar--key { color: $text; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._idle: tuple[str, ...] = ()
        self._keys: list[keys.Key] = []

    def on_mount(self) -> None:
        """Show other keys when the focus goes elsewhere."""
        self.watch(self.screen, "focused", self._choose)

    def leave_out(self, *ids: str) -> None:
        """Show keys but these, which would do nothing now."""
        self._idle = ids
        self._choose()

    def _choose(self) -> None:
        found = keys.in_bar(*owners(self.screen), idle=self._idle)
        if found != self._keys:
            self._keys = found
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Always one row."""
        return 1

    def render_line(self, y: int) -> Strip:
        """The keys and their words."""
        plain = self.rich_style
        bold = self.get_component_rich_style("keybar--key")
        segments: list[Segment] = []
        for key, left, _ in self._places():
            gap = left - sum(segment.cell_length for segment in segments)
            segments += [
                Segment(" " * gap, plain),
                Segment(f"{keys.shown(key.names[0])} ", bold),
                Segment(key.label, plain),
            ]
        return Strip(segments).adjust_cell_length(self.size.width, plain)

    def _places(self) -> list[tuple[keys.Key, int, int]]:
        """Each key that has room with its first column and the column after it; help stays."""
        shown = list(self._keys)
        while len(shown) > 1 and sum(map(_room, shown)) - GAP > self.size.width:
            del shown[-2]
        places, column = [], 0
        for key in shown:
            places.append((key, column, column + _room(key) - GAP))
            column += _room(key)
        return places

    def on_click(self, event: events.Click) -> None:
        """Press the key under the pointer."""
        offset = event.get_content_offset(self)
        for key, left, right in self._places():
            if offset is not None and left <= offset.x < right:
                self.app.simulate_key(key.names[0])


def _room(key: keys.Key) -> int:
    """Columns of a key, its word and the gap behind them."""
    return len(keys.shown(key.names[0])) + 1 + len(key.label) + GAP
