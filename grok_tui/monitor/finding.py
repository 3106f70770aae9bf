"""Finding something of a folder by its id, a part that only one id has, or `last`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from grok_tui.errors import RunError
from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 5


class Named(Protocol):
    """Whatever has an id."""

    @property
    def id(self) -> str:
        """What it is called."""
        ...


Thing = TypeVar("Thing", bound=Named)


def chosen(found: Sequence[Thing], text: str, kind: str, where: str) -> Thing:
    """The one of that id, the only one whose id has the text in it, or the first for `last`.

    There is at least one. Raises RunError, naming up to five candidates.
    """
    if text == "last":
        return found[0]
    for one in found:
        if one.id == text:
            return one
    fitting = [one for one in found if text and text in one.id]
    if len(fitting) == 1:
        return fitting[0]
    wanted = safe(text, 60)
    if not fitting:
        raise RunError(f"no {kind} in {where} has “{wanted}” in its name; there is {_names(found)}")
    raise RunError(f"“{wanted}” fits {len(fitting)} {kind}s; say more: {_names(fitting)}")


def _names(found: Sequence[Named]) -> str:
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(one.id for one in found[:SHOWN]) + more
