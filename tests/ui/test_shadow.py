"""The shadow of the screen: fewer bytes, the same picture, as an emulated terminal shows it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from grok_tui.ui.shadow import Shadow
from tests.ui import live

if TYPE_CHECKING:
    from textual.pilot import Pilot

SIZE = (24, 6)
COLOURS = [
    "0",
    "1;38;5;74",
    "38;2;95;175;215;48;2;18;18;18",
    "38;2;10;20;30;48;5;4",
    "4;31;42",
    "1;4",
    "7",
    "48;2;9;9;9",
    "97;100",
]


class Terminal:
    """An emulated one."""

    def __init__(self, size: tuple[int, int] = SIZE) -> None:
        self.screen = pyte.Screen(*size)
        self.stream = pyte.Stream(self.screen)

    def feed(self, data: str) -> None:
        self.stream.feed(data)

    def picture(self) -> list[list[object]]:
        """What can be seen: a blank has no ink unless something shows on it."""
        rows: list[list[object]] = []
        for y in range(self.screen.lines):
            row: list[object] = []
            for x in range(self.screen.columns):
                cell = self.screen.buffer[y][x]
                inked = cell.data != " " or cell.underscore or cell.reverse or cell.strikethrough
                row.append(cell if inked else cell.bg)
            rows.append(row)
        return rows


def show(shadow: Shadow, data: str) -> str:
    """What is sent so that the terminal shows this."""
    return shadow.take(data) + shadow.flush()


@st.composite
def frames(draw: st.DrawFn) -> list[str]:
    """Pictures as Textual sends them: stretches of text with a colour, each at its place."""
    found = []
    for _ in range(draw(st.integers(1, 6))):
        pieces = []
        for _ in range(draw(st.integers(0, 6))):
            y, x = draw(st.integers(1, SIZE[1])), draw(st.integers(1, 16))
            text = draw(st.text("ab ⣿─", min_size=1, max_size=8)).replace("b", " " * 14)
            text = text[: SIZE[0] + 1 - x]
            pieces.append(f"\x1b[{y};{x}H\x1b[{draw(st.sampled_from(COLOURS))}m{text}\x1b[0m")
        found.append("\x1b[?2026h" + "".join(pieces) + "\x1b[1;1H\x1b[?2026l")
    return found


@settings(max_examples=150, deadline=None)
@given(frames(), st.booleans())
def test_the_picture_is_that_of_the_stream_itself(sent: list[str], erases: bool) -> None:
    stock, ours, shadow = Terminal(), Terminal(), Shadow(*SIZE, erases=erases)
    for frame in sent:
        stock.feed(frame)
        ours.feed(show(shadow, frame))
        assert ours.picture() == stock.picture()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("a表 e", max_size=8), min_size=1, max_size=6))
def test_wide_characters_own_two_cells(rows: list[str]) -> None:
    ours, shadow = Terminal(), Shadow(*SIZE)
    for row in rows:
        frame = "\x1b[1;1H" + row + " " * (20 - cell_len(row))
        ours.feed(show(shadow, frame))
        fresh = Terminal()
        fresh.feed(frame)
        assert ours.screen.display == fresh.screen.display


def test_what_is_there_already_is_not_sent_again() -> None:
    shadow = Shadow(*SIZE)
    frame = "\x1b[2;3H\x1b[31mhello\x1b[0m\x1b[1;1H"
    assert "hello" in show(shadow, frame)
    assert show(shadow, frame) == ""


def test_only_the_cells_that_differ_are_sent() -> None:
    shadow = Shadow(*SIZE)
    show(shadow, "\x1b[1;1Hstep 100 of 5000\x1b[1;1H")
    assert show(shadow, "\x1b[1;1Hstep 117 of 5000\x1b[1;1H") == "\x1b[6C17\x1b[H"


def test_short_gaps_are_bridged() -> None:
    shadow = Shadow(*SIZE)
    show(shadow, "\x1b[1;1Ha--b\x1b[1;1H")
    assert show(shadow, "\x1b[1;1Hc--d") == "c--d"


def test_however_often_is_painted_the_newest_picture_is_sent() -> None:
    shadow = Shadow(*SIZE)
    show(shadow, "\x1b[1;1Hstep 100")
    assert [shadow.take(f"\x1b[1;1Hstep {step}") for step in (101, 102, 103)] == [""] * 3
    assert shadow.flush() == "\x1b[1;8H3"
    assert shadow.flush() == ""


def test_blanks_are_erased_where_the_terminal_can() -> None:
    row = "\x1b[2;1H\x1b[48;5;233ma" + " " * 14 + "b" + " " * 8 + "\x1b[0m"
    assert show(Shadow(*SIZE, erases=True), row) == (
        "\x1b[2H\x1b[48;5;233ma\x1b[14X\x1b[14Cb\x1b[K"
    )
    assert show(Shadow(*SIZE), row) == "\x1b[2H\x1b[48;5;233ma" + " " * 14 + "b" + " " * 8


@pytest.mark.parametrize(
    ("given_", "sent"),
    [
        ("38;2;95;175;215", "38;5;74"),
        ("38;2;18;18;18", "38;5;233"),
        ("38;2;10;20;30", "38;2;10;20;30"),
        ("38;2;0;0;95", "38;2;0;0;95"),  # number 17, which themes for shells change
        ("48;2;255;255;255", "48;5;231"),
    ],
)
def test_a_colour_that_has_a_shorter_name_takes_it(given_: str, sent: str) -> None:
    assert show(Shadow(*SIZE), f"\x1b[1;1H\x1b[{given_}mx") == f"\x1b[H\x1b[{sent}mx"


def test_only_what_differs_of_a_pen_is_named() -> None:
    shadow = Shadow(*SIZE)
    show(shadow, "\x1b[1;1H\x1b[1;38;5;74;48;5;233mx")
    assert show(shadow, "\x1b[0;38;5;74;48;5;233my") == "\x1b[22my"
    assert show(shadow, "\x1b[0;48;5;233mz") == "\x1b[39mz"
    assert show(shadow, "\x1b[0mz") == "\x1b[0mz"


def test_another_charset_takes_as_many_columns() -> None:
    ours, shadow = Terminal(), Shadow(*SIZE, charset="ascii")
    ours.feed(show(shadow, "\x1b[1;1H│⣿⠉表é━"))
    assert ours.screen.display[0].rstrip() == "|:'??e-"


@pytest.mark.parametrize("clear", ["\x1b[?1049h", "\x1b[2J", "\x1bc"])
def test_after_a_clear_everything_is_sent(clear: str) -> None:
    shadow = Shadow(*SIZE)
    show(shadow, "\x1b[1;1Hhello")
    assert show(shadow, clear + "\x1b[1;1Hhello") == clear + "\x1b[Hhello"


@pytest.mark.parametrize(
    "sequence", ["\x1b[?25l", "\x1b]0;title\x07", "\x1b]52;c;aGk=\x1b\\", "\a", "\x1b[>1u"]
)
def test_other_sequences_pass_in_their_place(sequence: str) -> None:
    assert show(Shadow(*SIZE), f"\x1b[1;1Ha{sequence}b") == f"\x1b[Ha{sequence}b"


def test_a_frame_of_an_older_larger_size_leaves_nothing_at_the_edges() -> None:
    ours, shadow = Terminal(), Shadow(40, 12)
    late = [f"\x1b[{y};1H" + "#" * 40 for y in range(1, 13)]
    shadow.resize(*SIZE)
    ours.feed(show(shadow, "".join(late)))
    frame = "".join(f"\x1b[{y};1H" + " " * SIZE[0] for y in range(1, SIZE[1] + 1))
    ours.feed(show(shadow, frame))
    assert not "".join(ours.screen.display).strip()


def test_what_was_forgotten_is_sent_again() -> None:
    shadow = Shadow(*SIZE)
    show(shadow, "\x1b[1;1Hhello")
    shadow.forget()
    assert "hello" in show(shadow, "\x1b[1;1Hhello")


async def test_the_live_screen_costs_a_fraction_and_looks_the_same() -> None:
    size = (100, 30)
    stock, ours, shadow = Terminal(size), Terminal(size), Shadow(*size)
    app = live.LiveApp(live.running(last=300))
    plain = thrifty = 0
    async with app.run_test(size=size) as pilot:
        await live.drawn(pilot)
        for version, last in enumerate(range(300, 420, 30), start=2):
            app.shown.view = replace(live.running(last), version=version)
            await live.drawn(pilot, version)
            await asyncio.sleep(0.05)
            frame = whole(pilot)
            sent = show(shadow, frame)
            stock.feed(frame)
            ours.feed(sent)
            plain, thrifty = plain + len(frame), thrifty + len(sent)
            assert ours.picture() == stock.picture()
    assert thrifty < plain / 2


def whole(pilot: Pilot[None]) -> str:
    """The screen as Textual sends it when all of it is to be painted."""
    strips = pilot.app.screen._compositor.render_strips()
    rows = (f"\x1b[{y};1H{strip.render(pilot.app.console)}" for y, strip in enumerate(strips, 1))
    return "\n".join(rows)
