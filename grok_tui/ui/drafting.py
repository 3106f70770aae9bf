"""Drafts outside the launcher's form: in an editor of the user's, and saved as presets.

The file that the editor had is kept until what is in it is good: nothing that was typed is lost.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from grok_tui.errors import GrokTuiError, PresetError
from grok_tui.monitor.text import safe
from grok_tui.protocol import own
from grok_tui.protocol.rundir import read_small
from grok_tui.ui import draft as drafts
from grok_tui.ui import editing
from grok_tui.ui.draft import Draft
from grok_tui.ui.screens.confirm import Confirm
from grok_tui.ui.screens.naming import Naming

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.app import App

    from grok_tui.ui.services import Services

    Taker = Callable[[Draft], None]


class Desk:
    """Takes drafts to an editor and back, and saves them under names."""

    def __init__(self, app: App[None], services: Services) -> None:
        self._app = app
        self._services = services
        self._files: dict[str, Path] = {}
        """What an editor was given and has not come back good, by the name of the experiment."""

    def edit(self, draft: Draft, take: Taker) -> None:
        """Have it edited; what comes back and is good is given to `take`."""
        name = draft.base.preset.name
        try:
            kept = self._files.get(name)
            text = "" if kept else draft.text
            path = self._files[name] = kept or editing.written(name, text)
            try:
                with self._free_terminal():
                    self._services.edit(path)
            finally:
                if not kept and _holds(path, text.encode()):
                    self.forget(name)
            if name not in self._files:
                return
            edited = Draft.of(drafts.base(draft.base.preset, draft.base.pieces, path))
        except PresetError as error:
            self._ask(draft, take, str(error))
        except (GrokTuiError, OSError, SuspendNotSupported) as error:
            self._app.notify(safe(str(error), 300), severity="error", markup=False)
        else:
            self.forget(name)
            take(edited)

    def _free_terminal(self) -> AbstractContextManager[None]:
        """Give the terminal away for a while; a driver that has none needs nothing."""
        return nullcontext() if self._app.is_headless else self._app.suspend()

    def _ask(self, draft: Draft, take: Taker, fault: str) -> None:
        """Say what is wrong in the file, and offer it again."""
        question = f"{safe(fault, 400)}\n\nNothing is lost: E opens the same text again."

        def answered(yes: bool | None) -> None:
            if yes:
                self.edit(draft, take)

        self._app.push_screen(Confirm(question, "Edit it again"), answered)

    def forget(self, name: str) -> None:
        """Give up what was typed for an experiment, if anything waits to be put right."""
        path = self._files.pop(name, None)
        if path is not None:
            editing.forget(path)

    def save(self, draft: Draft, saved: Callable[[str], None]) -> None:
        """Ask for a name and write a preset of one's own; `saved` is told the name."""

        def named(name: str | None) -> None:
            if not name:
                return
            try:
                path = own.save(name, draft.text)
            except PresetError as error:
                self._app.notify(safe(str(error), 300), severity="error", markup=False)
            else:
                self._app.notify(f"Saved as {safe(str(path), 200)}.", markup=False)
                saved(name)

        self._app.push_screen(Naming(suggested(draft)), named)


def _holds(path: Path, text: bytes) -> bool:
    """Whether a file still has this text; what is longer has not, whatever it is by now."""
    try:
        return read_small(path, len(text)) == text
    except ValueError:
        return False


def suggested(draft: Draft) -> str:
    """A name for a preset of one's own, of what it may have, that begins as this draft."""
    return f"my-{re.sub('[^a-z0-9]+', '-', draft.base.called.lower())}"[:40]
