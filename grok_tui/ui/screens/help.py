"""Help: the keys of what has the focus, of its screen, then those that work everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from grok_tui.monitor.text import columns
from grok_tui.ui.glossary import WORDS
from grok_tui.ui.keys import bindings, on_screen
from grok_tui.ui.screens.dialog import Dialog
from grok_tui.ui.widgets.paper import wrap

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

TITLES = {
    "launcher": "The launcher",
    "runs": "The list of runs",
    "diff": "What differs",
    "live": "A run",
    "charts": "The charts",
    "arms": "The arms",
    "verdict": "The verdict",
    "log": "The log",
    "machine": "The machine",
    "network": "Inside the networks",
    "claims": "The claims",
    "figure": "What a claim rests on",
    "compare": "Several runs",
    "groups": "The groups",
    "tour": "The tour",
    "everywhere": "Everywhere",
}
ABOUT = {
    "launcher": "Pick an experiment with ↑ ↓, change what should differ, start. The run trains in "
    "a process of its own: leaving stops nothing.",
    "claims": "What the papers claim, held against the runs in the folder. A claim is judged once "
    "all of its runs are there; the rules were fixed before.",
    "runs": "Every run in the runs folder, whoever started it. Accuracy over the logarithm of the "
    "step, t_mem, t_gen and tau are those of the dense arm, or of the first. / takes words and "
    "conditions, `or` between two sets of them: fig1 p=113 wd>=0.1 t_gen=100..2k arm=*ticket* "
    "age<2d state=grokked -stopped; t_gen=none: not reached.",
    "charts": "A run as its log tells it, live or replayed. Leaving the view does not stop the "
    "run.",
    "arms": "A row for each arm below the charts: Tab goes there and back.",
    "verdict": "The arms compared over all seeds, and what may be claimed of them.",
    "log": "What the trainer process printed, the newest last.",
    "network": "Pictures of a network at one step, of the first seed of each arm; ← → lead through "
    "the steps. Grokking shows as stripes, a circle, and right answers everywhere.",
    "compare": "Runs side by side: lanes that differ in nothing but their seed are one group.",
    "groups": "A row for each group: seeds that generalised of all, medians over seeds with their "
    "range, and how many times as fast as the baseline. Chart keys work here as well.",
    "machine": "This host while the run trains on it: GPUs, cores, memory, and who uses them.",
}


WIDTH = 70
"""Columns of the sheet."""
LEAST = 10
"""Columns of a key, at least."""


class HelpScreen(Dialog[None]):
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
    """What to know about sections of the key table, in this order: a sentence, then their keys.

    What words mean stands last.
    """
    parts = [Content.styled(ABOUT.get(sections[0], ""), "$muted")]
    for name in sections:
        entries = [(key.shown, key.help) for key in on_screen(name)]
        if entries:
            parts.append(_listed(TITLES.get(name, name), entries))
    parts.append(_listed("What words mean", list(WORDS.items())))
    return Content("\n\n").join(part for part in parts if part.plain)


def _listed(title: str, entries: list[tuple[str, str]]) -> Content:
    """A title and lines of two columns, the second broken within itself."""
    room = max(LEAST, *(columns(name) + 2 for name, _ in entries))
    lines = [Content.styled(title, "bold")]
    for name, text in entries:
        first, *others = wrap(text, max(20, WIDTH - room)) or [""]
        lines.append(
            Content.assemble((name + " " * (room - columns(name)), "bold $primary"), first)
        )
        lines += [Content(" " * room + other) for other in others]
    return Content("\n").join(lines)
