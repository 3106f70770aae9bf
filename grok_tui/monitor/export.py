"""What was measured as CSV: a row for each lane and step; the vectors of probes a row a number."""

from __future__ import annotations

import csv
from itertools import islice
from typing import TYPE_CHECKING, TextIO

from grok_tui.monitor.history import METRICS
from grok_tui.monitor.tail import Tail
from grok_tui.monitor.text import MAX_LENGTH, safe
from grok_tui.protocol.events import Measured, Series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from grok_tui.monitor.watch import View

    Rows = Callable[[View], Iterator[tuple[str, ...]]]

FIXED = ("arm", "seed", "step", "seconds", *METRICS)
OF_VECTORS = ("arm", "seed", "step", "name", "index", "value")
MAX_COLUMNS = 4096
"""Probes that have a column: a log may name any number, and each is a cell of every row."""
_FORMULA = ("=", "+", "-", "@")
_Later = dict[tuple[str, int, str], dict[int, float]]
"""Values that only the end of a lane told, by arm, seed, probe and step."""


def csv_rows(view: View) -> Iterator[tuple[str, ...]]:
    """The header, then the rows in the order of the log; probes after the fixed columns.

    Numbers are written so that reading them gives the same bits. Text that a spreadsheet would take
    for a formula gets a quote in front.
    """
    names, later = _survey(view)
    probes = sorted(names)
    yield (*FIXED, *map(plain_text, probes))
    for event in _events(view):
        if not isinstance(event, Measured):
            continue
        numbers = (event.seconds, *(getattr(event, metric) for metric in METRICS))
        fixed = (plain_text(event.arm), str(event.seed), str(event.step), *map(repr, numbers))
        yield (*fixed, *(_cell(event, name, later) for name in probes))


def vector_rows(view: View) -> Iterator[tuple[str, ...]]:
    """The header, then a row for each number of each vector, counted from 1."""
    yield OF_VECTORS
    for event in _events(view):
        if not isinstance(event, Measured):
            continue
        where = (plain_text(event.arm), str(event.seed), str(event.step))
        for name, values in event.probes.items():
            if isinstance(values, tuple):
                for index, value in enumerate(values, start=1):
                    yield (*where, plain_text(name), str(index), repr(value))


def write_csv(view: View, file: TextIO, rows: Rows = csv_rows) -> int:
    """Write all rows; their number without the header. Open the file with `newline=""`."""
    return write_rows(rows(view), file)


def write_rows(rows: Iterable[Sequence[str]], file: TextIO) -> int:
    """Write a header and rows; the number of the rows."""
    writer = csv.writer(file, lineterminator="\n")
    count = -1
    for row in rows:
        writer.writerow(row)
        count += 1
    return count


def _survey(view: View) -> tuple[list[str], _Later]:
    """The probes that are numbers, as many as have a column, and what series say of them."""
    names: dict[str, None] = {}
    later: _Later = {}
    for event in _events(view):
        if isinstance(event, Measured):
            found = (name for name, value in event.probes.items() if isinstance(value, float))
            _add(names, found)
        else:
            _add(names, [event.name])
            if event.name in names:
                values = later.setdefault((event.arm, event.seed, event.name), {})
                values.update(zip(event.steps, event.values, strict=False))
    return list(names), later


def _add(names: dict[str, None], found: Iterable[str]) -> None:
    new = (name for name in found if name not in names)
    names.update(dict.fromkeys(islice(new, MAX_COLUMNS - len(names))))


def _cell(event: Measured, name: str, later: _Later) -> str:
    value = event.probes.get(name)
    if not isinstance(value, float):
        value = later.get((event.arm, event.seed, name), {}).get(event.step)
    return "" if value is None else repr(value)


def _events(view: View) -> Iterator[Measured | Series]:
    for batch in Tail(view.run).blocks():
        for event in batch.events:
            if isinstance(event, Measured | Series):
                yield event


def plain_text(value: str) -> str:
    """The text of a cell, harmless to a terminal; quoted if a spreadsheet would compute it.

    Spreadsheets do not mind blanks before a formula.
    """
    value = safe(value, MAX_LENGTH)
    return f"'{value}" if value.lstrip().startswith(_FORMULA) else value
