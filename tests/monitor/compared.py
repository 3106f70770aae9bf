"""Made-up runs to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from grok_tui.monitor.history import EMPTY, fold
from grok_tui.monitor.watch import View
from grok_tui.protocol.rundir import RunDir
from tests import fakes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grok_tui.protocol.config import Config


def decayed(decay: float, seeds: Sequence[int] = (0,), only: Sequence[str] = ()) -> Config:
    """A quickstart with this weight decay."""
    made = fakes.config(seeds=seeds, only=only or ("dense", "grokked-ticket", "random-mask"))
    train = msgspec.structs.replace(made.train, weight_decay=decay)
    return msgspec.structs.replace(made, train=train)


def view(folder: Path, number: int, config: Config, last: int | None = None) -> View:
    """A view of a run of it, finished, or as far as a step of each lane."""
    run = RunDir(folder / f"20261121-1015{number:02d}-quickstart-abc{'abcdefgh'[number % 8]}")
    found = fakes.run_events(config, last=last, ended=last is None)
    return View(run, config, "", None, fold(EMPTY, found), "running" if last else "finished", 1)
