"""Where `grok-tui` begins. What is typed most is found here, before the machinery of all commands.

typer and what it imports take a sixth of a second and 20 MB: a lot beside a first picture that is
due after 0.7 s.
"""

from __future__ import annotations

import io
import os
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from grok_tui.cli.opening import PLAIN, open_tui
from grok_tui.errors import GrokTuiError
from grok_tui.protocol.paths import expanded, runs_meant

if TYPE_CHECKING:
    from collections.abc import Sequence

FOR_ALL = {
    "--runs-dir": 1, "--refresh": 1, "--charset": 1, "--theme": 1,
    "--low-bandwidth": 0, "--no-mouse": 0,
}  # fmt: skip
"""Options of the program that users put anywhere, and how many words follow each."""
_SETTING = "GROK_TUI_LOW_BANDWIDTH"


def main() -> None:
    """The `grok-tui` command; every error is one sentence and an exit code."""
    _open_streams()
    arguments = hoisted(sys.argv[1:])
    try:
        plain = plainly(arguments) if _SETTING not in os.environ else None
        if plain is not None:
            _watch(plain)
        elif (listed := listing(arguments)) is not None:
            _list(*listed)
        else:
            from grok_tui.cli.commands import app

            app(arguments)
    except GrokTuiError as error:
        from grok_tui.cli.lines import say

        say(f"grok-tui: {error}")
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001  (a fault of ours, which is told of)
        from grok_tui.cli.crashed import EXIT_FAULT, admit

        admit(error, ("grok-tui", *sys.argv[1:]))
        sys.exit(EXIT_FAULT)


class Plain(NamedTuple):
    """The TUI and nothing else: on a run or a sweep, on the launcher, or on the tour."""

    runs: Path
    run: str = ""
    """As it was typed; empty: the launcher."""
    demo: bool = False
    """Whether it is the tour."""


def plainly(arguments: Sequence[str]) -> Plain | None:
    """What is asked if it is `grok-tui [demo]` or `grok-tui attach [RUN]`; None if it is more."""
    runs, rest = _words(arguments)
    if rest == ["demo"]:
        return Plain(runs, demo=True)
    if rest[:1] not in ([], ["attach"]) or len(rest) > 2 or "" in rest:
        return None
    name = rest[1] if len(rest) == 2 else "last" if rest else ""
    return Plain(runs, name)


def listing(arguments: Sequence[str]) -> tuple[Path, str] | None:
    """The folder and the filter if it is `grok-tui ls [FILTER...]`; None if it is more."""
    runs, rest = _words(arguments)
    return (runs, " ".join(rest[1:])) if rest[:1] == ["ls"] else None


def _list(runs: Path, text: str) -> NoReturn:
    """Print the list and leave, as typer does: also where its reader has left."""
    from grok_tui.cli.listing import print_list

    try:
        print_list(runs, text)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(0)


def _words(arguments: Sequence[str]) -> tuple[Path, list[str]]:
    """The folder of the runs and what else was typed; where that has options, nothing we know."""
    runs, rest = runs_meant(), list(arguments)
    if rest[:1] == ["--runs-dir"] and len(rest) > 1:
        runs, rest = expanded(rest[1]).absolute(), rest[2:]
    if any(word.startswith("-") for word in rest):
        rest = ["-"]
    return runs, rest


def _watch(plain: Plain) -> None:
    if not plain.run:
        open_tui(PLAIN, plain.runs, demo=plain.demo)
        return
    from grok_tui.cli.meant import sweep_meant
    from grok_tui.monitor.catalog import find

    found = sweep_meant(plain.runs, plain.run) or find(plain.runs, plain.run)
    open_tui(PLAIN, plain.runs, found)


def hoisted(arguments: Sequence[str]) -> list[str]:
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


def _open_streams() -> None:
    """Make the standard streams take all that we print.

    One that was closed before we began is None to Python: the null device stands in for it. What
    the encoding of the terminal does not have is written as an escape.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115  (for good)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
