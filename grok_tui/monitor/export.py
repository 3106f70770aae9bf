"""The measured values of a run as CSV: one row for each lane and step, numbers exactly."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, TextIO

from grok_tui.monitor.history import METRICS
from grok_tui.monitor.tail import Tail
from grok_tui.protocol.events import Measured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.monitor.watch import View

FIXED = ("arm", "seed", "step", "seconds", *METRICS)
_FORMULA = ("=", "+", "-", "@")


def csv_rows(view: View) -> Iterator[tuple[str, ...]]:
    """The header, then the rows in the order of the log; probes after the fixed columns.

    Numbers are written so that reading them gives the same bits. Text that a spreadsheet would take
    for a formula gets a quote in front.
    """
    probes = sorted({name for event in _measured(view) for name in event.probes})
    yield (*FIXED, *map(_text, probes))
    for event in _measured(view):
        numbers = (event.seconds, *(getattr(event, metric) for metric in METRICS))
        extra = (repr(event.probes[name]) if name in event.probes else "" for name in probes)
        fixed = (_text(event.arm), str(event.seed), str(event.step), *map(repr, numbers))
        yield (*fixed, *extra)


def write_csv(view: View, file: TextIO) -> int:
    """Write all rows; the number of measurements. Open the file with `newline=""`."""
    writer = csv.writer(file, lineterminator="\n")
    count = -1
    for row in csv_rows(view):
        writer.writerow(row)
        count += 1
    return count


def _measured(view: View) -> Iterator[Measured]:
    for batch in Tail(view.run).blocks():
        for event in batch.events:
            if isinstance(event, Measured):
                yield event


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
