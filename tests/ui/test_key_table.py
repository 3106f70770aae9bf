"""Each row of the key table, pressed where it works: it does what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from grok_tui.ui import keys
from tests.ui import walks_lists, walks_live, walks_sweeps
from tests.ui.walking import Check, walked

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.ui.services import Services
    from tests.ui.trainers import Trainers

pytestmark = pytest.mark.usefixtures("gallery", "runs")


class Way(NamedTuple):
    """How a section of the table comes to have the keys."""

    first: tuple[str, ...] = ()
    """What is pressed."""
    live: bool = True
    """From the live screen, not from the launcher."""
    size: tuple[int, int] = (80, 24)


WAYS: dict[str, Way] = {
    "live": Way(),
    "charts": Way(size=(120, 40)),
    "arms": Way(("tab",)),
    "verdict": Way(("v",), size=(80, 12)),
    "log": Way(("4",), size=(80, 20)),
    "machine": Way(("5",), size=(80, 8)),
    "network": Way(("6",), size=(120, 40)),
    "ask": Way(("A",)),
    "ticket": Way(("t",)),
    "confirm": Way(("K",)),
    "help": Way(("question_mark",)),
    "everywhere": Way(),
    "launcher": Way(live=False),
    "naming": Way(("w",), live=False),
    "pick": Way(("d",), live=False),
    "tour": Way(("D",), live=False),
    "runs": Way(("1",), live=False),
    "diff": Way(("1", "space", "down", "space", "D"), live=False, size=(60, 12)),
    "compare": Way(("1", "space", "down", "space", "3"), live=False),
    "groups": Way(("1", "space", "down", "space", "3"), live=False),
    "sweeps": Way(("8",), live=False),
    "sweep": Way(("8", "enter"), live=False, size=(120, 40)),
    "cells": Way(("8", "enter"), live=False),
    "map": Way(("8", "enter", "tab"), live=False),
    "claims": Way(("7",), live=False),
    "figure": Way(("7", "end", "o"), live=False),
}
CHECKS: dict[str, Check] = {**walks_live.CHECKS, **walks_lists.CHECKS, **walks_sweeps.CHECKS}


@pytest.fixture(autouse=True)
def _drafts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is given to an editor lies where the test does."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_every_row_of_the_table_is_checked() -> None:
    assert {key.id for key in keys.TABLE} == set(CHECKS)
    assert {key.screen for key in keys.TABLE} == set(WAYS)


@pytest.mark.long
@pytest.mark.parametrize("section", WAYS)
async def test_every_key_does_what_it_says(
    section: str, services: Services, trainers: Trainers
) -> None:
    way = WAYS[section]
    async with walked(services, trainers, way.size, live=way.live) as walk:
        await walk.press(*way.first)
        for key in keys.on_screen(section):
            assert section in walk.sections, f"{section} has lost the focus before {key.id}"
            walk.key = key
            await CHECKS[key.id](walk)
