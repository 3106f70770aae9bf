"""The claims: the table as cells, and the screen that opens, starts and shows what is behind it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from grok_tui.monitor.reproduction import rows, runs
from grok_tui.monitor.reproduction.rules import Check, Finding
from grok_tui.monitor.reproduction.standing import Standing
from grok_tui.protocol.rundir import RunDir
from grok_tui.ui import opening
from grok_tui.ui.app import GrokTuiApp
from grok_tui.ui.messages import OpenRun
from grok_tui.ui.widgets.claims import STATE, Table, detail
from tests import fakes
from tests.ui.looking import notices, on_screen, settled, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.reproduction.row import Row
    from grok_tui.ui.claims import Claims
    from grok_tui.ui.services import Services
    from tests.ui.trainers import Compare

SIZES = [(20, 6), (40, 16), (60, 20), (80, 24), (160, 48), (400, 120)]


def row(name: str) -> Row:
    (found,) = rows.find([name])
    return found


def found(run_id: str, state: str = "finished") -> runs.Found:
    return runs.Found(RunDir(Path("runs") / run_id), state)  # type: ignore[arg-type]


def wanted(name: str) -> runs.Wanted:
    (one,) = (one for one in runs.wanted(rows.ROWS, "fast", "3") if one.name == name)
    return one


JUDGED = Standing(
    row("fig2d"),
    "reproduced",
    {"fig2d": found("20261121-101500-fig2d-aaaa")},
    finding=Finding("reproduced", ("base 4266 (3539 to 4481)",), (Check("a <= b", True),)),
)
CONTRADICTED = Standing(
    row("fig10-images"),
    "not reproduced",
    {},
    finding=Finding("contradicted", ("x 1",), (Check("c <= d", False, True),), "two seeds"),
)
RUNNING = Standing(
    row("fig2c"),
    "running",
    {
        "fig2c-division": found("20261121-101500-fig2c-division-bbbb"),
        "fig1": found("20261121-101600-fig1-cccc", "running"),
    },
    (wanted("fig1"),),
    0.4,
)
MISSING = Standing(row("fig2e"), "missing", {}, (wanted("fig2e"),), 0.0)
ALL = (JUDGED, CONTRADICTED, RUNNING, MISSING)


def text(grid: Grid) -> list[str]:
    return ["".join(character for character, _ in line).rstrip() for line in grid]


def page(cursor: int, width: int, height: int, shown: Sequence[Standing] = ALL) -> list[str]:
    return text(Table().page(shown, cursor, width, height))


def test_at_80_columns_a_row_is_figure_state_and_numbers() -> None:
    lines = page(0, 80, 22)
    assert lines[0].split() == ["figure", "state", "ours:", "median", "(range", "over", "seeds)"]
    assert (
        lines[1] == "\u25b8 fig2d                 \u2713 reproduced      base 4266 (3539 to 4481)"
    )
    assert lines[2].startswith("  fig10-images          \u2717 not reproduced  x 1; two seeds")
    assert lines[3].startswith("  fig2c                 \u25b6 running 40 %    needs fig1")
    assert lines[4] == "  fig2e                 - missing         needs fig2e"
    assert set(lines[5]) == {"\u2500"}
    assert lines[6] == " The same holds for the regression of a polynomial."
    assert " yes: a <= b" in lines


def test_wide_there_is_the_claim_and_narrow_the_state_alone() -> None:
    wide = page(0, 160, 40)
    assert "The same holds for images." in wide[2]
    narrow = page(1, 40, 16)
    assert narrow[2] == "\u25b8 fig10-images          \u2717 not reproduced"
    assert narrow[6] == " The same holds for images."
    assert all(len(line) <= 40 for line in narrow)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shown", [(), ALL[:1], ALL * 12], ids=["none", "one", "many"])
def test_no_size_breaks_it_and_the_cursor_is_in_sight(
    size: tuple[int, int], shown: Sequence[Standing]
) -> None:
    table = Table()
    for cursor in (0, len(shown) - 1, len(shown) // 2):
        grid = table.page(shown, max(0, cursor), *size)
        assert (len(grid[0]), len(grid)) == size
        assert sum(line[0][0] == "\u25b8" for line in grid) == bool(shown)


def test_what_scrolls_is_as_little_as_can_be() -> None:
    table = Table()
    many = ALL * 12
    table.page(many, 20, 80, 22)
    first = table.first
    table.page(many, 19, 80, 22)
    assert table.first == first
    assert table.at(1, len(many)) == first
    assert table.at(0, len(many)) is None
    assert Table().at(9, 4) is None


def test_everything_about_a_claim_is_told_the_important_first() -> None:
    lines = [line for line, _ in detail(CONTRADICTED, 400)]
    assert lines == [
        "The same holds for images.",
        "\u2717 not reproduced: x 1",
        "two seeds",
        f"the papers: {CONTRADICTED.row.paper}",
        "no: c <= d",
        f"reproduced if: {CONTRADICTED.row.wanted}",
        f"answers {', '.join(CONTRADICTED.row.figures)}; runs: none yet",
    ]
    assert len("\u2717 not reproduced") <= STATE
    judging = replace(JUDGED, state="judging", finding=None)
    assert [line for line, _ in detail(judging, 400)][1] == "judging"


class Looker:
    """Claims that stand as they are given."""

    said_last = "2 of 5: fig2e; about 3 min left"

    def __init__(self, variant: str) -> None:
        self.variant = variant

    def look(self, *, judge: bool = True) -> Sequence[Standing]:
        return ALL if self.variant == "fast" else ALL[3:]

    def said(self) -> str:
        return self.said_last


@pytest.fixture
def begun() -> list[tuple[Sequence[str], str]]:
    return []


@pytest.fixture
def app(runs: Path, services: Services, begun: list[tuple[Sequence[str], str]]) -> GrokTuiApp:
    services = replace(
        services,
        claims=lambda _, variant: cast("Claims", Looker(variant)),
        reproduce=lambda _, figures, variant: begun.append((figures, variant)),
        figure=lambda folder, variant, name: (folder / f"{name}.svg") if name == "fig2d" else None,
    )
    app = GrokTuiApp(runs, services=services)
    app.get_default_screen = app.make.claims  # type: ignore[method-assign]
    return app


async def test_the_screen_tells_all_of_them_and_opens_what_is_behind(app: GrokTuiApp) -> None:
    seen: list[object] = []
    async with app.run_test(size=(80, 24), message_hook=seen.append) as pilot:
        await settled(pilot)
        head, last = written(pilot, "#head"), written(pilot, "#which")
        await pilot.press("down", "down", "enter")
        await settled(pilot)
        several = on_screen(pilot)
        await pilot.press("down", "enter")
        await settled(pilot)
        opened = {one.run.id for one in seen if isinstance(one, OpenRun)}
        app.pop_screen()
        await pilot.press("down", "enter")
        await settled(pilot)
        said = notices(pilot)
    assert head == "claims  fast, 3 seeds: 1 reproduced, 1 not reproduced, 1 running, 1 missing"
    assert last == Looker.said_last
    assert "20261121-101600-fig1-cccc, running" in several
    assert opened == {"20261121-101600-fig1-cccc"}
    assert said == ["There is no run of it yet; S starts what is missing."]


async def test_no_size_breaks_the_screen(app: GrokTuiApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.press("end", "home")
            await settled(pilot)
            assert "\u25b8 fig2d" in on_screen(pilot)


async def test_what_is_missing_is_started_for_one_claim_or_for_all(
    app: GrokTuiApp, begun: list[tuple[Sequence[str], str]]
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("end", "S")
        await settled(pilot)
        offered = on_screen(pilot)
        await pilot.press("enter")
        await settled(pilot)
        await pilot.press("S")
        await settled(pilot)
        await pilot.press("down", "enter")
        await settled(pilot)
        await pilot.press("comma")
        await settled(pilot)
        head = written(pilot, "#head")
        said = notices(pilot)
    assert "fig2e: 1 run, about 42 s at most" in offered
    assert "all claims: 2 runs, about 84 s at most" in offered
    assert begun == [(["fig2e"], "fast"), ([], "fast")]
    assert "It trains in the background, also when you leave; stopping its run ends it." in said
    assert head == "claims  as published, 3 seeds: 1 missing"


async def test_a_picture_is_opened_on_a_display_and_named_without(
    app: GrokTuiApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Path] = []

    def show(path: Path) -> bool:
        shown.append(path)
        return True

    monkeypatch.setattr(opening, "has_display", lambda: True)
    monkeypatch.setattr(opening, "shown", show)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("o", "down", "o")
        await settled(pilot)
        said = notices(pilot)
    assert shown == [Path("runs/fig2d.svg")]
    assert said[0] == "Opened runs/fig2d.svg."
    assert said[1].endswith("no picture yet: `grok-tui reproduce` draws them at its end")


async def test_without_a_display_its_runs_are_drawn(app: GrokTuiApp, runs: Path) -> None:
    for run_id in ("20261121-101500-fig2d-aaaa", "20261121-101600-fig1-cccc"):
        fakes.recorded_run(runs, "finished", run_id=run_id)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("o")
        await settled(pilot)
        first = on_screen(pilot)
        await pilot.press("down")
        second = on_screen(pilot)
        await pilot.press("escape", "down", "down", "o")
        await settled(pilot)
        await pilot.press("full_stop")
        await settled(pilot)
        other = written(pilot, "#which")
        copied = app.clipboard
        await pilot.press("o")
        await settled(pilot)
        assert app.screen.name == "claims"
    assert "fig2d: train and test loss of base and ticket" in first
    assert re.search(r"^ A dense .*B grokked-ticket", first, re.MULTILINE)  # which line is which
    assert "20261121-101500-fig2d-aaaa" in first
    assert "runs/fig2d.svg (copied)" in first
    assert copied == "runs/fig2d.svg"
    assert first != second
    assert other.startswith("2 of 2: 20261121-101600-fig1-cccc\nno picture yet")


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
def test_snapshot(app: GrokTuiApp, snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(app, terminal_size=size, run_before=settled)
