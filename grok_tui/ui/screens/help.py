"""Help: the keys of what has the focus, of its screen, then those that work everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from grok_tui.ui.keys import Key, bindings, on_screen

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

TITLES = {
    "launcher": "The launcher",
    "runs": "The list of runs",
    "live": "A run",
    "charts": "The charts",
    "arms": "The arms",
    "verdict": "The verdict",
    "log": "The log",
    "machine": "The machine",
    "claims": "The claims",
    "everywhere": "Everywhere",
}
ABOUT = {
    "launcher": "Pick an experiment with ↑ ↓, change what should differ, start. The run trains in "
    "a process of its own: leaving stops nothing.",
    "claims": "What the papers claim, held against the runs in the folder. A claim is judged once "
    "all of its runs are there; the rules were fixed before.",
    "runs": "Every run in the runs folder, newest first, whoever started it.",
    "charts": "A run as its log tells it, live or replayed. Leaving the view does not stop the "
    "run.",
    "arms": "A row for each arm below the charts: Tab goes there and back.",
    "verdict": "The arms compared over all seeds, and what may be claimed of them.",
    "log": "What the trainer process printed, the newest last.",
    "machine": "This host while the run trains on it: GPUs, cores, memory, and who uses them.",
}


class HelpScreen(ModalScreen[None]):
    """The key table, as far as it concerns what was in front."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("help")
    AUTO_FOCUS = "#sheet"

    def __init__(self, *sections: str) -> None:
        super().__init__(name="help")
        self._of = sections

    def compose(self) -> ComposeResult:
        """One sheet of text."""
        with VerticalScroll(id="sheet") as sheet:
            sheet.border_title = "help"
            sheet.border_subtitle = "Esc closes"
            yield Static(sheet_of(*self._of), markup=False)

    def action_close(self) -> None:
        """Back to the screen."""
        self.dismiss()


def sheet_of(*sections: str) -> Content:
    """What to know about sections of the key table, in this order: a sentence, then their keys."""
    parts = [Content.styled(ABOUT.get(sections[0], ""), "$muted")]
    for name in sections:
        keys = on_screen(name)
        if keys:
            title = Content.styled(TITLES.get(name, name), "bold")
            parts.append(Content("\n").join([title, *map(_line, keys)]))
    return Content("\n\n").join(part for part in parts if part.plain)


def _line(key: Key) -> Content:
    return Content.assemble((f"{key.shown:<10}", "bold $primary"), key.help)
