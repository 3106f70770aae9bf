"""What there is to train and to draw on: looked at, not guessed, with lines to look at oneself."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from grok_tui import __version__
from grok_tui.cli.lines import print_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SAMPLES = (
    ("braille", "\u2840\u28c4\u28e4\u28f6\u28ff\u283f\u281b\u2809", "--charset block"),
    ("blocks", "\u2596\u259e\u2588\u2580\u2584\u2591", "--charset ascii"),
    ("lines", "\u2502\u2524\u2514\u2500\u252c\u2501\u2578", "--charset ascii"),
)
"""What is drawn with, and what to choose where it does not show."""


def doctor() -> None:
    """Show what the TUI finds here: versions, devices, terminal, characters, colours."""
    print_lines(_lines(os.environ))


def _lines(environment: Mapping[str, str]) -> Iterator[str]:
    from grok_tui.monitor.text import safe

    for name, text in (*_program(), *_machine(), *_terminal(environment)):
        yield f"{name:<12}{safe(text, 400)}"
    for name, sample, instead in SAMPLES:
        yield f"{name:<12}{sample}  if you do not see {len(sample)} shapes: {instead}"
    if _colours(environment) >= 256:
        ramp = "".join(f"\x1b[38;5;{ink}m\u2588\u2588" for ink in (74, 214, 36, 175, 227, 202))
        yield f"{'colours':<12}{ramp}\x1b[0m  if these are not six colours: --theme ansi-dark"


def _program() -> Iterator[tuple[str, str]]:
    yield "grok-tui", f"{__version__}, python {platform.python_version()}, {platform.platform()}"
    yield "torch", _installed("torch")
    yield "textual", f"{_installed('textual')}, plotext {_installed('plotext')}"


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _machine() -> Iterator[tuple[str, str]]:
    from grok_tui.monitor.gpus import Gpus
    from grok_tui.monitor.machine import devices, gigabytes
    from grok_tui.monitor.processes import memory

    found = devices()
    names = ", ".join(f"cuda:{index} {name}" for index, name in enumerate(found))
    yield "GPUs", names or "none is seen"
    yield "sensors", Gpus().problem or "nvidia-ml-py answers"
    taken = memory()
    share = f", {gigabytes(taken[0])} of {gigabytes(taken[1])} GB taken" if taken else ""
    yield "cores", f"{os.cpu_count() or 1}{share}"


def _terminal(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    from grok_tui.cli.opening import obstacle
    from grok_tui.monitor.charset import chosen

    size = shutil.get_terminal_size()
    inside = ", in tmux" if "TMUX" in environment else ", in screen" if "STY" in environment else ""
    far = ", over ssh" if "SSH_CONNECTION" in environment else ""
    name = environment.get("TERM", "") or "TERM is not set"
    yield "terminal", f"{name}, {size.columns}x{size.lines}{inside}{far}"
    encoding = sys.stderr.encoding or "ascii"
    yield "encoding", f"{encoding} of stderr, {locale.getpreferredencoding(False)} of the locale"
    yield "drawn in", chosen("auto", environment, encoding)
    count = _colours(environment)
    yield "colours", "all" if count > 256 else f"{count}" if count else "none: NO_COLOR is set"
    yield "the TUI", obstacle().removeprefix("the TUI ") or "can be shown here"


def _colours(environment: Mapping[str, str]) -> int:
    """How many colours the terminal says that it has; 0: none are wanted."""
    if "NO_COLOR" in environment:
        return 0
    if environment.get("COLORTERM", "") in ("truecolor", "24bit"):
        return 1 << 24
    return 256 if environment.get("TERM", "").endswith("256color") else 16
