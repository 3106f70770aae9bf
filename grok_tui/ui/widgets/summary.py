"""What the launcher says beside its lists: the experiment in words, and the newest runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import OptionList, Static

from grok_tui.monitor.text import safe, shortened
from grok_tui.ui.draft import facts
from grok_tui.ui.messages import OpenRun
from grok_tui.ui.widgets.pickers import Item, Lines
from grok_tui.ui.widgets.states import COLOURS, GLYPHS, age, in_words, padded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.catalog import Summary as RunSummary
    from grok_tui.protocol.config import Config

SHOWN = 6


class Summary(Static):
    """Title, what to look for, lanes, steps and time of an experiment."""

    def __init__(self) -> None:
        super().__init__(id="summary", markup=False)

    def show(
        self, config: Config, problem: str, costs: Sequence[str], scarce: bool = False
    ) -> None:
        """Put an experiment into words; a problem takes the place of what it costs."""
        lines = [
            Content.styled(safe(config.title, 120), "bold"),
            Content.styled(safe(config.about, 400), "$muted"),
            *map(Content, facts(config)),
        ]
        if problem:
            lines.append(Content.styled(safe(problem, 400), "$error"))
        else:
            costs_of = [Content(safe(line, 200)) for line in costs]
            if scarce and costs_of:
                costs_of[-1] = costs_of[-1].stylize("$warning")
            lines += costs_of
        self.update(Content("\n").join(line for line in lines if line.plain))

    def name_it(self, name: str, changed: bool) -> None:
        """Put the experiment's name above, and whether it was changed."""
        note = Content.styled(", changed: 0 resets", "$warning") if changed else Content("")
        self.border_title = Content.assemble(f" {safe(name, 40)}", note, " ")

    def refuse(self, sentence: str) -> None:
        """Say why there is nothing to show."""
        self.update(Content.styled(safe(sentence, 400), "$error"))


class Recent(Lines):
    """The newest runs, a line each; picking one opens it."""

    def __init__(self) -> None:
        super().__init__("recent", "recent runs")
        self._runs: tuple[RunSummary, ...] = ()
        self._states: dict[str, RunSummary] = {}

    def show(self, summaries: Sequence[RunSummary], now: float) -> None:
        """Show the first few; nothing at all where there are none."""
        self._runs = tuple(summaries[:SHOWN])
        self._states = {one.run.id: one for one in self._runs}
        self.set_class(bool(self._runs), "-any")
        self.fill([Item(one.run.id, _words(one, now)) for one in self._runs])

    def line(self, item: Item) -> Content:
        """The state in its colour, then the words."""
        state = self._states[item.name].state
        return Content.styled(f"{in_words(state)}  ", f"${COLOURS[state]}") + super().line(item)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Ask for the run."""
        event.stop()
        self.post_message(OpenRun(self._runs[event.option_index].run))


def _words(one: RunSummary, now: float) -> str:
    ago = f"{age(now - one.started_at)} ago"
    return f"{ago:<12}{padded(one.title or one.run.id, 44)}  {one.milestones}"


OFFER = Content.assemble("new to grokking? ", ("D", "bold $primary"), " shows it")
"""For somebody who has not trained anything yet."""


class Newest(Static):
    """The newest run in a few words, where there is no room for a list."""

    def __init__(self) -> None:
        super().__init__(id="newest", markup=False)

    def show(self, summaries: Sequence[RunSummary], now: float) -> None:
        """Its state, what it is called, and how long ago it was started; of none, a tour."""
        self.set_class(not summaries, "-none")
        if not summaries:
            self.update(OFFER)
            return
        one = summaries[0]
        name = shortened(one.run.id[16:-5], 16)
        words = f"{GLYPHS[one.state]} {name}, {age(now - one.started_at)} ago"
        line = Content.styled(words, f"${COLOURS[one.state]}")
        if line != self.content:
            self.update(line)
