"""What a run measured, as CSV: to a file, a pipe, or cut to the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from grok_tui.cli.lines import print_cut, say, writing
from grok_tui.errors import UsageError
from grok_tui.monitor.export import csv_rows, vector_rows, write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.monitor.watch import View

FORMS = {"csv": (csv_rows, "measurements"), "vectors": (vector_rows, "numbers")}
"""What `--format` may be: the rows, and what they are called."""


def export(view: View, form: str, output: Path | None) -> None:
    """Write the rows of that form to the file, or to stdout. Raises UsageError."""
    if form not in FORMS:
        raise UsageError(f"--format {form}: expected {' or '.join(FORMS)}")
    rows, things = FORMS[form]
    if output is None:
        if sys.stdout.isatty():
            print_cut(",".join(row) for row in rows(view))
        else:
            with writing():
                write_csv(view, sys.stdout, rows)
                sys.stdout.flush()
        return
    try:
        with output.open("w", newline="") as file:
            count = write_csv(view, file, rows)
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from None
    say(f"{count} {things} in {output}")
