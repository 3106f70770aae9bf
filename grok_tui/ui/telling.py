"""Doing what may take a moment without holding up the screen, and saying what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.errors import GrokTuiError
from grok_tui.ui.messages import Told

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen


def tell(screen: Screen[None], act: Callable[[], object], sentence: str) -> None:
    """Do it in a thread; the screen gets the sentence then, or that of the error."""

    def work() -> None:
        try:
            act()
        except GrokTuiError as error:
            screen.post_message(Told(str(error), failed=True))
        else:
            screen.post_message(Told(sentence))

    screen.run_worker(work, thread=True, group="tell")
