"""What a run measured, or came of a sweep: to a file, a pipe, or cut to the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from grok_tui.cli.lines import print_cut, say, writing
from grok_tui.errors import UsageError
from grok_tui.monitor import parquet
from grok_tui.monitor.export import csv_rows, vector_rows, write_csv
from grok_tui.monitor.sweeps.export import cells_table, lanes_table, write_parquet
from grok_tui.monitor.sweeps.export import write_csv as write_table

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.monitor.sweeps.results import Board
    from grok_tui.monitor.watch import View

FORMS = {"csv": (csv_rows, "measurements"), "vectors": (vector_rows, "numbers")}
"""What `--format` may be: the rows, and what they are called."""
OF_SWEEPS = ("csv", "cells", "parquet")
"""What it may be for a sweep."""


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


def export_sweep(board: Board, form: str, output: Path | None) -> None:
    """Write the lanes of a sweep, or a row for each arm of a cell. Raises UsageError.

    Cells are Parquet in a file whose name says so.
    """
    if form not in OF_SWEEPS:
        raise UsageError(f"--format {form[:40]}: expected {', '.join(OF_SWEEPS)} for a sweep")
    table = cells_table(board) if form == "cells" else lanes_table(board)
    binary = form == "parquet" or (output is not None and output.suffix == ".parquet")
    if binary:
        parquet.library()  # before a file is made
    if output is None:
        if binary and sys.stdout.isatty():
            raise UsageError("--format parquet is no text; name a file with --output")
        with writing():
            if binary:
                write_parquet(table, sys.stdout.buffer)
            else:
                write_table(table, sys.stdout)
            sys.stdout.flush()
        return
    try:
        if binary:
            with output.open("wb") as data:
                count = write_parquet(table, data)
        else:
            with output.open("w", newline="") as text:
                count = write_table(table, text)
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from None
    say(f"{count} rows in {output}")
