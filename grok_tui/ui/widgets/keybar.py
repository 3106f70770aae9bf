"""The key bar: one line at the foot of a screen, made from the key table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from grok_tui.ui import keys

if TYPE_CHECKING:
    from textual import events
    from textual.geometry import Size


class KeyBar(Widget):
    """The keys of a screen; those that do not fit are left out. A click presses the key."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"keybar--key"}
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; padding: 0 1; color: $text-muted; }
    KeyBar > .keybar--key { color: $text; text-style: bold; }
    """

    def __init__(self, screen_name: str) -> None:
        super().__init__()
        self._screen_name = screen_name
        self._keys = keys.in_bar(screen_name)

    def leave_out(self, *ids: str) -> None:
        """Show all keys of the screen but these, which would do nothing now."""
        left = [key for key in keys.in_bar(self._screen_name) if key.id not in ids]
        if left != self._keys:
            self._keys = left
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Always one row."""
        return 1

    def render_line(self, y: int) -> Strip:
        """The keys and their words, two spaces apart."""
        plain = self.rich_style
        bold = self.get_component_rich_style("keybar--key")
        segments: list[Segment] = []
        for key, left, right in self._places():
            if right > self.size.width:
                break
            gap = left - sum(segment.cell_length for segment in segments)
            segments += [
                Segment(" " * gap, plain),
                Segment(f"{keys.shown(key.names[0])} ", bold),
                Segment(key.label, plain),
            ]
        return Strip(segments).adjust_cell_length(self.size.width, plain)

    def _places(self) -> list[tuple[keys.Key, int, int]]:
        """Each key with its first column and the column after it."""
        places, column = [], 0
        for key in self._keys:
            end = column + len(keys.shown(key.names[0])) + 1 + len(key.label)
            places.append((key, column, end))
            column = end + 2
        return places

    def on_click(self, event: events.Click) -> None:
        """Press the key under the pointer."""
        offset = event.get_content_offset(self)
        for key, left, right in self._places():
            if offset is not None and left <= offset.x < right:
                self.app.simulate_key(key.names[0])
