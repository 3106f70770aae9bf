"""Processes and cores of this host as /proc tells them; where there is no /proc, nothing does."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from grok_tui.monitor.text import safe
from grok_tui.protocol.rundir import read_small

MAX_STAT = 1 << 20
MAX_CHILDREN = 512
"""Descendants of a trainer that are looked for."""
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_WORKING = (1, 2, 3, 6, 7, 8)
"""Columns of /proc/stat in which a core works: user, nice, system, irq, softirq, steal."""


@dataclass(frozen=True)
class Process:
    """What one process has used since it began."""

    pid: int
    parent: int
    start: str
    """In clock ticks since boot: a later process of the same number has another."""
    seconds: float
    """Of a core."""
    bytes: int
    """Of memory, those included that it shares with others."""


def process(pid: int, root: Path = Path("/")) -> Process | None:
    """A process now, or None if it is gone."""
    try:
        line = read_small(root / f"proc/{pid}/stat").decode(errors="replace")
        words = line.rpartition(")")[2].split()
        parent, used, pages = int(words[1]), int(words[11]) + int(words[12]), int(words[21])
    except (OSError, ValueError, IndexError):
        return None
    return Process(pid, parent, words[19], used / _TICKS, pages * _PAGE)


def descendants(pid: int, root: Path = Path("/")) -> list[int]:
    """The processes that came from this one and live, by number."""
    by_parent: dict[int, list[int]] = {}
    with contextlib.suppress(OSError):
        for entry in os.scandir(root / "proc"):
            if entry.name.isdecimal() and (found := process(int(entry.name), root)):
                by_parent.setdefault(found.parent, []).append(found.pid)
    family = [pid]
    for member in family:
        family += by_parent.get(member, [])[: MAX_CHILDREN - len(family)]
    return sorted(family[1:])


def name(pid: int, root: Path = Path("/")) -> str:
    """What a process calls itself; empty if it does not say."""
    with contextlib.suppress(OSError, ValueError):
        return safe(read_small(root / f"proc/{pid}/comm").decode(errors="replace").strip(), 30)
    return ""


def busy_seconds(root: Path = Path("/")) -> tuple[float, int] | None:
    """Seconds that the cores have worked since boot, and how many cores there are."""
    try:
        text = read_small(root / "proc/stat", MAX_STAT).decode("ascii", "replace")
        rows = [line.split() for line in text.splitlines() if line.startswith("cpu")]
        ticks = sum(int(row[column]) for row in rows[1:] for column in _WORKING)
    except (OSError, ValueError, IndexError):
        return None
    return (ticks / _TICKS, len(rows) - 1) if len(rows) > 1 else None


def memory(root: Path = Path("/")) -> tuple[int, int] | None:
    """Bytes of memory that are taken, and all there are."""
    try:
        text = read_small(root / "proc/meminfo").decode("ascii", "replace")
        rows = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
        total, free = (int(rows[key].split()[0]) * 1024 for key in ("MemTotal", "MemAvailable"))
    except (OSError, ValueError, LookupError):
        return None
    return total - free, total
