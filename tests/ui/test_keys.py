"""The key table: complete, without doubles, without keys that terminals keep for themselves."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from textual.binding import Binding

from grok_tui.ui import keys
from grok_tui.ui.app import GrokTuiApp
from grok_tui.ui.panes.charts import ChartsPane
from grok_tui.ui.panes.log import LogPane
from grok_tui.ui.panes.machine import MachinePane
from grok_tui.ui.panes.network import NetworkPane
from grok_tui.ui.panes.report import ReportPane
from grok_tui.ui.screens.ask import Ask
from grok_tui.ui.screens.claims import ClaimsScreen
from grok_tui.ui.screens.compare import Compare
from grok_tui.ui.screens.confirm import Confirm
from grok_tui.ui.screens.demo import Demo
from grok_tui.ui.screens.differing import DiffSheet
from grok_tui.ui.screens.figure import Figure
from grok_tui.ui.screens.help import HelpScreen
from grok_tui.ui.screens.launcher import Launcher
from grok_tui.ui.screens.live import LiveScreen
from grok_tui.ui.screens.naming import Naming
from grok_tui.ui.screens.pick import Pick
from grok_tui.ui.screens.runs import Runs
from grok_tui.ui.screens.sweep import SweepScreen
from grok_tui.ui.screens.sweeps import Sweeps
from grok_tui.ui.screens.ticket import TicketDialog
from grok_tui.ui.widgets.arms import Arms
from grok_tui.ui.widgets.celltable import CellTable
from grok_tui.ui.widgets.grouptable import GroupTable
from grok_tui.ui.widgets.heatview import HeatView

SCREENS = {
    "launcher": Launcher,
    "runs": Runs,
    "live": LiveScreen,
    "charts": ChartsPane,
    "arms": Arms,
    "verdict": ReportPane,
    "log": LogPane,
    "machine": MachinePane,
    "network": NetworkPane,
    "compare": Compare,
    "groups": GroupTable,
    "tour": Demo,
    "sweeps": Sweeps,
    "sweep": SweepScreen,
    "cells": CellTable,
    "map": HeatView,
    "claims": ClaimsScreen,
    "figure": Figure,
    "naming": Naming,
    "pick": Pick,
    "ticket": TicketDialog,
    "ask": Ask,
    "diff": DiffSheet,
    "confirm": Confirm,
    "help": HelpScreen,
    "everywhere": GrokTuiApp,
}
TAKEN = {f"ctrl+{letter}" for letter in "bashijmq"} | {"ctrl+backslash"}


def test_every_entry_belongs_to_a_screen() -> None:
    assert {key.screen for key in keys.TABLE} == set(SCREENS)


def test_ids_are_there_once() -> None:
    assert max(Counter(key.id for key in keys.TABLE).values()) == 1


@pytest.mark.parametrize("screen", SCREENS)
def test_a_key_does_one_thing_on_a_screen(screen: str) -> None:
    names = [name for key in keys.on_screen(screen) for name in key.names]
    assert max(Counter(names).values()) == 1


def test_no_key_is_one_that_a_terminal_or_tmux_keeps() -> None:
    names = {name for key in keys.TABLE for name in key.names}
    assert not names & TAKEN
    assert not [name for name in names if name.startswith(("alt+", "ctrl+shift"))]


PANES = ("charts", "verdict", "log")
"""Sections of the live screen that have the focus."""
IN_FRONT = [
    ("launcher",),
    ("runs",),
    ("cells", "sweep"),
    ("map", "sweep"),
    *((pane, "live") for pane in PANES),
]


@pytest.mark.parametrize("sections", IN_FRONT, ids=" ".join)
def test_the_key_bar_shows_at_most_six_and_they_fit_in_80_columns(
    sections: tuple[str, ...],
) -> None:
    for idle in (["live.resume"], ["live.stop", "live.pause"]):
        shown = keys.in_bar(*sections, "everywhere", idle=idle)
        assert 3 <= len(shown) <= 6
        assert shown[-1].id == "everywhere.help"
        assert not {key.id for key in shown} & set(idle)
        assert sum(len(keys.shown(key.names[0])) + len(key.label) + 3 for key in shown) <= 80


def test_the_bar_shows_no_key_that_the_tour_takes() -> None:
    shown = keys.in_bar("network", "tour", "live", "everywhere")
    assert not {"left", "right", "enter", "escape"} & {key.names[0] for key in shown}
    assert shown[0].screen == "network"


def test_what_has_the_focus_leaves_room_for_its_screen() -> None:
    for pane in PANES:
        shown = keys.in_bar(pane, "live", "everywhere")
        assert sum(key.screen == pane for key in shown) <= 3
        assert any(key.screen == "live" for key in shown)


def test_the_bar_leads_to_other_panes_and_not_to_the_one_that_is_shown() -> None:
    def shown(*sections: str) -> list[str]:
        return [key.id for key in keys.in_bar(*sections, "live", "everywhere")]

    assert "live.charts" not in [*shown("charts"), *shown("arms", "charts")]
    for pane in ("verdict", "log", "machine", "network"):
        assert "live.charts" in shown(pane)
        assert f"live.{pane}" not in shown(pane)


@pytest.mark.parametrize("key", keys.TABLE, ids=lambda key: key.id)
def test_every_action_exists_where_it_is_bound(key: keys.Key) -> None:
    if key.action:
        owner, _, name = key.action.rpartition(".")
        of = GrokTuiApp if owner == "app" else SCREENS[key.screen]
        assert hasattr(of, f"action_{name.partition('(')[0]}")


@pytest.mark.parametrize("screen", SCREENS)
def test_bindings_have_ids_and_are_on_the_screen(screen: str) -> None:
    made = [one for one in keys.bindings(screen) if isinstance(one, Binding)]
    assert all(one.id for one in made)
    on_class = [one for one in vars(SCREENS[screen])["BINDINGS"] if isinstance(one, Binding)]
    assert {one.id for one in made} <= {one.id for one in on_class}


def test_letters_that_change_a_run_are_capitals() -> None:
    for key in keys.TABLE:
        if re.search(r"stop|pause|resume|start", key.action):
            assert all(name.isupper() for name in key.names if len(name) == 1)


def test_help_lists_each_key_of_a_screen_and_those_of_everywhere() -> None:
    from grok_tui.ui.screens.help import sheet_of

    text = " ".join(sheet_of("runs", "everywhere").plain.split())  # lines are broken
    for key in [*keys.on_screen("runs"), *keys.on_screen("everywhere")]:
        assert key.shown in text
        assert key.help in text
    assert "t_gen Generalised: first step" in text
