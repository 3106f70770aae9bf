"""Writing what a screen shows to files, in a thread, and saying where they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.errors import GrokTuiError
from grok_tui.ui.messages import Told
from grok_tui.ui.widgets.cells import printed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.screen import Screen

    from grok_tui.ui.messages import Export


def write(screen: Screen[None], folder: Path, message: Export) -> None:
    """Write the picture and the table into the folder; the screen is told what came of it."""

    def made() -> dict[str, str]:
        from grok_tui.monitor import saving, svg

        picture = svg.to_svg(message.grid, message.name, printed())
        return {"svg": picture, "csv": saving.table(message.rows())}

    keep(screen, folder, message.name, made)


def keep(
    screen: Screen[None], folder: Path, name: str, made: Callable[[], Mapping[str, str]]
) -> None:
    """Make the texts of files by their endings, in a thread, and write them into the folder."""

    def work() -> None:
        from grok_tui.monitor import saving

        try:
            paths = saving.save(folder, name, made())
        except GrokTuiError as error:
            screen.post_message(Told(str(error), failed=True))
        else:
            screen.post_message(Told(f"written: {_near(paths[0])} and {paths[1].suffix}"))

    screen.run_worker(work, thread=True, group="export")


def _near(path: Path) -> str:
    """The path as seen from the working directory, if it is below that."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
