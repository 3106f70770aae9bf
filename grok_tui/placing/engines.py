"""Where packs can run, by the names that a command line has for it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from grok_tui.monitor.sweeps.limits import Limits
from grok_tui.placing.local import slots

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.placing.place import Asked, Place

    Make = Callable[[SweepDir, Asked], Place]

ENGINES = {"local": "local", "ray": "on_ray", "slurm": "on_slurm"}
"""The modules that take packs there."""


def place(engine: str, sweep: SweepDir, asked: Asked) -> Place:
    """The place of that name. Raises UsageError, RunError."""
    make = cast("Make", import_module(f"grok_tui.placing.{ENGINES[engine]}").place)
    return make(sweep, asked)


def limits(engine: str, asked: Asked, folders: Sequence[Path]) -> Limits:
    """What its devices take, as far as that is known here. Raises UsageError."""
    return Limits(slots(asked.devices) if engine == "local" else (), folders)
