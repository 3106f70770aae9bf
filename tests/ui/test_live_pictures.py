"""What the live screen looks like."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.columns import column
from grok_tui.monitor.history import EMPTY, History, LaneHistory
from grok_tui.monitor.watch import View
from tests import fakes
from tests.ui import live

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

SIZES = [(80, 24), (160, 48)]


def huge() -> View:
    """A hundred thousand points in the one lane."""
    points = 100_000
    config = fakes.config(only=("dense",), steps=points)
    fate = fakes.Fate(42, 50_000)
    coarse = [fakes.measured("dense", 0, step, fate) for step in range(0, points, 100)]
    fine = {
        metric: column(getattr(coarse[step // 100], metric) for step in range(points))
        for metric in ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
    }
    norms = {metric: column(range(1, points + 1)) for metric in ("l1_norm", "l2_norm")}
    lane = LaneHistory(
        "dense", 0, steps=column(range(points)), seconds=column(range(points)),
        metrics={**fine, **norms},  # type: ignore[dict-item]
    )  # fmt: skip
    history = History(lanes={("dense", 0): lane})
    assert EMPTY.lanes == {}
    return View(live.RUN, config, "", fakes.about(), history, "running", 1)


async def ready(pilot: Pilot[None]) -> None:
    """The first view is on the screen, charts and all."""
    await live.drawn(pilot)
    await pilot.pause(0.1)


async def pressed(keys: tuple[str, ...], pilot: Pilot[None]) -> None:
    """The same, after these keys."""
    await ready(pilot)
    await pilot.press(*keys)
    await pilot.pause(0.1)


VIEWS = [live.running, live.finished, live.failed, live.starting, huge]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("shown", VIEWS, ids=lambda shown: shown.__name__)
def test_live(
    snap_compare: Callable[..., bool], shown: Callable[[], View], size: tuple[int, int]
) -> None:
    assert snap_compare(live.LiveApp(shown()), terminal_size=size, run_before=ready)


PAGES = {
    "probes": ("pagedown",),
    "planes": ("pagedown", "pagedown"),
    "spectrum-alone": ("pagedown", *["down"] * 3, "enter"),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("keys", PAGES.values(), ids=PAGES)
def test_probes(
    snap_compare: Callable[..., bool], keys: tuple[str, ...], size: tuple[int, int]
) -> None:
    assert snap_compare(
        live.LiveApp(live.probed()), terminal_size=size, run_before=partial(pressed, keys)
    )


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_probes_without_colour(
    snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(
        live.LiveApp(live.probed()),
        terminal_size=size,
        run_before=partial(pressed, ("pagedown", "down")),
    )


def test_several_seeds_after_the_end(snap_compare: Callable[..., bool]) -> None:
    app = live.LiveApp(live.finished(seeds=(0, 1, 2)))
    assert snap_compare(app, terminal_size=(120, 40), run_before=ready)
