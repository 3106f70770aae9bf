"""The driver of a sweep: `python -m grok_tui.placing SWEEP_DIR [--engine NAME] [--devices A,B]`.

Exit codes: 0 all is done, 2 a sweep or place that cannot be, 3 a pack failed, 130 stopped.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.errors import GrokTuiError, RunError
from grok_tui.monitor.sweeps.folder import SweepDir
from grok_tui.placing.driver import Driver, Hands, forget
from grok_tui.placing.engines import ENGINES, limits, place
from grok_tui.placing.journal import Journal
from grok_tui.placing.place import Asked
from grok_tui.placing.signals import Signals
from grok_tui.protocol.owned import Lock

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Place the packs of the sweep in a folder until all is done; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m grok_tui.placing", description=__doc__)
    parser.add_argument("sweep", help="the folder of the sweep")
    parser.add_argument("--engine", default="local", choices=ENGINES, help="where packs run")
    parser.add_argument("--devices", default="auto", help="auto, or as cpu,cuda:0,cuda:1")
    parser.add_argument("--option", action="append", default=[], help="for sbatch, or Ray")
    parsed = parser.parse_args(arguments)
    signals = Signals()
    signals.install()
    sweep = SweepDir(Path(parsed.sweep).absolute())
    try:
        asked = Asked.read(parsed.devices, parsed.option)
        return _drive(sweep, parsed.engine, asked, signals)
    except GrokTuiError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code


def _drive(sweep: SweepDir, engine: str, asked: Asked, signals: Signals) -> int:
    if sweep.linked:
        raise RunError(f"cannot place packs of {sweep.path}: {sweep.linked} is a link")
    try:
        lock = Lock(sweep, f"{sweep.id} has a driver already")
        journal = Journal(sweep.log)
    except OSError as error:
        why = (error.strerror or "unknown reason").lower()
        raise RunError(f"cannot place packs of {sweep.path}: {why}") from None
    forget(sweep)  # before the place is reached, which takes a while: a stop may come meanwhile
    known = limits(engine, asked, (sweep.packs, sweep.runs))
    hands = Hands(place(engine, sweep, asked), known, lock, journal, signals)
    return Driver(sweep, hands).drive()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
