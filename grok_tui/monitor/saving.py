"""What is shown, as files: a picture and the numbers behind it, named for what and when."""

from __future__ import annotations

import csv
import io
import math
import time
from typing import TYPE_CHECKING

from grok_tui.errors import RunError
from grok_tui.monitor.export import plain_text
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.rundir import slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from grok_tui.monitor.traces import Trace

Row = tuple[str, ...]


def save(folder: Path, name: str, texts: Mapping[str, str]) -> list[Path]:
    """Write a file for each ending (svg, csv); their paths. Raises RunError if that cannot be.

    The folder is made; no file that is there is written over.
    """
    stem = f"{time.strftime('%Y%m%d-%H%M%S')}-{slug(name)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        count = 1
        while any(_path(folder, stem, count, ending).exists() for ending in texts):
            count += 1
        paths = [_path(folder, stem, count, ending) for ending in texts]
        for path, text in zip(paths, texts.values(), strict=True):
            Disk().replace(path, text.encode("utf-8", "replace"))
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise RunError(f"cannot write to {folder}: {reason}") from None
    return paths


def _path(folder: Path, stem: str, count: int, ending: str) -> Path:
    return folder / (f"{stem}.{ending}" if count == 1 else f"{stem}-{count}.{ending}")


def table(rows: Iterable[Row]) -> str:
    """Rows as CSV."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


def traced(
    traces: Sequence[Trace], x: str, window: tuple[float, float] | None = None
) -> Iterator[Row]:
    """The numbers behind lines: a row for each member of each line and place, with a header.

    `x` is what runs along the axis; `window` the part of it that is shown. Lines without a label
    are named by their keys; a name that a spreadsheet would take for a formula is quoted.
    """
    low, high = window or (-math.inf, math.inf)
    yield "line", "member", x, "value"
    for trace in traces:
        name = plain_text(trace.label or trace.key)
        for number, member in enumerate(trace.members, start=1):
            for at, value in zip(member.xs, member.ys, strict=False):
                if low <= at <= high:
                    yield name, str(number), repr(at), repr(value)
