"""How often a pack is tried again whose trainer vanished: as long as that brings it further."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 5
"""Times in a row that a pack is started again without having come further."""


@dataclass
class _Tries:
    """Those of one pack."""

    steps: int = -1
    """The most that it had trained when a trainer was lost."""
    count: int = 0
    """Trainers that were lost since then, and brought it no further."""


class Restarts:
    """What a driver remembers of trainers that it lost; the next driver begins anew."""

    def __init__(self) -> None:
        self._tries: dict[str, _Tries] = {}

    def lost(self, pack: str, steps: int) -> bool:
        """Take note that a pack lost its trainer after so many steps; whether to try again."""
        tries = self._tries.setdefault(pack, _Tries())
        if steps > tries.steps:
            tries.steps, tries.count = steps, 0
        tries.count += 1
        return tries.count <= MOST
