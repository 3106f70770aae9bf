"""The pictures of the report: the only room that knows matplotlib, loaded when a report is written.

A picture is a list of panels, each of which draws numbers of a row's runs on axes of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.reproduction.pictures.gallery import PICTURES
from grok_tui.monitor.reproduction.pictures.paper import drawn

if TYPE_CHECKING:
    from grok_tui.monitor.reproduction.judging import Result


def draw(result: Result) -> bytes:
    """The picture of a row as SVG; nothing if it has none, or not all of its runs."""
    picture = PICTURES.get(result.row.name)
    if picture is None or any(preset not in result.runs for preset in result.row.presets):
        return b""
    return drawn(picture.panels(result.runs), picture.columns)
