"""The claims of the papers: how each stands, what it rests on, and making what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from grok_tui.errors import GrokTuiError
from grok_tui.monitor.milestones import duration
from grok_tui.monitor.text import safe
from grok_tui.ui import opening
from grok_tui.ui.keys import bindings
from grok_tui.ui.messages import ClaimsPriced, ClaimsRead, Drawn, OpenRun, Told
from grok_tui.ui.screens.pick import Pick
from grok_tui.ui.widgets.claims import ClaimsView
from grok_tui.ui.widgets.keybar import KeyBar
from grok_tui.ui.widgets.pickers import Item

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.monitor.reproduction.runs import Variant, Wanted
    from grok_tui.monitor.reproduction.standing import Standing
    from grok_tui.ui.claims import Claims
    from grok_tui.ui.messages import ClaimPointed
    from grok_tui.ui.services import Services

EVERY = 2.0
"""Seconds between two looks at the folder."""
NO_PICTURE = "no picture yet: `grok-tui reproduce` draws them at its end"
THIS, ALL = "this", "all"
SHORT: dict[str, str] = {"fast": "fast", "paper": "as published"}


class ClaimsScreen(Screen[None]):
    """Every claim of the papers against the runs of one folder."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("claims")

    def __init__(self, runs: Path, services: Services) -> None:
        super().__init__(name="claims")
        self._runs = runs
        self._services = services
        self._variant: Variant = "fast"
        self._looker: Claims | None = None
        self._standings: Sequence[Standing] = ()

    def compose(self) -> ComposeResult:
        """A line about all, the table with all about one, the last words of the queue."""
        yield Static("claims", id="head", markup=False)
        yield ClaimsView()
        yield Static(id="which", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Look now and every so often."""
        self.read()
        self.set_interval(EVERY, self.read)
        self.call_after_refresh(self.post_message, Drawn())

    @work(thread=True, exclusive=True, group="read")
    def read(self) -> None:
        """How the claims stand now; finished runs may have to be read: not on the event loop."""
        if not self.is_current and self._standings:
            return
        try:
            looker = self._looker
            if looker is None or looker.variant != self._variant:
                looker = self._looker = self._services.claims(self._runs, self._variant)
                soon = looker.look(judge=False)
                self.post_message(ClaimsRead(self._variant, soon, looker.said()))
            self.post_message(ClaimsRead(self._variant, looker.look(), looker.said()))
        except GrokTuiError as error:
            self.post_message(Told(str(error), failed=True))

    def on_claims_read(self, message: ClaimsRead) -> None:
        """Show it, if it is still what is wanted."""
        if message.variant != self._variant:
            return
        self._standings = message.standings
        self.query_one(ClaimsView).tell(message.standings)
        self._write("#head", self._head())
        self._write("#which", Content(safe(message.said, 300)))

    def _head(self) -> Content:
        counts: dict[str, int] = {}
        for one in self._standings:
            counts[one.state] = counts.get(one.state, 0) + 1
        tally = ", ".join(f"{number} {state}" for state, number in counts.items())
        what = f"{SHORT[self._variant]}, 3 seeds: "
        return Content.assemble(("claims  ", "bold $foreground"), what, tally or "reading\u2026")

    def _write(self, selector: str, text: Content) -> None:
        """Change a line, if it is another: an unchanged one must cost no traffic."""
        line = self.query_one(selector, Static)
        if line.content != text:
            line.update(text)

    @property
    def _chosen(self) -> Standing | None:
        return self.query_one(ClaimsView).chosen

    def on_claim_pointed(self, _: ClaimPointed) -> None:
        """A second click opens, as Enter does."""
        self.action_open()

    def action_move(self, by: int) -> None:
        """Another claim."""
        self.query_one(ClaimsView).move(by)

    def action_refresh(self) -> None:
        """Look at the folder now."""
        self.read()

    def action_variant(self) -> None:
        """The published settings for the fast variants, or the other way round."""
        self._variant = "paper" if self._variant == "fast" else "fast"
        self._standings = ()
        self.query_one(ClaimsView).tell(())
        self._write("#head", self._head())
        self.read()

    def action_open(self) -> None:
        """Open the run that a claim rests on; of several let one be picked."""
        one = self._chosen
        found = {run.run.id: run for run in one.runs.values()} if one else {}
        if not found:
            self._say("There is no run of it yet; S starts what is missing.")
        elif len(found) == 1:
            self.post_message(OpenRun(next(iter(found.values())).run))
        else:
            items = [Item(name, f"{name}, {run.state}") for name, run in found.items()]

            def picked(name: str | None) -> None:
                if name in found:
                    self.post_message(OpenRun(found[name].run))

            self.app.push_screen(Pick("runs behind it", items), picked)

    def action_figure(self) -> None:
        """Show what a claim rests on: its picture where there is a display, else charts."""
        one = self._chosen
        if one is None:
            return
        path = self._services.figure(self._runs, self._variant, one.row.name)
        if path is not None and opening.has_display() and opening.shown(path):
            self._say(f"Opened {safe(str(path), 200)}.")
            return
        where = NO_PICTURE
        if path is not None:
            self.app.copy_to_clipboard(str(path))
            where = f"{path} (copied)"
        if one.runs:
            self._draw(one, where)
        else:
            self._say(f"{safe(one.row.plotted, 100)}: {safe(where, 300)}")

    def _draw(self, one: Standing, where: str) -> None:
        from grok_tui.ui.screens.figure import Figure

        runs = [found.run for found in one.runs.values()]
        self.app.push_screen(Figure(f"{one.row.name}: {one.row.plotted}", runs, where))

    def action_start(self) -> None:
        """Offer to make what is missing, with what it takes."""
        one = self._chosen
        every = _missing(self._standings)
        if not every:
            self._say("Nothing is missing." if self._standings else "Still reading the runs.")
            return
        self._say("Working out how long it takes\u2026")
        self._price([one] if one else [], self._standings)

    @work(thread=True, exclusive=True, group="price")
    def _price(self, one: Sequence[Standing], every: Sequence[Standing]) -> None:
        """How long the runs take that are missing of one claim, and of all."""
        offers = {}
        for name, standings in ((THIS, one), (ALL, every)):
            if missing := _missing(standings):
                offers[name] = f"{_count(missing)}, {self._time(missing)}"
        self.post_message(ClaimsPriced(offers, one[0].row.name if one else ""))

    def _time(self, missing: Iterable[Wanted]) -> str:
        try:
            found = [self._services.estimate(one.config, self._runs).seconds for one in missing]
        except GrokTuiError as error:
            return str(error)
        known = [seconds for seconds in found if seconds is not None]
        return (
            f"about {duration(sum(known))} at most" if len(known) == len(found) else "no estimate"
        )

    def on_claims_priced(self, message: ClaimsPriced) -> None:
        """Ask which, and start it."""
        names = {THIS: message.row, ALL: "all claims"}
        items = [Item(key, f"{names[key]}: {line}") for key, line in message.offers.items()]

        def picked(key: str | None) -> None:
            if key:
                self._begin([message.row] if key == THIS else [])

        self.app.push_screen(Pick("train what is missing", items), picked)

    @work(thread=True, exclusive=True, group="begin")
    def _begin(self, figures: Sequence[str]) -> None:
        """Start the queue; it outlives this view."""
        try:
            self._services.reproduce(self._runs, figures, self._variant)
        except GrokTuiError as error:
            self.post_message(Told(str(error), failed=True))
        else:
            self.post_message(
                Told("It trains in the background, also when you leave; stopping its run ends it.")
            )

    def on_told(self, message: Told) -> None:
        """Say it, and look again."""
        severity = "error" if message.failed else "information"
        self.notify(safe(message.sentence, 400), severity=severity, markup=False)  # type: ignore[arg-type]
        if not message.failed:
            self.read()

    def _say(self, sentence: str) -> None:
        self.notify(sentence, markup=False)


def _missing(standings: Iterable[Standing]) -> list[Wanted]:
    """The runs that have not come to their end, each once."""
    return list({one.name: one for standing in standings for one in standing.missing}.values())


def _count(missing: Sequence[Wanted]) -> str:
    return "1 run" if len(missing) == 1 else f"{len(missing)} runs"
