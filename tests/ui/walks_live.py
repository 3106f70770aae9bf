"""What the keys of the live screen and its panes do, row by row of the key table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.containers import VerticalScroll

from grok_tui.ui.panes.charts import ChartsPane
from grok_tui.ui.panes.deck import Deck
from grok_tui.ui.panes.log import LogPane
from grok_tui.ui.panes.network import NetworkPane
from grok_tui.ui.widgets.arms import Arms
from grok_tui.ui.widgets.board import Board
from tests.ui.walking import Check, Walk, becomes, changes, opens, says, writes

if TYPE_CHECKING:
    from grok_tui.monitor.settings import Settings
    from grok_tui.ui.outlook import Outlook
    from grok_tui.ui.widgets.panels import Panels


def deck(walk: Walk) -> Deck:
    return walk.app.screen.query_one(Deck)


def panels(walk: Walk) -> Panels:
    return walk.app.screen.query_one(ChartsPane).panels


def outlook(walk: Walk) -> Outlook:
    return panels(walk).outlook


def settings(walk: Walk) -> Settings:
    return panels(walk).chosen.settings


def chart(walk: Walk) -> str:
    return panels(walk).chosen.plot.name


def choice(walk: Walk) -> str:
    return panels(walk).chosen.choice.label


def pane(walk: Walk) -> str:
    return deck(walk).shown.SECTION


def network(walk: Walk) -> NetworkPane:
    return walk.app.screen.query_one(NetworkPane)


def log(walk: Walk) -> LogPane:
    return walk.app.screen.query_one(LogPane)


def scrolled(walk: Walk) -> float:
    """How far the window of the shown pane is scrolled."""
    return deck(walk).shown.query_one(VerticalScroll).scroll_offset.y


def sent(walk: Walk) -> object:
    """The last command that was sent to a trainer."""
    return walk.trainers.sent[-1][1] if walk.trainers.sent else ""


async def to_a_probe(walk: Walk) -> None:
    """Choose a chart that can show several things."""
    panels(walk).choose("progress")


async def part(walk: Walk) -> None:
    await to_a_probe(walk)
    await changes(choice)(walk)


async def goto(walk: Walk) -> None:
    await walk.press("G", *"100", "enter")
    assert outlook(walk).cursor == pytest.approx(100, abs=2)  # on what was measured before it


async def limits(walk: Walk) -> None:
    await walk.press("L", *"10 100", "enter")
    assert outlook(walk).window == (10, 100)
    await walk.press("0")


async def stop(walk: Walk) -> None:
    await walk.press("K", "n")
    assert sent(walk) != "stop"
    await walk.press("K", "y")
    assert sent(walk) == "stop"


async def resume(walk: Walk) -> None:
    await walk.press("R")  # it trains: there is nothing to resume
    assert "othing to resume" in walk.said
    assert not walk.trainers.resumed


async def back(walk: Walk) -> None:
    await walk.press("4", "escape")
    assert pane(walk) == "charts"


async def note(walk: Walk) -> None:
    await walk.press("m")
    assert walk.top == "ask"
    await walk.press("escape")


async def copy(walk: Walk) -> None:
    await walk.press("Y")
    assert walk.app.clipboard == walk.runs[0].id


LIVE: dict[str, Check] = {
    "live.clone": opens("launcher"),
    "live.edit": opens("launcher"),
    "live.copy": copy,
    "live.charts": becomes(pane, "charts", "4"),
    "live.verdict": becomes(pane, "verdict"),
    "live.log": becomes(pane, "log"),
    "live.machine": becomes(pane, "machine"),
    "live.network": becomes(pane, "network"),
    "live.compare": opens("compare"),
    "live.back": back,
    "live.stop": stop,
    "live.pause": becomes(sent, "pause"),
    "live.resume": resume,
    "live.ticket": opens("ticket"),
    "live.seeds": opens("ask"),
    "live.halt": opens("pick"),
    "live.note": note,
}
CHARTS: dict[str, Check] = {
    "charts.next": changes(chart),
    "charts.before": changes(chart),
    "charts.right": changes(lambda walk: outlook(walk).cursor),
    "charts.left": changes(lambda walk: outlook(walk).cursor, "right"),
    "charts.far": changes(lambda walk: outlook(walk).cursor, "shift+left", "shift+left"),
    "charts.far_left": changes(lambda walk: outlook(walk).cursor, "right"),
    "charts.jump": changes(lambda walk: outlook(walk).cursor),
    "charts.goto": goto,
    "charts.full": changes(lambda walk: walk.app.screen.query_one(Board).full),
    "charts.x": changes(lambda walk: settings(walk).log_x),
    "charts.y": changes(lambda walk: settings(walk).log_y),
    "charts.over": changes(lambda walk: outlook(walk).x),
    "charts.smooth": changes(lambda walk: settings(walk).smoothing),
    "charts.rough": changes(lambda walk: settings(walk).smoothing, "s"),
    "charts.closer": changes(lambda walk: outlook(walk).window),
    "charts.further": changes(lambda walk: outlook(walk).window, "plus"),
    "charts.pan_right": changes(lambda walk: outlook(walk).window, "plus", "left_square_bracket"),
    "charts.pan_left": changes(lambda walk: outlook(walk).window, "plus", "right_square_bracket"),
    "charts.reset": becomes(lambda walk: outlook(walk).window, None, "plus"),
    "charts.follow": changes(lambda walk: outlook(walk).follows),
    "charts.limits": limits,
    "charts.band": changes(lambda walk: outlook(walk).band),
    "charts.dense": changes(lambda walk: outlook(walk).dense),
    "charts.grid": changes(lambda walk: outlook(walk).density),
    "charts.page": changes(lambda walk: panels(walk).number),
    "charts.page_before": changes(lambda walk: panels(walk).number),
    "charts.part": part,
    "charts.part_before": part,
    "charts.export": writes(".csv"),
}
ARMS: dict[str, Check] = {
    "arms.down": changes(lambda walk: walk.app.screen.query_one(Arms).here),
    "arms.up": changes(lambda walk: walk.app.screen.query_one(Arms).here),
    "arms.show": changes(lambda walk: deck(walk).selection.hidden),
    "arms.isolate": changes(lambda walk: deck(walk).selection.hidden),
    "arms.pin": changes(lambda walk: deck(walk).selection.pinned),
}
SCROLLS: dict[str, Check] = {
    f"{section}.{key}": changes(scrolled, *first) if section == "log" else changes(scrolled)
    for section in ("verdict", "log", "machine")
    for key, first in (
        ("down", ("home",)),
        ("up", ("end",)),
        ("page", ("home",)),
        ("page_before", ("end",)),
    )
}


async def found(walk: Walk) -> None:
    """A line that has the words, and then another one."""
    await walk.press("slash", *"line 15", "enter")
    was = log(walk)._here
    await walk.press(*walk.key.names)
    assert log(walk)._here != was


LOG: dict[str, Check] = {
    "log.home": becomes(scrolled, 0, "end"),
    "log.end": changes(scrolled, "home"),
    "log.search": says("lines: n N", *"line 7", "enter"),
    "log.next": found,
    "log.before": found,
    "log.follow": changes(lambda walk: "following" in walk.text),
}
NETWORK: dict[str, Check] = {
    "network.on": changes(lambda walk: network(walk).at, "home"),
    "network.back": changes(lambda walk: network(walk).at, "end"),
    "network.far": changes(lambda walk: network(walk).at, "home"),
    "network.far_back": changes(lambda walk: network(walk).at, "end"),
    "network.home": becomes(lambda walk: network(walk).at, 0, "end"),
    "network.end": changes(lambda walk: network(walk).at, "home"),
    "network.follow": changes(lambda walk: network(walk).place.step),
    "network.next": changes(lambda walk: network(walk).place.leaf.chosen),
    "network.before": changes(lambda walk: network(walk).place.leaf.chosen),
    "network.part": changes(lambda walk: network(walk).place.leaf.parts, "down"),
    "network.part_before": changes(lambda walk: network(walk).place.leaf.parts),
    "network.arm": changes(lambda walk: network(walk).place.arm),
    "network.arm_before": changes(lambda walk: network(walk).place.arm),
    "network.full": changes(lambda walk: network(walk).place.leaf.full),
    "network.export": writes(".svg"),
}
CHECKS = LIVE | CHARTS | ARMS | SCROLLS | LOG | NETWORK
