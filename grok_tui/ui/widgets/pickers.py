"""Lists to pick from: one of several (experiment, task, model), or any of several (arms)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from grok_tui.monitor.text import safe
from grok_tui.ui.messages import Chosen, Explained, Ticked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType
    from textual.geometry import Size


@dataclass(frozen=True)
class Item:
    """One line of a list."""

    name: str
    shown: str = ""
    """What stands there instead of the name."""
    about: str = ""
    """What it is, in a sentence."""
    problem: bool = False
    """Whether it cannot be used."""
    heading: bool = False
    """Whether it only names the lines below it: the cursor passes over it."""


class Lines(OptionList):
    """Lines to move over; picking one is Enter, space or a click."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "select", show=False)]

    def __init__(self, list_id: str, title: str) -> None:
        super().__init__(id=list_id, markup=False)
        self.border_title = f" {title} "
        self.items: tuple[Item, ...] = ()

    def fill(self, items: Sequence[Item]) -> None:
        """Show these; the cursor stays on the item that it was on."""
        if tuple(items) == self.items:
            return
        before = self.name_at(self.highlighted)
        self.items = tuple(items)
        self.clear_options()
        self.add_options([Option(self.line(item), disabled=item.heading) for item in self.items])
        real = [index for index, item in enumerate(self.items) if not item.heading]
        same = [index for index in real if self.items[index].name == before]
        self.highlighted = next(iter([*same, *real]), None)

    def redraw(self) -> None:
        """Draw every line anew, the cursor where it is."""
        for index, item in enumerate(self.items):
            self.replace_option_prompt_at_index(index, self.line(item))

    def line(self, item: Item) -> Content:
        """How an item looks."""
        return Content(safe(item.shown or item.name, 200))

    def on_focus(self) -> None:
        """The line under the cursor is explained while the list has the keyboard."""
        self.explain()

    def explain(self) -> None:
        """Say what the line under the cursor is."""
        if self.highlighted is not None:
            self.post_message(Explained(self.items[self.highlighted].about))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """The cursor came to another line."""
        event.stop()
        if self.has_focus:
            self.explain()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A row for each item; nothing wraps. (Textual's own counting fails at width 0.)"""
        return len(self.items)

    def name_at(self, index: int | None) -> str:
        """The name on a line; empty for none."""
        return self.items[index].name if index is not None and index < len(self.items) else ""


class Picker(Lines):
    """One of several: the picked one has a filled mark."""

    def __init__(self, list_id: str, title: str, *, follow: bool = False) -> None:
        super().__init__(list_id, title)
        self._follow = follow
        self.picked = ""

    def pick(self, name: str) -> None:
        """Put the mark on that item, and the cursor, too, while the keyboard is elsewhere."""
        self.picked = name
        self.redraw()
        if self._follow or not self.has_focus:
            self.on_blur()

    def on_blur(self) -> None:
        """While the keyboard is elsewhere what is picked is in sight."""
        names = [item.name for item in self.items]
        if self.picked in names:
            self.highlighted = names.index(self.picked)
            self.call_after_refresh(self.scroll_to_highlight)

    def line(self, item: Item) -> Content:
        """A mark, then the name."""
        if item.heading:
            return super().line(item)
        mark = "!" if item.problem else "●" if item.name == self.picked else "○"
        return Content(f"{mark} ") + super().line(item)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """A list that follows its cursor picks what it comes to."""
        name = self.name_at(event.option_index)
        moved_on = event.option_index != self.highlighted
        if self._follow and name != self.picked and not moved_on:
            self.post_message(Chosen(self.id or "", name, moved=True))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Say what was picked."""
        event.stop()
        self.post_message(Chosen(self.id or "", self.name_at(event.option_index)))


class Ticks(Lines):
    """Any of several: each has a box of its own."""

    def __init__(self, list_id: str, title: str) -> None:
        super().__init__(list_id, title)
        self.ticked: frozenset[str] = frozenset()

    def tick(self, names: Sequence[str]) -> None:
        """Tick these and no others."""
        if self.ticked != frozenset(names):
            self.ticked = frozenset(names)
            self.redraw()

    def line(self, item: Item) -> Content:
        """A box, then the name."""
        if item.heading:
            return super().line(item)
        return Content("[x] " if item.name in self.ticked else "[ ] ") + super().line(item)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Say what is to be ticked or unticked."""
        event.stop()
        self.post_message(Ticked(self.name_at(event.option_index)))
