"""Recorded runs as one small file each: how a run is packed, and the one that comes with us."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.errors import RunError
from grok_tui.protocol.rundir import RunDir

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICKSTART = Path(__file__).with_name("recorded") / "quickstart.tar.xz"
"""A run of the quickstart, with what its networks look like inside: what the tour is told on."""
LIMIT = 16 << 20
"""Bytes of one file of a recording."""
_NAME = re.compile(r"^(?:frames/[A-Za-z0-9][A-Za-z0-9._-]{0,99}/)?[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
_HEAD = ("config.toml", "about.json", "events.jsonl")


def pack(run: RunDir, target: Path) -> int:
    """Write what a view shows of a run to one compressed file; the bytes of that."""
    with tarfile.open(target, "w:xz", preset=9) as tar:
        for path in _shown(run):
            data = path.read_bytes()
            member = tarfile.TarInfo(str(path.relative_to(run.path)))
            member.size = len(data)  # no times, no owners: the same run gives the same file
            tar.addfile(member, io.BytesIO(data))
    return target.stat().st_size


def _shown(run: RunDir) -> Iterator[Path]:
    yield from (run.path / name for name in _HEAD)
    yield from sorted(path for path in run.frames.glob("*/*") if path.is_file())


def unpack(recording: Path, folder: Path) -> RunDir:
    """The run of a recording, in this folder, which is made. Raises RunError if it is damaged."""
    try:
        with tarfile.open(recording, "r:xz") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isreg() else None
                if file is None or not _NAME.match(member.name) or member.size > LIMIT:
                    raise RunError(f"{recording.name} holds what no recording does")
                path = folder / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.read())
    except (OSError, EOFError, tarfile.TarError) as error:
        raise RunError(f"cannot unpack {recording.name}: {error}") from None
    return RunDir(folder)
