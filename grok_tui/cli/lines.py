"""Lines of text on stdout."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_WIDTH = 1000


def print_lines(lines: Iterable[str]) -> None:
    """Each on a line of its own, at once."""
    for line in lines:
        print(line)
    sys.stdout.flush()


def print_cut(lines: Iterable[str]) -> None:
    """The same, each line no wider than the terminal, if there is one."""
    from grok_tui.monitor.text import safe

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else MAX_WIDTH
    print_lines(safe(line, width) for line in lines)
