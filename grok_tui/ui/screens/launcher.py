"""The launcher: pick an experiment, change what should differ, see what it costs, start it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Input, Static

from grok_tui.errors import PresetError
from grok_tui.monitor.text import safe
from grok_tui.protocol import gallery
from grok_tui.ui import draft as drafts
from grok_tui.ui.draft import Draft
from grok_tui.ui.drafting import Desk
from grok_tui.ui.keys import bindings
from grok_tui.ui.messages import (
    Chosen,
    CloneRun,
    Drawn,
    EditRun,
    Explained,
    GalleryRead,
    Ticked,
    ValueEdited,
)
from grok_tui.ui.recipes import Pieces
from grok_tui.ui.screens.starting import Starting
from grok_tui.ui.values import field_of, values
from grok_tui.ui.widgets.choices import Choices
from grok_tui.ui.widgets.form import ALWAYS, Filling, Forms
from grok_tui.ui.widgets.go import Go
from grok_tui.ui.widgets.keybar import KeyBar
from grok_tui.ui.widgets.summary import Newest, Recent, Summary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.protocol.gallery import Preset
    from grok_tui.protocol.rundir import RunDir
    from grok_tui.ui.draft import Base
    from grok_tui.ui.services import Services

HEAD = Content.assemble(("grok-tui  ", "bold $foreground"), "pick an experiment, change it, start")
GUIDE = "↑ ↓ pick an experiment, v changes its values, S starts it; / searches, ? lists all keys."
WORKING_OUT = ("working out time and memory…",)
TAKEN = "taken from a run"
"""What experiments that were taken from a run are listed under."""


class Launcher(Starting):
    """What can be trained, and the button that trains it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("launcher")
    AUTO_FOCUS = "#experiments"
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (56, "-narrow"), (110, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (12, "-short"), (34, "-tall")]  # noqa: RUF012

    draft: reactive[Draft | None] = reactive(None, init=False)
    """What would be started; None while the chosen preset cannot be read."""

    def __init__(self, runs: Path, services: Services) -> None:
        super().__init__("launcher", runs, services)
        self._desk: Desk | None = None
        self._gallery: dict[str, Preset] = {}
        self._taken: dict[str, Preset] = {}
        self._pieces: Pieces | None = None
        self._kept: dict[str, Draft] = {}
        """The drafts of this session, by the name of their experiment."""

    def compose(self) -> ComposeResult:
        """Lists on the left; what they amount to, the button and the values on the right."""
        with Horizontal(id="head"):
            yield Static(HEAD, id="title")
            yield Newest()
        with Horizontal(id="panes"):
            yield Choices()
            with VerticalScroll(id="right", can_focus=False):
                yield Summary()
                yield Go()
                yield Forms()
                yield Recent()
        yield Static(GUIDE, id="about", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """List the gallery by its names, show its first experiment, and read the rest."""
        self._desk = Desk(self.app, self._services)
        self._pieces = Pieces.read()
        self._offer(gallery.unread())
        if self._gallery:
            self._choose(next(iter(self._gallery)))
        else:
            self._refuse("there is no preset in presets/; `grok-tui presets list` says where")
        # Both wait in the line of the application: what comes after the picture is no part of it.
        self.app.post_message(Drawn())
        self.app.call_after_refresh(self._go_on)

    def _go_on(self) -> None:
        """What was left out so that the first picture comes soon: fields, costs, titles, runs."""
        self._drawn = True
        self.watch_draft(self.draft)
        self._read_gallery()
        self.read_recent()

    @work(thread=True, exclusive=True, group="gallery")
    def _read_gallery(self) -> None:
        """What the presets say of themselves, for the search: more files than a first look may."""
        self.post_message(GalleryRead(gallery.presets()))

    def on_gallery_read(self, message: GalleryRead) -> None:
        """Take the names with titles, and with what is wrong."""
        self._offer(message.presets)

    def _offer(self, found: Sequence[Preset]) -> None:
        every = [*self._taken.values(), *found]
        self._gallery = {preset.name: preset for preset in every}
        self.query_one(Choices).offer(every)

    def on_clone_run(self, message: CloneRun) -> None:
        """Fill the form from the configuration of a run."""
        message.stop()
        self._take_from(message.run)

    def on_edit_run(self, message: EditRun) -> None:
        """The same, and open the editor."""
        message.stop()
        self._take_from(message.run)
        if self.draft is not None:
            self.action_edit()

    def _take_from(self, run: RunDir) -> None:
        preset = gallery.Preset("experiment", run.id, run.config, TAKEN, run.id, "")
        self._taken = {run.id: preset, **self._taken}
        self._offer([one for one in self._gallery.values() if one.folder != TAKEN])
        self._choose(run.id)
        self.set_focus(self.query_one("#experiments"))

    def on_chosen(self, message: Chosen) -> None:
        """An experiment, a task or a model was picked."""
        if message.list_id == "experiments":
            self._choose(message.name)
            if not message.moved:
                self.set_focus(self.query_one("#start"))
        elif self.draft is not None and message.list_id == "models":
            self.draft = self.draft.with_model(message.name)
        elif self.draft is not None:
            self.draft, problem = self.draft.with_task(message.name).fitted()
            if problem:
                why = safe(problem.partition(";")[0], 200)
                self.notify(f"Picked with it: {safe(self.draft.model, 40)}; {why}.", markup=False)

    def on_explained(self, message: Explained) -> None:
        """Say what the cursor is on, or what there is to do."""
        self.query_one("#about", Static).update(Content(safe(message.sentence, 400) or GUIDE))

    def on_ticked(self, message: Ticked) -> None:
        """An arm goes in or out, and with it what cannot stay or be left out."""
        if self.draft is None:
            return
        self.draft, others = self.draft.toggled(message.name)
        if others:
            on = message.name in self.draft.arms
            why = "it is made from them" if on else "they are made from it"
            names = ", ".join(safe(name, 40) for name in others)
            self.notify(f"{'Ticked' if on else 'Unticked'} with it: {names}; {why}.", markup=False)

    def on_value_edited(self, message: ValueEdited) -> None:
        """A value was typed; if more was typed since, the message about that is on its way."""
        forms = self.query_one(Forms)
        value = forms.value(message.key)
        if self.draft is not None and value and forms.text(value.key) == message.text:
            self.draft = self.draft.with_value(value, message.text)

    def watch_draft(self, draft: Draft | None) -> None:
        """Check what there is now, and show it."""
        if draft is None:
            return
        self._kept[draft.base.preset.name] = draft
        problem: PresetError | None = None
        try:
            self._config = draft.resolve()
        except PresetError as error:
            problem, self._config = error, None
        self._problem = str(problem) if problem else ""
        self._called = draft.base.called
        self._show(draft, problem)
        if self._config is not None and self._drawn:
            self.estimate(self._config, self.device)

    def _choose(self, name: str) -> None:
        """Take an experiment, with the changes that were made to it before."""
        choices = self.query_one(Choices)
        if name == choices.picked or name not in self._gallery:
            return
        choices.pick(name)
        try:
            self.draft = self._kept.get(name) or Draft.of(self._read(name))
        except PresetError as error:
            self._refuse(str(error))

    def _read(self, name: str) -> Base:
        assert self._pieces is not None
        return drafts.base(self._gallery[name], self._pieces)

    def _refuse(self, sentence: str) -> None:
        """There is nothing that could be started, for this reason."""
        self.draft, self._config, self._problem = None, None, sentence
        self.query_one(Choices).clear()
        self.query_one(Forms).display = False
        self.query_one(Go).refused = True
        self.query_one(Summary).refuse(sentence)

    def _show(self, draft: Draft, problem: PresetError | None) -> None:
        """Put a draft on the screen: lists, summary, values and faults."""
        self.query_one(Choices).show(draft)
        config = self._config or draft.unvalued()
        offered = values(config)
        at = field_of(problem, offered) if problem else ""
        texts = {value.key: value.text(config) for value in offered} | dict(draft.values)
        faults = {**draft.faults(), at: problem.problem} if problem else {}
        forms = self.query_one(Forms)
        forms.display = self._drawn
        if self._drawn:
            forms.show(Filling(offered, texts, draft.values, faults))
        self.query_one(Go).refused = problem is not None
        rest = "" if forms.value(at) else self._problem
        summary = self.query_one(Summary)
        summary.show(config, rest, WORKING_OUT if self._config else ())
        summary.name_it(draft.base.preset.name, draft.changed)

    def action_search(self) -> None:
        """Look for words in all lists."""
        self.query_one(Choices).search()

    def action_values(self) -> None:
        """Go to the first value."""
        if self.draft is not None:
            self.query_one(Forms).enter()

    async def action_more(self) -> None:
        """Unfold the values that are changed less often and go there, or fold them away."""
        if self.draft is None:
            return
        forms = self.query_one(Forms)
        await forms.fold(away=forms.unfolded)
        if forms.unfolded:
            self.call_after_refresh(forms.enter, len(ALWAYS))

    def action_reset(self) -> None:
        """Forget what was changed in this experiment."""
        if self.draft is not None and self._desk is not None:
            name = self.draft.base.preset.name
            self._desk.forget(name)
            self.draft = Draft.of(self._read(name))

    def action_edit(self) -> None:
        """Give the draft to the user's editor, whole; what comes back good is the draft."""
        if self.draft is None or self._desk is None:
            self.notify("there is nothing to edit", severity="warning", markup=False)
            return
        self._desk.edit(self.draft, self._take_over)

    def _take_over(self, draft: Draft) -> None:
        self.draft = draft

    def action_save(self) -> None:
        """Save the draft as a preset of one's own."""
        if self._config is None or self.draft is None or self._desk is None:
            sentence = safe(self._problem) or "choose an experiment"
            self.notify(sentence, title="Cannot save", severity="error", markup=False)
            return
        self._desk.save(self.draft, self._saved)

    def _saved(self, name: str) -> None:
        """List it; what was drafted under its name before is no more."""
        self._kept.pop(name, None)
        self._read_gallery()

    async def action_out(self) -> None:
        """From a field back to the list, from a search to all; from there one layer out."""
        choices = self.query_one(Choices)
        if choices.searching:
            choices.search_no_more()
        elif isinstance(self.focused, Input):
            self.set_focus(self.query_one("#experiments"))
        else:
            await self.run_action("app.out")
