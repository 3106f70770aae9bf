"""Texts that are not ours, on every screen and pane: none steers the terminal that is painted."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from rich.cells import cell_len
from textual import events
from textual.widgets import Input

from grok_tui.monitor.estimate import Estimate
from grok_tui.protocol import gallery
from grok_tui.protocol.events import Warned
from grok_tui.ui.screens.live import LiveScreen
from grok_tui.ui.services import Services
from grok_tui.ui.terminal import Terminal
from tests import fakes
from tests.faults import hostile
from tests.faults.counting import trials
from tests.ui.live import Still
from tests.ui.looking import notices, painted, settled
from tests.ui.trainers import Trainers
from tests.ui.walking import Judged, WalkedApp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from textual.pilot import Pilot

    from grok_tui.protocol.rundir import RunDir
    from grok_tui.ui.claims import Claims

SIZE = (110, 34)
TRAINING = ("v", "4", "5", "6", "2", "t", "escape", "H", "escape", "K", "y", "P")
FAILED = ("v", "2", "right", "apostrophe", "question_mark", "escape", "ctrl+p", "escape", "m")
LISTED = ("1", "space", "end", "space", "D", "escape", "R", "3", "D", "escape", "escape", "7", "1")
LAUNCHER = ("down", "w", "escape", "v", "escape", "down", "enter", "S", "end", "slash")


class Walker:
    """Presses keys, and looks at all that is painted after each."""

    def __init__(self, pilot: Pilot[None], seeds: range) -> None:
        self._pilot = pilot
        self._seeds = seeds
        self._keys: list[str] = []

    async def press(self, *keys: str) -> None:
        """Press each, and look."""
        for key in keys:
            self._keys.append(key)
            await self._pilot.press(key)
            await self.look()

    async def look(self) -> None:
        """Nothing on the screen steers, no row is wider than it."""
        await settled(self._pilot)
        width, height = self._pilot.app.size
        strips = painted(self._pilot)
        where = f"seeds {self._seeds}, after {' '.join(self._keys)}"
        assert len(strips) == height, where
        for strip in strips:
            found = hostile.STEERS.search(strip.text)
            assert not found, f"{where}: {found} in {strip.text!r}"
            wide = sum(map(cell_len, strip.text))
            assert wide == strip.cell_length == width, f"{where}: {wide} columns: {strip.text!r}"
        for said in notices(self._pilot):
            assert not hostile.STEERS.search(said.replace("\n", "")), f"{where}: {said!r}"

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until it is so."""
        for _ in range(1000):
            if true():
                return
            await self._pilot.pause(0.01)
        raise AssertionError(f"seeds {self._seeds}: in vain, after {' '.join(self._keys)}")

    def has_failed(self) -> bool:
        """Whether the live screen shows that its run has failed."""
        screen = self._pilot.app.screen
        assert isinstance(screen, LiveScreen)
        return screen.view is not None and screen.view.state == "failed"

    async def paste(self, text: str) -> None:
        """Paste into what has the keyboard."""
        assert isinstance(self._pilot.app.focused, Input), f"{self._seeds}: {' '.join(self._keys)}"
        self._keys.append("paste")
        self._pilot.app.post_message(events.Paste(text))
        await self.look()


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Many colours, nothing of the user's, and short waits for an idle app."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 1 / 150)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("GROK_TUI_ON_EVENT", "")
    monkeypatch.chdir(tmp_path)


@asynccontextmanager
async def walking(
    run: RunDir | None, runs: Sequence[RunDir], seeds: range, said: str
) -> AsyncIterator[Walker]:
    """The application on a run, or on the launcher; whatever it asks for is refused with `said`."""
    trainers = Trainers(refusal=said)
    services = Services(
        start=trainers.start,
        resume=trainers.resume,
        send=trainers.send,
        estimate=lambda *_: Estimate(1, 1, 1, 1.0, said),
        devices=lambda: (said, said),
        threat=lambda: said,
        machine=Still,
        claims=lambda *_: cast("Claims", Judged(runs)),
        figure=lambda *_: None,
    )
    app = WalkedApp(Path("runs"), run, services, terminal=Terminal(refresh=0.02))
    async with app.run_test(size=SIZE) as pilot:
        walker = Walker(pilot, seeds)
        await walker.look()
        yield walker


@trials(200, at_once=20)
async def test_no_text_of_a_stranger_steers_the_screen(
    seeds: range, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hostile texts in runs, presets, pastes and refusals are painted harmless on every screen."""
    texts = [hostile.text(seed) for seed in seeds]
    said = " ".join(texts)
    shelf = tmp_path / "config" / "grok-tui" / "presets"
    hostile.shelf(shelf, said)
    monkeypatch.setattr(gallery, "folders", lambda: [shelf])
    listed = hostile.runs(Path("runs"), *texts)
    run = hostile.training(Path("runs"), *texts)
    async with walking(run, listed, seeds, said) as walker:
        await walker.press(*TRAINING)
        fakes.append(run, [*(Warned(sentence=text) for text in texts), hostile.failure(said)])
        fakes.let_go(run)
        await walker.until(walker.has_failed)
        await walker.press(*FAILED)
        await walker.paste(said)
        await walker.press("escape", *LISTED, "slash")
        await walker.paste(said)
        await walker.press("escape", "c", *LAUNCHER)
        await walker.paste(said)
