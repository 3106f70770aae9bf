"""What a process and its children use, from /proc."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")


def _fields(pid: int) -> list[str]:
    """What /proc/PID/stat says after the name of the command. Raises OSError."""
    text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    return text[text.rindex(")") + 2 :].split()


def family(root: int) -> list[int]:
    """The process and all that it started, and these."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, ValueError):
                children.setdefault(int(_fields(int(entry.name))[1]), []).append(int(entry.name))
    found, todo = [], [root]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def lives(pid: int) -> bool:
    """Whether there is such a process; one that ended and was not asked how is none."""
    with suppress(OSError):
        return _fields(pid)[0] != "Z"
    return False


class Usage:
    """Seconds of processor time and bytes of memory of a family, sampled again and again."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._seconds: dict[int, float] = {}
        self.peak = 0
        """Most bytes of memory at one moment, shared ones counted for each process."""

    @property
    def pids(self) -> list[int]:
        """All that were ever seen."""
        return list(self._seconds)

    def sample(self) -> float:
        """Look now; seconds that were used so far by all that were seen."""
        memory = 0
        for pid in family(self._root):
            with suppress(OSError, ValueError):
                fields = _fields(pid)
                self._seconds[pid] = (int(fields[11]) + int(fields[12])) / _TICK
                memory += int(fields[21]) * _PAGE
        self.peak = max(self.peak, memory)
        return sum(self._seconds.values())
