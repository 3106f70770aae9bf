"""The log pane: it follows, it is searched, and it says how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.ui.panes.log import LogPane
from grok_tui.ui.screens.live import LiveScreen
from tests import fakes
from tests.ui import live
from tests.ui.looking import notices, on_screen, settled

if TYPE_CHECKING:
    from pathlib import Path


async def test_the_log_is_followed_and_searched(runs: Path) -> None:
    run = fakes.recorded_run(runs, "running")
    run.trainer_log.write_text("".join(f"line {number}\n" for number in range(200)) + "x " * 60)
    app = live.LiveApp(live.running())
    app.get_default_screen = lambda: LiveScreen(run, period=0.02)  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        await pilot.press("4")
        await settled(pilot)
        assert "line 199" in on_screen(pilot)
        assert "following" in on_screen(pilot)
        await pilot.press("up", "up")
        assert "held here" in on_screen(pilot)
        with run.trainer_log.open("a") as file:
            file.write("\nthe newest line\n")
        fakes.append(run, [])
        app.screen.query_one(LogPane).draw(live.running(), None)
        await settled(pilot)
        assert "the newest line" not in on_screen(pilot)
        await pilot.press("f")
        await settled(pilot)
        assert "the newest line" in on_screen(pilot)
        await pilot.press("slash", *"line 1", "enter")
        await settled(pilot)
        assert "▸line 199" in on_screen(pilot)
        assert "“line 1” in 111 of 111 lines" in on_screen(pilot)
        await pilot.press("N")
        await settled(pilot)
        assert "▸line 198" in on_screen(pilot)
        assert "│line 197" in on_screen(pilot)
        await pilot.press("n", "n")
        await settled(pilot)
        assert "▸line 1 " in on_screen(pilot)  # round at the end
        await pilot.press("slash", *"zzz", "enter")
        await settled(pilot)
        assert notices(pilot)[-1] == "“zzz” is not in the log"
        await pilot.press("end", "escape")
        assert "lines: n N" not in on_screen(pilot)
        assert app.screen.query_one(LogPane).display
        await pilot.press("escape")
        assert not app.screen.query_one(LogPane).display
