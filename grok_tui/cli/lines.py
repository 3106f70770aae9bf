"""The one place that prints: lines on stdout, sentences beside them; none steers a terminal."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from grok_tui.errors import UsageError
from grok_tui.monitor.text import MAX_LENGTH, safe

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
        say(f"grok-tui: {sentence}")


def say(sentence: str, file: TextIO | None = None) -> None:
    """A sentence on a line of its own, at once; on stderr if no other stream is given."""
    print(safe(sentence, MAX_LENGTH), file=file or sys.stderr, flush=True)


def print_lines(lines: Iterable[str]) -> None:
    """Each on a line of its own, at once. Raises UsageError if that cannot be written."""
    print_made(safe(line, MAX_LENGTH) for line in lines)


def print_data(lines: Iterable[str]) -> None:
    """The same for programs: as it is, unless stdout is a terminal."""
    (print_lines if sys.stdout.isatty() else print_made)(lines)


def print_made(lines: Iterable[str]) -> None:
    """The same for lines of which each part was made harmless, and that have colours of ours."""
    with writing():
        for line in lines:
            print(line)
        sys.stdout.flush()


def print_cut(lines: Iterable[str]) -> None:
    """The same, each line no wider than the terminal, if there is one."""
    width = room()
    print_lines(safe(line, width) for line in lines)


def room(endless: int = MAX_WIDTH) -> int:
    """Columns of the terminal that stdout is; as many as anybody needs if it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else endless
