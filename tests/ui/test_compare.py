"""The compare screen: groups below their curves, keys that sort, choose, hide, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import grok_tui.ui.app
from grok_tui.ui.app import GrokTuiApp
from grok_tui.ui.messages import OpenCompare
from grok_tui.ui.screens.compare import Compare
from grok_tui.ui.widgets.diff import DiffView
from grok_tui.ui.widgets.grouptable import GroupTable
from tests import fakes
from tests.monitor.compared import decayed
from tests.ui.looking import notices, on_screen, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest
    from textual.pilot import Pilot

    from grok_tui.protocol.rundir import RunDir

IDS = ("20261121-101501-quickstart-abca", "20261121-101502-quickstart-abcb")


class CompareApp(GrokTuiApp):
    CSS_PATH = str(Path(grok_tui.ui.app.__file__).with_name("app.tcss"))
    given: Sequence[RunDir] = ()

    def get_default_screen(self) -> Compare:
        return Compare(self.given, self._runs)


def two(runs: Path, last: int = 5000) -> list[RunDir]:
    return [
        fakes.recorded_run(runs, made_of=decayed(decay), run_id=name)
        for decay, name in zip((1.0, 0.1), IDS, strict=True)
    ]


async def drawn(pilot: Pilot[None]) -> GroupTable:
    """The table, as soon as the curves above it are there."""
    table = pilot.app.screen.query_one(GroupTable)
    for _ in range(600):
        await pilot.pause(0.01)
        if table.rows and (pilot.app.size.height < 10 or "╴╴ train" in on_screen(pilot)):
            break
    await settled(pilot)
    return table


def names(table: GroupTable) -> list[str]:
    return [row.name for row in table.rows]


async def test_runs_are_overlaid_and_their_groups_listed(runs: Path) -> None:
    app = CompareApp(runs)
    app.given = two(runs)
    async with app.run_test(size=(160, 48)) as pilot:
        table = await drawn(pilot)
        text = on_screen(pilot)
        assert "2 runs, 6 groups" in text
        assert "▸A    dense wd=0.1" in text
        assert "faster than the dense arm of the same run" in text
        chart = app.screen.query_one("#chart-0").grid  # type: ignore[attr-defined]
        assert {"A", "B", "C", "D"} <= {character for row in chart for character, _ in row}

        await pilot.press("D")
        await settled(pilot)
        assert "train.weight_decay" in on_screen(pilot)
        assert app.screen.query_one("ChartsPane").display
        await pilot.press("escape")
        assert not app.screen.query_one(DiffView).display

        await pilot.press("slash", *"arm=dense", "enter")
        await settled(pilot)
        assert names(table) == ["dense wd=0.1", "dense wd=1.0"]
        assert "2 by “arm=dense”" in on_screen(pilot)
        hidden = table._selection.hidden
        assert len(hidden) == 4
        await pilot.press("slash", *"x=", "enter")
        assert "“x=” lacks what x is compared with" in notices(pilot)[-1]
        await pilot.press("escape")  # closes the field, and keeps what was chosen
        assert len(names(table)) == 2


async def test_the_keys_of_the_table(runs: Path) -> None:
    app = CompareApp(runs)
    app.given = two(runs)
    async with app.run_test(size=(100, 40)) as pilot:
        table = await drawn(pilot)
        selection = table._selection
        await pilot.press("j", "down", "k")
        await pilot.press("space")
        assert selection.hidden == {"dense wd=1.0"}
        assert "B -  dense wd=1.0" in on_screen(pilot)
        await pilot.press("space", "i")
        assert len(selection.hidden) == 5
        assert selection.shows("dense wd=1.0")
        await pilot.press("i", "p")
        assert (selection.hidden, selection.pinned) == (frozenset(), "dense wd=1.0")
        assert "B ^  dense wd=1.0" in on_screen(pilot)
        await pilot.press("p", "b")
        assert {row.base.label for row in table.rows if row.base} == {"dense wd=1.0"}
        assert "faster than dense wd=1.0" in on_screen(pilot)
        await pilot.press("full_stop", "o")
        assert names(table) == sorted(names(table), reverse=True)
        await pilot.press("o", "comma", "comma")
        kept = [row.group.kept for row in table.rows]
        assert kept == sorted(kept, key=lambda share: share or 0.0)
        await pilot.click(GroupTable, offset=(8, 4))
        assert table._at == names(table)[3]
        await pilot.press("e")
        await settled(pilot)
        files = sorted(path.name[16:] for path in (runs / "exports").iterdir())
        assert files == ["accuracy.csv", "accuracy.svg", "groups.csv", "groups.svg"]
        table_file = next((runs / "exports").glob("*groups.csv")).read_text()
        assert table_file.startswith("group,seeds,reached,t_mem,t_gen")
        assert "dense wd=0.1,1,1," in table_file
        assert any("groups.svg" in notice for notice in notices(pilot))


async def test_no_more_groups_are_drawn_than_can_be_told_apart(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grok_tui.ui.widgets.grouptable.MOST", 2)
    app = CompareApp(runs)
    app.given = two(runs)
    async with app.run_test(size=(120, 40)) as pilot:
        table = await drawn(pilot)
        assert len(table.rows) == 6
        assert len(table._selection.hidden) == 4
        assert "are drawn, Space draws others" in on_screen(pilot)
        await pilot.press("down", "down", "space")  # one more, and one of the first fewer
        assert table._selection.shows(names(table)[2])
        assert len(table._selection.hidden) == 4
        await pilot.press("slash", *"arm=random-mask", "enter")
        await settled(pilot)
        assert all(table._selection.shows(name) for name in names(table))


async def test_a_run_that_trains_goes_on_growing(runs: Path) -> None:
    config = decayed(1.0)
    run = fakes.recorded_run(runs, "running", made_of=config, last=50)
    app = CompareApp(runs)
    app.given = [run]
    async with app.run_test(size=(80, 24)) as pilot:
        table = await drawn(pilot)
        assert "1 run, 3 groups" in on_screen(pilot)
        assert table.rows[0].group.t_mem.median is not None
        assert table.rows[0].group.members[0].step == 50
        fakes.append(run, fakes.lane_events(config, "dense", 0, last=90))
        for _ in range(300):
            await pilot.pause(0.01)
            if table.rows[0].group.members[0].step == 90:
                break
        assert table.rows[0].group.members[0].step == 90


async def test_nothing_to_compare_says_how_to_choose(runs: Path) -> None:
    app = CompareApp(runs)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "Nothing to compare." in on_screen(pilot)
        assert "mark some with Space" in on_screen(pilot)


async def test_screens_open_it_by_message(runs: Path) -> None:
    app = CompareApp(runs)
    async with app.run_test(size=(20, 6)) as pilot:
        app.post_message(OpenCompare(two(runs)))
        await pilot.pause()
        await drawn(pilot)
        assert isinstance(app.screen, Compare)
        await pilot.press("D", "escape", "escape")
        assert len(app.screen_stack) == 1
