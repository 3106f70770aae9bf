"""Commands that lie in the control folder, as the trainer takes them up."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from grok_tui.protocol import control

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grok_tui.protocol.control import AnyOrder
    from grok_tui.protocol.disk import Disk
    from grok_tui.protocol.rundir import RunDir

LOOK_EVERY = 0.1


class Orders:
    """The control folder of a run, seen by its trainer."""

    def __init__(self, run: RunDir, disk: Disk) -> None:
        self._run = run
        self._disk = disk
        self._looked = 0.0
        self._left: set[Path] = set()
        """What could not be removed: it was answered, and is not taken up again."""

    def sweep(self) -> None:
        """Remove what was meant for a predecessor, and what dead senders have left."""
        for path in (*control.half_written(self._run), *control.waiting(self._run)):
            self.remove(path)

    def look(self) -> Iterator[tuple[Path, AnyOrder | str]]:
        """Each command that waits, or why it is refused; looks at most ten times a second."""
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY:
            return
        self._looked = now
        found = control.waiting(self._run)
        self._left.intersection_update(found)
        for path in found:
            if path not in self._left:
                yield path, control.read(path)

    def remove(self, path: Path) -> None:
        """Take a command away once it was obeyed; a folder that somebody put there stays."""
        try:
            self._disk.unlink(path)
        except OSError:
            self._left.add(path)
