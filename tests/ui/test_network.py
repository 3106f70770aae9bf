"""The network pane: pictures of a frame, the slider, and what is said where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.monitor.frames import Frames, Reel
from grok_tui.monitor.pictures import PICTURES
from grok_tui.protocol import frames
from grok_tui.ui.panes.network import NetworkPane
from grok_tui.ui.screens.live import LiveScreen
from grok_tui.ui.widgets import album
from grok_tui.ui.widgets.album import Leaf
from grok_tui.ui.widgets.sheet import Place, Sheet, missing, nearest, page, pointed
from tests import fakes
from tests import frames as made
from tests.monitor.pictures.shots import shot, text
from tests.ui import live
from tests.ui.looking import on_screen, painted, settled

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from grok_tui.monitor.watch import State
    from grok_tui.protocol.rundir import RunDir

TITLES = [picture.title for picture in PICTURES]


@pytest.fixture
def run(runs: Path) -> RunDir:
    """A run in training: the dense arm has frames, the others have none."""
    found = fakes.recorded_run(runs, "running")
    made.written(found)
    return found


def sheet(state: State = "running", size: tuple[int, int] = (80, 20), **place: object) -> Sheet:
    view = live.view(state, fakes.run_events(fakes.config())[:400])
    return Sheet(view, Place(Leaf("cells"), **place), size, plain=False)  # type: ignore[arg-type]


def reel(run: RunDir) -> Reel:
    return Frames(run).read("dense", 0)


@pytest.mark.parametrize(
    ("wanted", "expected"), [(None, 3), (0, 0), (7, 1), (8, 2), (99, 3), (40, 2), (10, 2)]
)
def test_the_nearest_frame_is_shown(wanted: int | None, expected: int) -> None:
    assert nearest([0, 5, 10, 80], wanted) == expected
    assert nearest([], wanted) == 0


@pytest.mark.parametrize("size", [(20, 4), (60, 15), (80, 20), (99, 60), (100, 22), (160, 44)])
def test_boxes_lie_beside_each_other(size: tuple[int, int]) -> None:
    found = album.boxes(size, 6)
    assert len(found) == {(100, 22): 2, (160, 44): 7}.get(size, 1)
    taken: set[tuple[int, int]] = set()
    for x, y, width, height in found:
        cells = {(x + dx, y + dy) for dx in range(width) for dy in range(height)}
        assert not cells & taken
        taken |= cells
        assert x + width <= size[0]
        assert y + height <= size[1]


def test_where_there_is_room_all_pictures_are_seen() -> None:
    drawn = "\n".join(text(album.draw(shot(), Leaf("circle"), (160, 44))))
    assert all(title in drawn for title in TITLES)
    assert drawn.startswith("▸embedding W_E")
    alone = "\n".join(text(album.draw(shot(), Leaf("circle", full=True), (160, 44))))
    assert [title for title in TITLES if title in alone] == ["embedding"]


def test_a_picture_that_a_network_has_not_gives_way_to_its_first() -> None:
    frame = msgspec.structs.replace(made.frame(3), table=None, spectra=(), planes=())
    drawn = text(album.draw(shot(frame), Leaf("cells"), (80, 20)))
    assert drawn[0].startswith("▸weights W_E 1 of 3")


@pytest.mark.parametrize("size", [(1, 1), (20, 4), (40, 10), (80, 20), (160, 46), (400, 118)])
@pytest.mark.parametrize("picture", [picture.name for picture in PICTURES])
def test_every_page_is_as_large_as_the_screen(size: tuple[int, int], picture: str) -> None:
    drawn = album.draw(shot(made.frame(0, learnt=False)), Leaf(picture), size)
    assert [len(row) for row in drawn] == [size[0]] * size[1]


def test_the_slider_says_where_the_frame_is(run: RunDir) -> None:
    rows = text(page(sheet(step=20), reel(run)))
    assert "A dense · step  20 · frame 3 of 5" in rows[-1]
    track = rows[-1].rstrip()
    assert track.index("●") == pytest.approx((track.index("─") + len(track)) / 2, abs=2)
    assert track.rindex("m") > track.index("●")
    for number in range(5):
        words = rows[-1].rstrip()
        start = words.index("─")
        column = start + round(number / 4 * (len(words) - 1 - start))
        assert pointed(sheet(step=20), reel(run), column, len(rows) - 1) == number
    assert pointed(sheet(step=20), reel(run), 3, len(rows) - 1) is None
    assert pointed(sheet(step=20), reel(run), 60, 4) is None
    newest = text(page(sheet(), reel(run)))[-1].rstrip()
    assert "step 320 · frame 5 of 5 newest" in newest
    assert newest.endswith("●")


def test_the_axis_goes_as_far_as_the_longest_arm(run: RunDir) -> None:
    short = fakes.config(steps=100)
    arms = (msgspec.structs.replace(short.arms[0], steps=5000), *short.arms[1:])
    found = fakes.run_events(fakes.config())[:400]
    view = live.view("running", found, msgspec.structs.replace(short, arms=arms))
    asked = Sheet(view, Place(Leaf("movement")), (80, 20), plain=False)
    assert "10k" in "\n".join(text(page(asked, reel(run))))


@pytest.mark.parametrize(
    ("state", "arm", "expected"),
    [
        ("running", 5, "No picture of shuffled-mask yet"),
        ("finished", 0, "an older version trained it"),
        ("stopped", 5, "never began"),
    ],
)
def test_why_there_is_nothing_to_see(state: State, arm: int, expected: str) -> None:
    asked = sheet(state, arm=arm)
    assert expected in missing(asked, Reel())
    assert any(expected[:12] in row for row in text(page(asked, Reel())))
    assert "None of the 3 frames" in missing(asked, Reel(left_out=3))


def test_no_name_in_a_frame_steers_the_terminal() -> None:
    hostile = msgspec.structs.replace(made.matrix("\x1b]0;x\x07\u202e表", 4, 4))
    side = msgspec.structs.replace(made.spectrum("in", learnt=True), side="\x9b2J")
    frame = msgspec.structs.replace(made.frame(1), matrices=(hostile,), spectra=(side,))
    for picture in PICTURES:
        drawn = "".join(text(album.draw(shot(frame), Leaf(picture.name), (160, 44))))
        assert drawn.isprintable()


async def opened(pilot: Pilot[None]) -> NetworkPane:
    await live.drawn(pilot)
    await pilot.press("6")
    await settled(pilot)
    return pilot.app.screen.query_one(NetworkPane)


async def pressed(pilot: Pilot[None], *names: str) -> str:
    await pilot.press(*names)
    await settled(pilot)
    return on_screen(pilot)


async def test_keys_lead_through_frames_pictures_parts_and_arms(run: RunDir) -> None:
    app = live.LiveApp(live.running())
    app.get_default_screen = lambda: LiveScreen(run, period=5.0)  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        pane = await opened(pilot)
        assert "▸right and wrong" in on_screen(pilot)
        assert "frame 5 of 5 newest" in on_screen(pilot)
        assert "frame 4 of 5 " in await pressed(pilot, "left")
        assert "step   0 · frame 1 of 5" in await pressed(pilot, "home")
        assert "test 0% right" in on_screen(pilot)
        assert "frame 5 of 5" in await pressed(pilot, "shift+right")
        assert "newest" in await pressed(pilot, "f")
        await pilot.click(NetworkPane, offset=(78, pane.size.height - 1))
        await settled(pilot)
        assert pane.place.step == 320
        assert "▸frequencies in 1 of 2" in await pressed(pilot, "down")
        assert "▸frequencies out 2 of 2" in await pressed(pilot, "full_stop")
        assert "▸right and wrong" in await pressed(pilot, "up")
        assert "▸mask distance" in await pressed(pilot, "up")
        assert "No picture of grokked-ticket yet" in await pressed(pilot, "right_square_bracket")
        assert "▸mask distance" in await pressed(pilot, "left_square_bracket")
        await pressed(pilot, "z")
        full = [pane.place.leaf.full]
        await pressed(pilot, "escape")
        assert pane.display
        full.append(pane.place.leaf.full)
        assert full == [True, False]
        await pressed(pilot, "escape")
        assert not pane.display


async def test_new_frames_are_followed_and_what_is_shown_can_be_kept(run: RunDir) -> None:
    app = live.LiveApp(live.running())
    app.get_default_screen = lambda: LiveScreen(run, period=5.0)  # type: ignore[method-assign]
    async with app.run_test(size=(160, 48)) as pilot:
        pane = await opened(pilot)
        assert all(title in on_screen(pilot) for title in TITLES)
        grid = painted(pilot)
        assert any(segment.style and segment.style.bgcolor for row in grid for segment in row)
        newer = made.frame(640)
        folder = frames.folder(run, "dense", 0)
        (folder / frames.file_name(640)).write_bytes(frames.encode(newer))
        pane.draw(live.running(), None)
        await settled(pilot)
        assert "step 640 · frame 6 of 6 newest" in on_screen(pilot)
        await pressed(pilot, "e")
        written = sorted(path.suffix for path in run.exports.iterdir())
        assert written == [".csv", ".svg"]
        (table,) = run.exports.glob("*cells-dense-640*.csv")
        assert table.read_text().startswith("a,b,set,right\n0,0,train,1\n")


def test_a_page_of_the_same_things_is_not_drawn_again() -> None:
    same = sheet()
    again = live.view("running", fakes.run_events(fakes.config())[:400], version=9)
    assert Sheet(again, same.place, same.size, same.plain).seen == same.seen
    assert sheet(step=5).seen != same.seen
    assert sheet("paused").seen != same.seen
