"""The launcher: pick an experiment, change what should differ, see what it costs, start it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Button, Input, Static

from grok_tui.errors import GrokTuiError, PresetError
from grok_tui.monitor.text import safe
from grok_tui.protocol import gallery
from grok_tui.ui import draft as drafts
from grok_tui.ui.draft import Draft
from grok_tui.ui.keys import bindings
from grok_tui.ui.messages import (
    Chosen,
    Drawn,
    Estimated,
    Explained,
    Fetching,
    OpenRun,
    RunsRead,
    RunStarted,
    StartFailed,
    Ticked,
    ValueEdited,
)
from grok_tui.ui.recipes import Pieces
from grok_tui.ui.values import field_of, values
from grok_tui.ui.widgets.choices import Choices
from grok_tui.ui.widgets.form import Form
from grok_tui.ui.widgets.keybar import KeyBar
from grok_tui.ui.widgets.summary import SHOWN, Recent, Summary

if TYPE_CHECKING:
    from pathlib import Path

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.gallery import Preset
    from grok_tui.ui.draft import Base
    from grok_tui.ui.services import Services

HEAD = Content.assemble(("grok-tui  ", "bold $foreground"), "pick an experiment, change it, start")
EVERY = 5.0
"""Seconds between two looks at the newest runs."""
WORKING_OUT = "working out the time…"


class Launcher(Screen[None]):
    """What can be trained, and the button that trains it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("launcher")
    AUTO_FOCUS = "#experiments"

    draft: reactive[Draft | None] = reactive(None, init=False)
    """What would be started; None while the chosen preset cannot be read."""
    starting: reactive[bool] = reactive(False, init=False)
    """Whether a trainer is coming up."""

    def __init__(self, runs: Path, services: Services) -> None:
        super().__init__(name="launcher")
        self._runs = runs
        self._services = services
        self._gallery: dict[str, Preset] = {}
        self._pieces: Pieces | None = None
        self._kept: dict[str, Draft] = {}
        self._config: Config | None = None
        self._problem = ""

    def compose(self) -> ComposeResult:
        """Lists on the left; what they amount to, the values and the button on the right."""
        yield Static(HEAD, id="head")
        with Horizontal(id="panes"):
            yield Choices()
            with VerticalScroll(id="right", can_focus=False):
                yield Summary()
                yield Form("form", "values")
                with Horizontal(id="go"):
                    yield Button("Start training (S)", id="start")
                    yield Static(id="status", markup=False)
                yield Form("model-form", "model")
                yield Recent()
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the gallery and show its first experiment."""
        found = gallery.presets()
        self._gallery = {preset.name: preset for preset in found}
        self._pieces = Pieces.read()
        self.query_one(Choices).offer(found)
        if found:
            self._choose(found[0].name)
        else:
            self._refuse("there is no preset in presets/; `grok-tui presets list` says where")
        self.set_interval(EVERY, self._read_recent)
        self.call_after_refresh(self.post_message, Drawn())

    def on_screen_resume(self) -> None:
        """Runs may have come and gone while another screen was on top."""
        self._read_recent()

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
        """Say what the cursor is on, under the lists."""
        self.query_one(Choices).explain(message.sentence)

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
        for form in self.query(Form):
            value = form.value(message.key)
            if (
                self.draft is not None
                and value is not None
                and form.text(value.key) == message.text
            ):
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
        self._show(draft, problem)
        if self._config is not None:
            self._estimate(self._config)

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
        self.query(Form).set(display=False)
        self.query_one("#start").add_class("-refused")
        self.query_one(Summary).refuse(sentence)

    def _show(self, draft: Draft, problem: PresetError | None) -> None:
        """Put a draft on the screen: lists, summary, values and faults."""
        self.query_one(Choices).show(draft)
        config = self._config or draft.unvalued()
        offered = values(config)
        at = field_of(problem, offered) if problem else ""
        texts = {value.key: value.text(config) for value in offered} | dict(draft.values)
        faults = {**draft.faults(), at: problem.problem} if problem else {}
        for form in self.query(Form):
            of_model = form.id == "model-form"
            shown = [value for value in offered if (value.group == "model") == of_model]
            form.display = True
            form.show(shown, texts, draft.values, faults)
        self.query_one("#start").set_class(problem is not None, "-refused")
        rest = "" if at else self._problem
        summary = self.query_one(Summary)
        summary.show(config, rest, WORKING_OUT if self._config else "")
        summary.name_it(draft.base.preset.name, draft.changed)

    @work(thread=True, exclusive=True, group="estimate")
    def _estimate(self, config: Config) -> None:
        """How long it takes here; it may have to read runs, so not on the event loop."""
        try:
            found = self._services.estimate(config, self._runs)
            line = drafts.time_line(found.seconds, found.basis)
        except GrokTuiError as error:
            line = str(error)
        self.post_message(Estimated(config, line))

    def on_estimated(self, message: Estimated) -> None:
        """Show the estimate, if it is still of what is shown."""
        if message.config is self._config and self._config is not None:
            self.query_one(Summary).show(self._config, "", message.line)

    @work(thread=True, exclusive=True, group="recent")
    def _read_recent(self) -> None:
        """The newest runs, for the short list."""
        if self.is_current:
            self.post_message(RunsRead(self._services.summaries(self._runs, SHOWN)))

    def on_runs_read(self, message: RunsRead) -> None:
        """Show the newest runs."""
        self.query_one(Recent).show(message.summaries, self._services.clock())

    def on_button_pressed(self) -> None:
        """The button does what the key does."""
        self.action_start()

    def action_values(self) -> None:
        """Go to the first value."""
        if self.draft is not None:
            self.query_one("#form", Form).enter()

    def action_reset(self) -> None:
        """Forget what was changed in this experiment."""
        if self.draft is not None:
            self.draft = Draft.of(self.draft.base)

    def action_start(self) -> None:
        """Start a trainer, unless something is wrong or one is coming up already."""
        if self.starting:
            self.notify("A run is being started; it opens by itself.", markup=False)
        elif self._config is None or self.draft is None:
            sentence = safe(self._problem) or "choose an experiment"
            self.notify(sentence, title="Cannot start", severity="error", markup=False)
        else:
            self.starting = True
            self._start(self._config, self.draft.base.preset.name)

    def watch_starting(self, starting: bool) -> None:
        """Say that the trainer loads, which takes some seconds."""
        words = "starting… the trainer loads torch, a few seconds" if starting else ""
        self.query_one("#status", Static).update(words)
        self.query_one("#start", Button).disabled = starting

    @work(thread=True, group="start")
    def _start(self, config: Config, name: str) -> None:
        """Make the run, spawn its trainer, wait until it trains."""
        try:
            self._services.fetch(config, lambda words: self.post_message(Fetching(words)))
            run = self._services.start(config, self._runs, name)
            self._services.wait(run)
        except GrokTuiError as error:
            self.post_message(StartFailed(str(error)))
        else:
            self.post_message(RunStarted(run))

    def on_fetching(self, message: Fetching) -> None:
        """Say how far the file has come."""
        self.query_one("#status", Static).update(message.words)

    def on_run_started(self, message: RunStarted) -> None:
        """Open the run; if another screen is on top by now, only say so."""
        self.starting = False
        if self.is_current:
            self.post_message(OpenRun(message.run))
        else:
            self.notify(f"{safe(message.run.id, 80)} is training.", markup=False)

    def on_start_failed(self, message: StartFailed) -> None:
        """Say why there is no run."""
        self.starting = False
        self.notify(safe(message.sentence), title="Not started", severity="error", markup=False)

    async def action_out(self) -> None:
        """From a field back to the list; from there one layer out."""
        if isinstance(self.focused, Input):
            self.set_focus(self.query_one("#experiments"))
        else:
            await self.run_action("app.out")
