"""What is shown, as files: a picture and the numbers behind it, named for what and when."""

from __future__ import annotations

import csv
import io
import time
from typing import TYPE_CHECKING

from grok_tui.errors import RunError
from grok_tui.monitor.export import plain_text
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.rundir import RUN_ID, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path


def save(folder: Path, name: str, texts: Mapping[str, str]) -> list[Path]:
    """Write a file for each ending (svg, csv); their paths. Raises RunError if that cannot be.

    The folder is made; no file that is there is written over.
    """
    if folder.is_symlink() and RUN_ID.fullmatch(folder.parent.name):
        raise RunError(f"cannot write to {folder}: it is a link")
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


def table(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV, every digit kept; text that a spreadsheet would take for a formula is quoted."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    for row in rows:
        writer.writerow([plain_text(cell) if isinstance(cell, str) else cell for cell in row])
    return file.getvalue()
