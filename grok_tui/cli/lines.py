"""Lines of text on stdout, and a warning beside them."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from grok_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_WIDTH = 1000


@contextmanager
def writing() -> Iterator[None]:
    """Around writing to stdout: a full disk is a UsageError; a reader that left stays as it is."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"cannot write the output: {error.strerror}") from None


def warn_of_logout() -> None:
    """Say on stderr if a trainer that was started here will not outlive the logout."""
    from grok_tui.monitor.logout import threat

    if sentence := threat():
        print(f"grok-tui: {sentence}", file=sys.stderr, flush=True)


def print_lines(lines: Iterable[str]) -> None:
    """Each on a line of its own, at once. Raises UsageError if that cannot be written."""
    with writing():
        for line in lines:
            print(line)
        sys.stdout.flush()


def print_cut(lines: Iterable[str]) -> None:
    """The same, each line no wider than the terminal, if there is one."""
    from grok_tui.monitor.text import safe

    width = room()
    print_lines(safe(line, width) for line in lines)


def room(endless: int = MAX_WIDTH) -> int:
    """Columns of the terminal that stdout is; as many as anybody needs if it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else endless
