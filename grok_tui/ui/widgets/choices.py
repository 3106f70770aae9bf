"""The left of the launcher: what can be picked and ticked, all of it or what a search finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Vertical

from grok_tui.protocol.section import kind
from grok_tui.ui.widgets.fields import SearchField
from grok_tui.ui.widgets.pickers import Item, Picker, Ticks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import ComposeResult
    from textual.widgets import Input

    from grok_tui.protocol.gallery import Preset
    from grok_tui.ui.draft import Draft
    from grok_tui.ui.messages import Searched

NOTHING = Item(" nothing fits", heading=True)


class Choices(Vertical):
    """Experiments, tasks, models and arms, one list under the other."""

    def __init__(self) -> None:
        super().__init__(id="left")
        self._search = SearchField("search", "name, title, what it shows")
        self._experiments = Picker("experiments", "experiment", follow=True)
        self._tasks = Picker("tasks", "task")
        self._models = Picker("models", "model")
        self._arms = Ticks("arms", "pruning arms")
        self._presets: tuple[Preset, ...] = ()
        self._draft: Draft | None = None
        self._words: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """The search, out of sight until it is wanted, and the lists."""
        yield from (self._search, self._experiments, self._tasks, self._models, self._arms)

    @property
    def picked(self) -> str:
        """The name of the experiment that is picked."""
        return self._experiments.picked

    @property
    def searching(self) -> bool:
        """Whether a search stands."""
        return bool(self._search.display)

    def offer(self, experiments: Sequence[Preset]) -> None:
        """List the experiments, those of a folder under its name."""
        self._presets = tuple(experiments)
        self._list()

    def pick(self, name: str) -> None:
        """Mark an experiment."""
        self._experiments.pick(name)

    def show(self, draft: Draft) -> None:
        """Mark what a draft is made of."""
        self._draft = draft
        base = draft.base
        for picker, presets, section, own, picked in (
            (self._tasks, base.pieces.tasks, base.config.task, base.task, draft.task),
            (self._models, base.pieces.models, base.config.model, base.model, draft.model),
        ):
            items = [Item(one.name, about=one.about) for one in presets]
            if own not in [one.name for one in presets]:
                items.insert(0, Item(own, own or f"{kind(section)}, its own"))
            picker.fill(self._found(items))
            if picker.picked != picked:
                picker.pick(picked)
        arms = [Item(one.name, about=one.explained) for one in base.recipes.values()]
        self._arms.fill(self._found(arms))
        self._arms.tick(draft.arms)

    def clear(self) -> None:
        """Offer nothing but the experiments."""
        self._draft = None
        for each in (self._tasks, self._models, self._arms):
            each.fill([])

    def search(self) -> None:
        """Take words to look for."""
        self._search.display = True
        self.screen.set_focus(self._search)

    def search_no_more(self) -> None:
        """Forget the words, and list everything."""
        self._search.value = ""
        self._search.display = False
        self._look("")
        self.screen.set_focus(self._experiments)

    def on_input_changed(self, event: Input.Changed) -> None:
        """List what fits the words."""
        event.stop()
        self._look(event.value)

    def on_searched(self, message: Searched) -> None:
        """Go to the first list in which something was found."""
        message.stop()
        lists = (self._experiments, self._tasks, self._models, self._arms)
        found = [each for each in lists if each.items and each.items[0] is not NOTHING]
        self.screen.set_focus(next(iter(found), self._experiments))

    def _look(self, text: str) -> None:
        words = tuple(text.casefold().split())
        if words != self._words:
            self._words = words
            self._list()
            if self._draft is not None:
                self.show(self._draft)

    def _list(self) -> None:
        """List the experiments that fit."""
        items: list[Item] = []
        folder = ""
        for one in self._presets:
            if not self._fits(one.name, one.title, one.about, one.reproduces):
                continue
            if one.folder != folder:
                folder = one.folder
                items.append(Item(f" {folder}", heading=True))
            items.append(Item(one.name, problem=bool(one.problem)))
        self._experiments.fill(items or [NOTHING])

    def _found(self, items: Iterable[Item]) -> list[Item]:
        return [one for one in items if self._fits(one.name, one.shown, one.about)] or [NOTHING]

    def _fits(self, *texts: str) -> bool:
        """Whether each word stands in one of the texts."""
        said = "\n".join(texts).casefold()
        return all(word in said for word in self._words)
