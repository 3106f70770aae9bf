"""Walking the key table: an application with recorded runs, and what a key may be expected to do.

A check is called with a `Walk` whose screen is open and whose section has the focus; it presses the
keys of its row and asserts what came of each.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import grok_tui.ui.app
from grok_tui.monitor.reproduction import rows
from grok_tui.monitor.reproduction.runs import Found, wanted
from grok_tui.monitor.reproduction.standing import Standing
from grok_tui.monitor.sweeps.folder import SweepDir
from grok_tui.ui.app import GrokTuiApp
from grok_tui.ui.owners import owners
from tests import fakes, frames
from tests.fake_probes import PROBED
from tests.ui.live import Still
from tests.ui.looking import notices, on_screen, settled
from tests.ui.sweeps import SWEEP, Sweeping, design
from tests.ui.sweeps import made as sweep_board

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from textual.pilot import Pilot

    from grok_tui.protocol.events import AnyEvent
    from grok_tui.protocol.rundir import RunDir
    from grok_tui.ui.claims import Claims
    from grok_tui.ui.keys import Key
    from grok_tui.ui.services import Services
    from tests.ui.trainers import Trainers

WANTED = next(iter(wanted(rows.ROWS[:1], "fast", "3")))
TWO = fakes.config(seeds=(0, 1), probes=PROBED)
OTHER = fakes.config(only=("dense", "random-mask"), steps=2000, title="Another")
IDS = ("20261121-101500-quickstart-abca", "20261121-101600-quickstart-abcb")


class WalkedApp(GrokTuiApp):
    """The application, with its own style sheet."""

    CSS_PATH = str(Path(grok_tui.ui.app.__file__).with_name("app.tcss"))


class Judged:
    """Claims: one that lacks its run, and many that have two."""

    variant = "fast"

    def __init__(self, runs: Sequence[RunDir]) -> None:
        self._runs = {f"run-{at}": Found(run, "finished") for at, run in enumerate(runs)}

    def look(self, **_: object) -> tuple[Standing, ...]:
        """How they stand."""
        some = rows.ROWS[0]
        judged = Standing(some, "reproduced", self._runs)
        return (Standing(some, "missing", {}, (WANTED,), 0.0), *[judged] * 15)

    def said(self) -> str:
        """Nothing."""
        return ""


@dataclass
class Walk:
    """One application, and the row of the table that is being checked."""

    pilot: Pilot[None]
    trainers: Trainers
    sweeping: Sweeping
    runs: tuple[RunDir, ...]
    key: Key

    @property
    def app(self) -> GrokTuiApp:
        """The application."""
        assert isinstance(self.pilot.app, GrokTuiApp)
        return self.pilot.app

    @property
    def text(self) -> str:
        """What is on the screen."""
        return on_screen(self.pilot)

    @property
    def said(self) -> str:
        """What was notified last."""
        found = notices(self.pilot)
        return found[-1] if found else ""

    @property
    def top(self) -> str:
        """The name of the screen on top."""
        return self.app.screen.name or type(self.app.screen).__name__

    @property
    def sections(self) -> list[str]:
        """Whose keys work now."""
        return list(owners(self.app.screen))

    async def press(self, *names: str) -> None:
        """Press keys, and wait for what they start."""
        await self.pilot.press(*names)
        await settled(self.pilot)

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until it is so."""
        for _ in range(1000):
            if true():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"{self.key.id}: waited in vain, with\n{self.text}")


Check = Callable[[Walk], Awaitable[None]]
Get = Callable[[Walk], object]


def changes(get: Get, *first: str) -> Check:
    """After `first`, each key of the row changes what `get` gives."""

    async def check(walk: Walk) -> None:
        for name in walk.key.names:
            await walk.press(*first)
            before = get(walk)
            await walk.press(name)
            assert get(walk) != before, f"{walk.key.id}: {name} changes nothing\n{walk.text}"

    return check


def becomes(get: Get, wanted: object, *first: str) -> Check:
    """After `first`, each key of the row makes it that."""

    async def check(walk: Walk) -> None:
        for name in walk.key.names:
            await walk.press(*first)
            assert get(walk) != wanted, f"{walk.key.id}: it is so before {name}"
            await walk.press(name)
            assert get(walk) == wanted, f"{walk.key.id}: {get(walk)!r} by {name}\n{walk.text}"

    return check


def opens(screen: str, *back: str) -> Check:
    """Each key of the row brings this screen to the top; `back` closes it."""

    async def check(walk: Walk) -> None:
        was = walk.top
        for name in walk.key.names:
            await walk.press(name)
            assert walk.top == screen, f"{walk.key.id}: {walk.top} by {name}\n{walk.text}"
            await walk.press(*(back or ("escape",)))
            assert walk.top == was

    return check


def closes(*again: str) -> Check:
    """Each key of the row closes the screen on top; `again` opens it once more."""

    async def check(walk: Walk) -> None:
        was = walk.top
        for name in walk.key.names:
            assert walk.top == was
            await walk.press(name)
            assert walk.top != was, f"{walk.key.id}: {name} does not close\n{walk.text}"
            await walk.press(*again)

    return check


def says(words: str, *after: str) -> Check:
    """Each key of the row, and what is pressed `after` it, puts these words on the screen."""

    async def check(walk: Walk) -> None:
        for name in walk.key.names:
            await walk.press(name, *after)
            assert words in walk.text, f"{walk.key.id}: no {words!r} by {name}\n{walk.text}"

    return check


def writes(ending: str) -> Check:
    """Each key of the row leaves a file with this ending in an exports folder."""

    async def check(walk: Walk) -> None:
        await walk.press(*walk.key.names)
        assert list(Path("runs").rglob(f"exports/*{ending}")), walk.text

    return check


@asynccontextmanager
async def walked(
    services: Services, trainers: Trainers, size: tuple[int, int] = (120, 40), *, live: bool = True
) -> AsyncIterator[Walk]:
    """The application on two recorded runs with probes and frames, on the newest of them."""
    folder = Path("runs")
    made: Callable[..., RunDir] = fakes.recorded_run
    runs = (
        made(folder, "running", made_of=TWO, run_id=IDS[1], found=_story("running")),
        made(folder, "stopped", made_of=OTHER, run_id=IDS[0], found=_story("stopped")),
    )
    for run, lines in zip(runs, (200, 3), strict=True):
        run.trainer_log.write_text("".join(f"line {number}\n" for number in range(lines)))
    for arm in ("dense", "grokked-ticket"):
        frames.written(runs[0], arm, 0)
    other = SweepDir(SWEEP.path.with_name("20261121-101600-other-abcd"))
    sweeping = Sweeping([sweep_board(), replace(sweep_board(), sweep=other)], written=design())
    services = replace(
        services,
        sweeps=sweeping.services,
        machine=Still,
        claims=lambda *_: cast("Claims", Judged(runs)),
        figure=lambda *_: None,
    )
    app = WalkedApp(folder, runs[0] if live else None, services)
    async with app.run_test(size=size) as pilot:
        walk = Walk(pilot, trainers, sweeping, runs, _NO_KEY)
        await settled(pilot)
        yield walk


@cache
def _story(state: Literal["running", "stopped"]) -> list[AnyEvent]:
    return fakes._story(state, TWO if state == "running" else OTHER, 600)


_NO_KEY: Key = None  # type: ignore[assignment]
