"""Where runs are kept: the folder, what it lies on, its room, and runs that were broken off."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from grok_tui.cli.health.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ELSEWHERE = "choose another folder with --runs-dir or GROK_TUI_RUNS"
LITTLE = 1 << 30
"""Bytes of free space below which a long run may not find room."""
FEW_FILES = 1000
NEWEST = 5
"""Runs whose size tells what the next will need."""
LOOKED_AT = 200
"""Newest runs among which broken ones are looked for."""
NAMED = 3
SKEW = 30.0
"""Seconds between two clocks from which on runs are taken for younger or older than they are."""


def storage(runs: Path) -> Iterator[Finding]:
    """All about the folder of the runs, or about what it would be made in."""
    base = next((one for one in (runs, *runs.parents) if os.access(one, os.F_OK)), runs)
    if not base.is_dir():
        yield Finding("runs", f"{base} is a file", ELSEWHERE, bad=True)
        return
    yield from _tried(runs, base)
    yield _filesystem(base)
    yield _room(base, runs)
    yield _broken_off(runs)


def _tried(runs: Path, base: Path) -> Iterator[Finding]:
    """What came of a file that was written in it, or where it would be made, and removed again."""
    from grok_tui.monitor.filesystems import tried

    trial = tried(base)
    if trial.problem:
        yield Finding("runs", f"{base} cannot be written: {trial.problem}", ELSEWHERE, bad=True)
        return
    yield Finding("runs", f"{runs}, {'writable' if base == runs else 'which the first run makes'}")
    if not trial.locks:
        advice = f"train no run from two places at once, or {ELSEWHERE}"
        yield Finding("locks", "do not hold there: two trainers may take one run", advice)
    if abs(trial.ahead) > SKEW:
        found = f"{trial.ahead:+.0f} s between the files there and this machine"
        yield Finding("clocks", found, "set the clocks of both machines by the network")


def _filesystem(base: Path) -> Finding:
    from grok_tui.monitor.filesystems import FLEETING, REMOTE, kind

    name = kind(base)
    if name in REMOTE:
        advice = f"a failing network holds training up: better on a disk of its own, {ELSEWHERE}"
        return Finding("filesystem", f"{name}, over the network", advice)
    if name in FLEETING:
        return Finding("filesystem", f"{name}, which a reboot empties", ELSEWHERE)
    return Finding("filesystem", name or "is not told here")


def _room(base: Path, runs: Path) -> Finding:
    """Free space against what the largest of the newest runs takes."""
    from grok_tui.monitor.machine import gigabytes

    try:
        status = os.statvfs(base)
    except OSError as error:
        return Finding("disk", f"cannot be told: {(error.strerror or '').lower()}", ELSEWHERE)
    free = status.f_bavail * status.f_frsize
    need = max((_size(run) for run in _newest(runs, NEWEST)), default=0)
    found = f"{gigabytes(free)} GB are free"
    if need:
        found += f"; the largest of the last runs takes {-(-need >> 20)} MB"
    if status.f_files and status.f_favail < FEW_FILES:
        found = f"room for {status.f_favail} files more"
    elif free >= max(LITTLE, need):
        return Finding("disk", found)
    return Finding("disk", found, f"remove runs that you do not need from {runs}, or {ELSEWHERE}")


def _broken_off(runs: Path) -> Finding:
    """Runs whose trainer died; all that they had measured is there."""
    from grok_tui.monitor.catalog import summary
    from grok_tui.monitor.watch import ALIVE
    from grok_tui.protocol.paths import hint
    from grok_tui.protocol.rundir import RunDir

    found = [summary(RunDir(path)) for path in _newest(runs, LOOKED_AT)]
    alive = sum(one.state in ALIVE for one in found)
    broken = [one for one in found if one.state == "interrupted"]
    if not broken:
        return Finding("trainers", f"{alive} at work, none died")
    names = ", ".join(one.run.id for one in broken[:NAMED])
    more = " and more" if len(broken) > NAMED else ""
    advice = "remove the folders of those that you do not need"
    if whole := [one.run.id for one in broken if not one.problem]:
        advice = f"{hint(f'resume {whole[0]}', runs)} takes a run on; or {advice}"
    return Finding("trainers", f"{alive} at work; {len(broken)} died: {names}{more}", advice)


def _newest(runs: Path, limit: int) -> list[Path]:
    from grok_tui.protocol.rundir import run_folders

    return [run.path for run in islice(run_folders(runs), limit)]


def _size(folder: Path) -> int:
    """Bytes of all files below; what goes away meanwhile counts nothing."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(f"{path}/{name}").st_size
    return total
