"""What a name on the command line means: a run, or a sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.errors import RunError

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.monitor.sweeps.folder import SweepDir


def sweep_meant(runs: Path, text: str) -> SweepDir | None:
    """The sweep that a verb is about: by its id, or by a part of it that no run has.

    `last` is the newest run; where there is none, the newest sweep.
    """
    from grok_tui.monitor.catalog import find
    from grok_tui.monitor.sweeps.folder import find_sweep, sweeps_in

    known = next((one for one in sweeps_in(runs) if one.id == text), None)
    if known is not None:
        return known
    try:
        find(runs, text)
    except RunError as error:
        try:
            return find_sweep(runs, text)
        except RunError:
            raise error from None
    return None
