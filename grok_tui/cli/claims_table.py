"""What `grok-tui reproduce` found, as a table."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grok_tui.cli.lines import writing
from grok_tui.monitor.reproduction.words import brief, curves, outcome, tally
from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.reproduction.judging import Result

WIDE = 132
"""Columns where there is no terminal."""
COLOURS = {"reproduced": "green", "contradicted": "red", "undecided": "yellow"}


def print_results(results: Sequence[Result], file: TextIO | None = None) -> None:
    """Draw the rows on stdout, and how many came out how. Raises UsageError if that fails."""
    console = Console(file=file or sys.stdout, highlight=False, emoji=False, markup=False)
    if not console.is_terminal:
        console = Console(
            file=file or sys.stdout, highlight=False, emoji=False, markup=False, width=WIDE
        )
    with writing():
        console.print(_table(results))
        for command, names in curves(results).items():
            console.print(safe(f"{command}  {', '.join(names)}", 400), soft_wrap=True)
        console.print()
        console.print(tally([result.finding for result in results]))
        console.file.flush()


def _table(results: Sequence[Result]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    table.add_column("figure", no_wrap=True)
    table.add_column("claim", ratio=3)
    table.add_column("the papers", ratio=3)
    table.add_column("ours: median (range)", ratio=4)
    table.add_column("outcome", max_width=12)
    for result in results:
        row, finding = result.row, result.finding
        ours = "\n".join(brief(finding)) or finding.problem
        style = COLOURS.get(finding.status, "")
        cells = (row.name, row.claim, row.paper, ours)
        texts = [Text("\n".join(safe(line, 400) for line in cell.split("\n"))) for cell in cells]
        table.add_row(*texts, Text(outcome(finding), style=style))
    return table
