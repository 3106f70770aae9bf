"""Options that several commands take."""

from __future__ import annotations

import re
from itertools import islice
from typing import Annotated, NamedTuple

import typer

from grok_tui.errors import UsageError

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
FOR_ALL = {
    "--runs-dir": 1, "--refresh": 1, "--charset": 1, "--theme": 1,
    "--low-bandwidth": 0, "--no-mouse": 0,
}  # fmt: skip
"""Options of the program that users put anywhere, and how many words follow each."""

_DEVICE = re.compile(r"^(auto|cpu|mps|cuda(:\d{1,3})?)$")


def check_device(device: str) -> None:
    """Raise UsageError for what is no device."""
    if not _DEVICE.match(device):
        raise UsageError(f"--device {device}: expected auto, cpu, cuda, cuda:N or mps")


class Asked(NamedTuple):
    """What is asked of the TUI, as it was typed."""

    refresh: float | None
    thrifty: bool
    mouse: bool
    charset: str
    theme: str


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


def hoisted(arguments: list[str]) -> list[str]:
    """The arguments with the options of the program in front; users put them anywhere."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument.partition("=")[0] in FOR_ALL:
            words = 0 if "=" in argument else FOR_ALL[argument]
            front += [argument, *islice(waiting, words)]
        else:
            rest.append(argument)
    return [*front, *rest]
