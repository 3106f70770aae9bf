"""Files that are fetched when a run is started from the launcher."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.monitor import fetching
from grok_tui.ui.app import GrokTuiApp
from grok_tui.ui.messages import Fetching
from tests.ui.looking import notices, settled, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grok_tui.protocol.config import Config
    from grok_tui.ui.services import Services
    from tests.ui.trainers import Trainers

pytestmark = pytest.mark.usefixtures("gallery")
WORDS = "fetching train-images-idx3-ubyte.gz, 1.0 of 9.9 MB"


async def test_how_far_a_file_has_come_is_told_before_the_trainer_starts(
    runs: Path, services: Services, trainers: Trainers
) -> None:
    def fetch(_: Config, say: Callable[[str], object]) -> None:
        assert not trainers.started
        say(WORDS)

    seen: list[object] = []
    app = GrokTuiApp(runs, services=replace(services, fetch=fetch))
    async with app.run_test(message_hook=seen.append) as pilot:
        await pilot.press("S")
        await settled(pilot)
    assert {message.words for message in seen if isinstance(message, Fetching)} == {WORDS}
    assert len(trainers.started) == 1


async def test_it_is_shown_where_the_start_is_shown(runs: Path, services: Services) -> None:
    app = GrokTuiApp(runs, services=services)
    async with app.run_test() as pilot:
        await settled(pilot)
        app.screen.post_message(Fetching(WORDS))
        await settled(pilot)
        assert written(pilot, "#status") == WORDS


async def test_files_that_cannot_be_had_are_said_and_nothing_is_started(
    runs: Path, services: Services, trainers: Trainers
) -> None:
    def fetch(_: Config, say: Callable[[str], object]) -> None:
        raise RunError("cannot fetch train-images-idx3-ubyte.gz (status 404)")

    app = GrokTuiApp(runs, services=replace(services, fetch=fetch))
    async with app.run_test() as pilot:
        await pilot.press("S")
        await settled(pilot)
        assert notices(pilot) == ["cannot fetch train-images-idx3-ubyte.gz (status 404)"]
    assert not trainers.started


async def test_the_real_one_says_what_the_fetching_tells(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def complete(_: object, progress: fetching.Progress) -> None:
        progress("train-images-idx3-ubyte.gz", 1_000_000, 9_912_422)

    monkeypatch.setattr(fetching, "complete", complete)
    said: list[str] = []
    services.fetch(None, said.append)  # type: ignore[arg-type]
    assert said == [WORDS]
