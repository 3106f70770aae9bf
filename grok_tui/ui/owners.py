"""Whose keys work now: what has the focus, its screen, the application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.screen import Screen


def owners(screen: Screen[Any]) -> dict[str, DOMNode]:
    """By section of the key table: what has the focus first, the application last."""
    start: DOMNode = screen.focused or screen
    named = {getattr(node, "SECTION", ""): node for node in start.ancestors_with_self}
    here = {section: node for section, node in named.items() if section}
    return here | {screen.name or "": screen, "everywhere": screen.app}
