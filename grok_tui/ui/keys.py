"""The keys: one table that bindings, the key bar, help, the palette and the tests are made from.

A screen takes `BINDINGS = bindings("live")` and has an `action_…` for each action that
`keytable.py` names there; an action that starts with `app.` is the application's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

from grok_tui.ui.key import Key, shown
from grok_tui.ui.keytable import TABLE

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["TABLE", "Key", "bindings", "in_bar", "on_screen", "shown"]

SHOWN, OWN = 6, 3
"""Keys in the key bar, and those among them of what has the focus."""
HELP = "everywhere.help"
FIRST = frozenset({"tour"})
"""Sections whose keys come before those of what has the focus."""


def on_screen(screen: str) -> list[Key]:
    """The keys of one screen, or of `everywhere`, in the order of the table."""
    return [key for key in TABLE if key.screen == screen]


def in_bar(*sections: str, idle: Collection[str] = ()) -> list[Key]:
    """What the key bar shows: at most six keys, help last; `sections` from the focus outwards.

    Of what has the focus no more than three, so that there is room for those of its screen, which
    come next. `idle` are the ids of keys that have nothing to do now; a key that leads to where
    one is already has none either.
    """
    *inner, screen, everywhere = sections
    taken = {name for first in FIRST & {*inner} for key in on_screen(first) for name in key.names}
    flagged = {
        name: [
            key
            for key in on_screen(name)
            if key.footer and key.id not in idle and key.names[0] not in taken
        ]
        for name in sections
    }
    found = [key for name in inner[:1] for key in flagged[name][:OWN]]
    found += [key for name in (screen, *inner[1:], everywhere) for key in flagged[name]]
    here = {f"app.{screen}", *(f"pane('{name}')" for name in inner)}
    others = [key for key in found if key.id != HELP and key.action not in here]
    return [*others[: SHOWN - 1], *(key for key in TABLE if key.id == HELP)]


def bindings(screen: str) -> list[BindingType]:
    """The table's keys of one screen as bindings; the app takes those of `everywhere`."""
    return [
        Binding(
            key.keys,
            key.action,
            key.label,
            show=key.footer,
            id=key.id,
            tooltip=key.help,
            priority=screen in FIRST,
        )
        for key in on_screen(screen)
        if key.action
    ]
