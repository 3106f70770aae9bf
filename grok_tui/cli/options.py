"""Options that several commands take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from grok_tui.errors import UsageError

if TYPE_CHECKING:
    from grok_tui.cli.opening import Asked

_CHARSETS = ("auto", "braille", "block", "ascii")
_THEMES = ("auto", "dark", "light", "ansi-dark", "ansi-light")
Refresh = Annotated[
    float | None,
    typer.Option(
        "--refresh", min=0.5, max=10, metavar="SECONDS", help="Between two pictures of the TUI."
    ),
]
LowBandwidth = Annotated[
    bool,
    typer.Option(
        "--low-bandwidth",
        envvar="GROK_TUI_LOW_BANDWIDTH",
        help="A picture a second, sixteen colours, no mouse.",
    ),
]
NoMouse = Annotated[bool, typer.Option("--no-mouse", help="Leave the mouse to the terminal.")]
CharsetName = Annotated[
    str, typer.Option("--charset", help=f"{', '.join(_CHARSETS)}: what the TUI draws with.")
]
ThemeName = Annotated[str, typer.Option("--theme", help=f"{', '.join(_THEMES)}: its colours.")]

_DEVICE = re.compile(r"^(auto|cpu|mps|cuda(:\d{1,3})?)$")


def check_device(device: str) -> None:
    """Raise UsageError for what is no device."""
    if not _DEVICE.match(device):
        raise UsageError(f"--device {device}: expected auto, cpu, cuda, cuda:N or mps")


def checked(asked: Asked) -> Asked:
    """The same; raises UsageError for what is no charset or no theme."""
    for option, value, others in (
        ("--charset", asked.charset, _CHARSETS),
        ("--theme", asked.theme, _THEMES),
    ):
        if value not in others:
            expected = f"{', '.join(others[:-1])} or {others[-1]}"
            raise UsageError(f"{option} {value[:40]}: expected {expected}")
    return asked
