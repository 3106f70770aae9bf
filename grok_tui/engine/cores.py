"""Cores that a trainer may use, and how many of them other programs leave free."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from grok_tui.protocol.rundir import read_small

LEAST = 0.2
"""Seconds of watching below which the kernel's ticks of 10 ms say too little."""
MAX_STAT = 1 << 20
_BUSY = (1, 2, 3, 6, 7, 8)
"""Columns of /proc/stat in which a core works: user, nice, system, irq, softirq, steal."""


@dataclass(frozen=True)
class Free:
    """What this process can have of the machine."""

    cores: int
    """Cores that it may use: by its affinity and by the quota of its control group."""
    room: float
    """What others leave of them now, in cores."""

    @property
    def free(self) -> int:
        """Cores to use now, at least one."""
        return max(1, min(self.cores, int(self.room + 0.5)))

    @property
    def busy(self) -> bool:
        """Whether others take so much that a core less is free."""
        return self.free < self.cores

    @property
    def others(self) -> float:
        """Cores that others keep busy."""
        return max(0.0, min(float(self.cores), self.cores - self.room))


@dataclass(frozen=True)
class _Look:
    """Processor seconds used so far, by all and by the group; None where nothing tells."""

    at: float
    own: float
    all: float | None
    group: float | None


class Watch:
    """Watches the cores from when it is made; the seconds in which torch loads are the sample."""

    def __init__(self, root: Path = Path("/"), allowed: frozenset[int] | None = None) -> None:
        """`root` is where /proc and /sys are, `allowed` the cores of this process."""
        self._root = root
        self._allowed = allowed or _affinity()
        self._group = _Group.of_this_process(root)
        self._first = self._look()

    def free(self) -> Free:
        """What is free, by what others used since the watch was made."""
        first, now = self._first, self._look()
        count = len(self._allowed)
        seconds, own = now.at - first.at, now.own - first.own
        room = count - _used(first.all, now.all, own, seconds)
        quota = self._group.quota if self._group else float("inf")
        if quota < count and self._group:
            room = min(room, quota - _used(first.group, now.group, own, seconds, fallback=False))
        return Free(max(1, int(min(count, quota))), room)

    def _look(self) -> _Look:
        group = self._group.used() if self._group else None
        return _Look(time.monotonic(), time.process_time(), self._used(), group)

    def _used(self) -> float | None:
        """Seconds that the cores of this process have worked, for whomever."""
        try:
            lines = read_small(self._root / "proc/stat", MAX_STAT).decode("ascii", "replace")
            words = [line.split() for line in lines.splitlines() if line.startswith("cpu")]
            cores = {row[0]: row for row in words}
            mine = [cores[f"cpu{number}"] for number in self._allowed]
            ticks = sum(int(row[column]) for row in mine for column in _BUSY)
        except (OSError, ValueError, LookupError):
            return None
        return ticks / os.sysconf("SC_CLK_TCK")


def _used(
    before: float | None, now: float | None, own: float, seconds: float, fallback: bool = True
) -> float:
    """Cores that others used in these seconds; where nothing tells, by the load of a minute."""
    if before is not None and now is not None and seconds >= LEAST:
        return max(0.0, (now - before - own) / seconds)
    if not fallback:
        return 0.0
    with contextlib.suppress(OSError):
        return os.getloadavg()[0]
    return 0.0


def _affinity() -> frozenset[int]:
    if hasattr(os, "sched_getaffinity"):
        return frozenset(os.sched_getaffinity(0))
    return frozenset(range(os.cpu_count() or 1))


@dataclass(frozen=True)
class _Group:
    """The control group, of those around this process, with the smallest quota of cores."""

    quota: float
    usage: Path
    """The file with the processor time of the whole group."""

    @staticmethod
    def of_this_process(root: Path) -> _Group | None:
        """The group, or None where none has a quota."""
        try:
            text = read_small(root / "proc/self/cgroup", MAX_STAT).decode(errors="replace")
        except (OSError, ValueError):
            return None
        found = []
        for line in text.splitlines():
            _, _, rest = line.partition(":")
            names, _, path = rest.partition(":")
            if names == "" or "cpu" in names.split(","):
                found += [_group(root, names, folder) for folder in _upwards(path)]
        return min((group for group in found if group), key=lambda one: one.quota, default=None)

    def used(self) -> float | None:
        """Processor seconds of the group so far."""
        with contextlib.suppress(OSError, ValueError, LookupError):
            words = read_small(self.usage).decode("ascii").split()
            if self.usage.name == "cpu.stat":
                return int(words[words.index("usage_usec") + 1]) / 1e6
            return int(words[0]) / 1e9
        return None


def _upwards(path: str) -> list[str]:
    """The path of a group and of those around it; of a container, the root is its own."""
    parts = [part for part in path.split("/") if part and part != ".."]
    return ["/".join(parts[:count]) for count in range(len(parts), -1, -1)]


def _group(root: Path, names: str, folder: str) -> _Group | None:
    """What a group says of its quota: version 2 where it has no names, else version 1."""
    groups = root / "sys/fs/cgroup"
    with contextlib.suppress(OSError, ValueError):
        if not names:
            limit, period = read_small(groups / folder / "cpu.max").decode("ascii").split()
            usage = groups / folder / "cpu.stat"
        else:
            limit = read_small(groups / "cpu" / folder / "cpu.cfs_quota_us").decode("ascii")
            period = read_small(groups / "cpu" / folder / "cpu.cfs_period_us").decode("ascii")
            usage = groups / "cpuacct" / folder / "cpuacct.usage"
        quota = int(limit) / int(period) if int(period) > 0 else 0.0  # "max": no number
        return _Group(quota, usage) if quota > 0 else None
    return None


@dataclass(frozen=True, eq=False)
class Hardware:
    """On what a run is to be trained."""

    watch: Watch
    device: str = "auto"
    threads: int = 0
    """Of each product; 0: what trials find."""
