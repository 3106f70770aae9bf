"""What a forked trainer has in memory already: all that it would else load or build itself."""

from __future__ import annotations

import msgspec

import grok_tui.engine.__main__
import grok_tui.engine.opening
import grok_tui.engine.recorder
import grok_tui.engine.trainer
from grok_tui.engine import devices
from grok_tui.protocol import checks
from tests.engine import tiny
from tests.faults import inside

__all__ = ["grok_tui", "inside"]

devices.prepare(1)  # threads of this process would be none in those that are forked from it
CONFIG = tiny.tiny(steps=2)
checks.as_config(msgspec.to_builtins(CONFIG), "tiny")
tiny.run(CONFIG)
