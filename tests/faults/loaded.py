"""What a forked trainer has in memory already."""

from __future__ import annotations

import grok_tui.engine.__main__
import grok_tui.engine.opening
import grok_tui.engine.recorder
import grok_tui.engine.trainer

__all__ = ["grok_tui"]
