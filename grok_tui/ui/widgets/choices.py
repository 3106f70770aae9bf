"""The left of the launcher: what can be picked and ticked, and what the cursor is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from grok_tui.monitor.text import safe
from grok_tui.protocol.section import kind
from grok_tui.ui.widgets.pickers import Item, Picker, Ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from grok_tui.protocol.gallery import Preset
    from grok_tui.ui.draft import Draft


class Choices(Vertical):
    """Experiments, tasks, models and arms, one list under the other."""

    def __init__(self) -> None:
        super().__init__(id="left")
        self._experiments = Picker("experiments", "experiment", follow=True)
        self._tasks = Picker("tasks", "task")
        self._models = Picker("models", "model")
        self._arms = Ticks("arms", "pruning arms")
        self._about = Static(id="about", markup=False)

    def compose(self) -> ComposeResult:
        """The lists, and a place for a sentence."""
        yield from (self._experiments, self._tasks, self._models, self._arms, self._about)

    @property
    def picked(self) -> str:
        """The name of the experiment that is picked."""
        return self._experiments.picked

    def offer(self, experiments: Sequence[Preset]) -> None:
        """List the experiments, those of a folder under its name."""
        items: list[Item] = []
        folder = ""
        for one in experiments:
            if one.folder != folder:
                folder = one.folder
                items.append(Item(f" {folder}", heading=True))
            items.append(Item(one.name, problem=bool(one.problem)))
        self._experiments.fill(items)

    def pick(self, name: str) -> None:
        """Mark an experiment."""
        self._experiments.pick(name)

    def show(self, draft: Draft) -> None:
        """Mark what a draft is made of."""
        base = draft.base
        for picker, presets, section, own, picked in (
            (self._tasks, base.pieces.tasks, base.config.task, base.task, draft.task),
            (self._models, base.pieces.models, base.config.model, base.model, draft.model),
        ):
            items = [Item(one.name, about=one.about) for one in presets]
            if own not in [one.name for one in presets]:
                items.insert(0, Item(own, own or f"{kind(section)}, its own"))
            picker.fill(items)
            if picker.picked != picked:
                picker.pick(picked)
        self._arms.fill([Item(one.name, about=one.explained) for one in base.recipes.values()])
        self._arms.tick(draft.arms)

    def clear(self) -> None:
        """Offer nothing but the experiments."""
        for each in (self._tasks, self._models, self._arms):
            each.fill([])

    def explain(self, sentence: str) -> None:
        """Say what the cursor is on."""
        self._about.update(Content(safe(sentence, 400)))
