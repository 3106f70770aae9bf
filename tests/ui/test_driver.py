"""The driver on a line that takes its time: nothing waits for it, and no old frame is sent."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest
from textual.drivers._writer_thread import WriterThread

from grok_tui.ui import driver as module
from grok_tui.ui.driver import SYNC_END, SYNC_START, CellDriver, Outlet, erases

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = (200, 60)


@contextmanager
def on_a_pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[CellDriver, int]]:
    """A driver whose terminal is the other end of a pipe, read by the test when it likes."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(CellDriver, "_get_terminal_size", lambda _: SIZE)
    monkeypatch.setattr(module, "AGAIN", 0.01)
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        made = CellDriver(cast("Any", None))
        made._outlet = Outlet(stream)
        made._writer_thread = WriterThread(cast("Any", made._outlet))
        made._writer_thread.start()
        yield made, reader
        made._writer_thread.stop()
    os.close(reader)


def frame(made: CellDriver, text: str) -> None:
    """Paint as Textual does."""
    made.write(SYNC_START)
    made.write(f"\x1b[1;1H{text}\x1b[1;1H")
    made.write(SYNC_END)


async def received(made: CellDriver, reader: int) -> str:
    """All that is sent until the driver has no more."""
    os.set_blocking(reader, False)
    data, quiet = b"", 0
    while quiet < 5:
        await asyncio.sleep(0.01)
        try:
            data += os.read(reader, 1 << 20)
            quiet = 0
        except BlockingIOError:
            quiet = quiet + 1 if not made.busy and not made._waiting else 0
    return data.decode()


async def test_a_frame_is_sent_whole_and_only_if_it_shows_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with on_a_pipe(monkeypatch) as (made, reader):
        frame(made, "step 1")
        assert await received(made, reader) == f"{SYNC_START}\x1b[Hstep 1\x1b[H{SYNC_END}"
        frame(made, "step 1")
        assert await received(made, reader) == ""


async def test_a_line_that_stands_still_gets_the_newest_frame_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with on_a_pipe(monkeypatch) as (made, reader):
        made.write(f"\x1b]52;c;{'x' * (1 << 17)}\x07")  # more than a pipe holds
        for step in range(100):
            frame(made, f"step {step}")
        sent = await received(made, reader)
    assert sent.endswith(f"{SYNC_START}\x1b[Hstep 99\x1b[H{SYNC_END}")
    assert sent.count(SYNC_START) == 1


async def test_what_is_no_picture_passes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_a_pipe(monkeypatch) as (made, reader):
        made.write("\x1b]2;title\x07")
        assert await received(made, reader) == "\x1b]2;title\x07"


async def test_the_window_gets_its_name_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_a_pipe(monkeypatch) as (made, reader):
        made.title("dense memorised")
        made.title("dense generalised")
        assert await received(made, reader) == (
            "\x1b[22;2t\x1b]2;dense memorised\x07\x1b]2;dense generalised\x07"
        )
        made.stop_application_mode()
        sent = await received(made, reader)
    assert sent.startswith("\x1b[23;2t")
    assert "\x1b[?1049l" in sent


async def test_a_picture_that_was_not_taken_is_let_go_on_leaving(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with on_a_pipe(monkeypatch) as (made, reader):
        made.write(f"\x1b]52;c;{'x' * (1 << 17)}\x07")
        frame(made, "never seen")
        made.stop_application_mode()
        sent = await received(made, reader)
    assert "never seen" not in sent
    assert "\x1b[?1049l" in sent


async def test_moves_of_the_mouse_are_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_a_pipe(monkeypatch) as (made, reader):
        made._enable_mouse_support()
        made._disable_mouse_support()
        sent = await received(made, reader)
    assert "?1003" not in sent
    assert {f"?{mode}{end}" for mode in (1000, 1002, 1006) for end in "hl"} <= set(
        sent.replace("\x1b[", " ").split()
    )


class Cut:
    """A stream whose other end is gone."""

    def write(self, *_: str) -> None:
        raise OSError

    flush = write


def test_an_outlet_outlives_its_link() -> None:
    outlet = Outlet(cast("Any", Cut()))
    outlet.write("x")
    assert not outlet.busy
    outlet.busy = True
    outlet.flush()
    assert not outlet.busy


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "screen.xterm-256color"}, False),
        ({"TERM": "screen-256color", "TMUX": "/tmp/x"}, True),
        ({}, True),
    ],
)
def test_only_gnu_screen_does_not_erase_in_colour(
    environment: dict[str, str], expected: bool
) -> None:
    assert erases(environment) is expected
