"""Looking at a screen in a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

if TYPE_CHECKING:
    from textual.pilot import Pilot
    from textual.strip import Strip

ENDLESS = ("follow", "machine")
"""Groups of threads that look for as long as their screen is there."""


async def settled(pilot: Pilot[None]) -> None:
    """Every thread that reads or does something has ended, and what it said is on the screen."""
    await pilot.pause()
    for _ in range(3):  # what a thread said may have started another
        todo = [worker for worker in pilot.app.workers if worker.group not in ENDLESS]
        if not todo:
            break
        await pilot.app.workers.wait_for_complete(todo)
        await pilot.pause()
    await pilot.pause()


def painted(pilot: Pilot[None]) -> list[Strip]:
    """The screen as it is painted, a strip a row."""
    return pilot.app.screen._compositor.render_strips()


def on_screen(pilot: Pilot[None]) -> str:
    """The text on the screen, row by row."""
    width, height = pilot.app.size
    strips = painted(pilot)
    assert len(strips) == height
    return "\n".join(strip.text.ljust(width) for strip in strips)


def notices(pilot: Pilot[None]) -> list[str]:
    """What was notified, in order."""
    return [notice.message for notice in pilot.app._notifications]


def written(pilot: Pilot[None], selector: str) -> str:
    """The text of one Static of the screen, before it is wrapped."""
    return str(pilot.app.screen.query_one(selector, Static).content)
