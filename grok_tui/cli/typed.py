"""What is wrong with words that were typed, told without steering the terminal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup

from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator


class Typed(TyperGroup):
    """Commands whose errors quote what was typed: typer escapes some of it, and not all."""

    def make_context(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401  (as typer has it)
        """Read the options of the program."""
        with _harmless():
            return super().make_context(*given, **named)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  (the same)
        """Read the words of a command, and call it."""
        with _harmless():
            return super().invoke(ctx)


@contextmanager
def _harmless() -> Iterator[None]:
    """The class of these errors has another place in each version of typer; all have a message."""
    try:
        yield
    except Exception as error:
        if isinstance(message := getattr(error, "message", None), str):
            error.message = safe(message, 1000)  # type: ignore[attr-defined]
        raise
