"""Presets of the user's own: under which names they can be saved, and saving them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grok_tui.errors import PresetError
from grok_tui.protocol import gallery
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.rundir import MAX_SMALL_FILE

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def check_name(name: str) -> None:
    """Raise PresetError for what cannot name a preset of one's own."""
    if not _NAME.fullmatch(name):
        expected = "expected 1 to 40 small letters, digits and dashes, a dash not first"
        raise PresetError("", "name", f"{expected}, got {name[:60]!r}")


def in_the_way(name: str) -> str:
    """What a preset of that name would replace or hide, in a sentence; empty if nothing.

    Raises PresetError where it could not be found under that name afterwards.
    """
    own = gallery.own_shelf()
    if (own / f"{name}.toml").exists():
        return f"There is a preset of yours called {name}; it would be replaced."
    for one in gallery.unread():
        if one.name != name:
            continue
        shelves = gallery.folders()
        before = shelves[: shelves.index(own)] if own in shelves else []
        if any(shelf in one.path.parents for shelf in before):
            problem = f"{gallery.shown(one.path)} would go before it; expected another name"
            raise PresetError("", "name", problem)
        return f"The gallery has a preset called {name}; yours would stand in its place."
    return ""


def save(name: str, text: str) -> Path:
    """Write a preset of the user's own, at once and whole; its file. Raises PresetError."""
    check_name(name)
    if len(text.encode()) > MAX_SMALL_FILE:
        problem = f"longer than the {MAX_SMALL_FILE // 1024} KiB of a preset; expected fewer arms"
        raise PresetError(name, "arms", problem)
    path = gallery.own_shelf() / f"{name}.toml"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        Disk().replace(path, text.encode())
    except OSError as error:
        why = (error.strerror or "it cannot be written").lower()
        raise PresetError(
            gallery.shown(path), "", f"{why}; expected a folder to write in"
        ) from None
    return path
