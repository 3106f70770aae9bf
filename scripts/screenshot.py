"""The README's picture: the live screen of a recorded run, as Textual draws it.

python scripts/screenshot.py [RUN] [--runs-dir DIR] [--output FILE] [--size 120x40]
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.monitor.catalog import find
from grok_tui.ui.app import GrokTuiApp

if TYPE_CHECKING:
    from grok_tui.protocol.rundir import RunDir

SETTLE = 2.0
"""Seconds in which the screen reads the log and draws its charts."""


def main() -> None:
    """Read the arguments, draw, write the picture."""
    parser = argparse.ArgumentParser(description="Picture of the live screen of a recorded run.")
    parser.add_argument("run", nargs="?", default="last")
    parser.add_argument("--runs-dir", type=Path, default=Path("runs"))
    parser.add_argument("--output", type=Path, default=Path("docs/live.svg"))
    parser.add_argument("--size", default="120x40")
    given = parser.parse_args()
    width, height = (int(part) for part in given.size.split("x"))
    run = find(given.runs_dir, given.run)
    given.output.write_text(asyncio.run(picture(run, (width, height))))


async def picture(run: RunDir, size: tuple[int, int]) -> str:
    """The screen as SVG."""
    app = GrokTuiApp(run.path.parent, run)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(SETTLE)
        svg = app.export_screenshot(title=f"grok-tui attach {run.id}")
    # Lines that end in blanks would make every diff of the picture fail its check.
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


if __name__ == "__main__":
    main()
