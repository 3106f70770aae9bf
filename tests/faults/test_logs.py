"""Logs that were damaged: what is whole in them is read, in order, and nothing else is."""

from __future__ import annotations

import random
import zlib
from functools import cache
from typing import TYPE_CHECKING

from grok_tui.monitor.glance import glance
from grok_tui.monitor.tail import Tail
from grok_tui.monitor.watch import Watch
from grok_tui.protocol import events
from tests import fakes
from tests.fake_probes import PROBED
from tests.faults.counting import trials

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grok_tui.protocol.events import AnyEvent
    from grok_tui.protocol.rundir import RunDir

PAGE = 4096


@cache
def story() -> dict[bytes, AnyEvent]:
    """Two hundred lines and what each says."""
    config = fakes.config(only=("dense", "random-mask"), steps=200, probes=PROBED)
    found = fakes.run_events(config)
    told = [found[index * (len(found) - 1) // 199] for index in range(200)]
    return {events.encode(event).rstrip(b"\n"): event for event in told}


def _cut(dice: random.Random, data: bytearray) -> None:
    """The end is missing."""
    del data[dice.randrange(len(data) + 1) :]


def _tail(dice: random.Random, data: bytearray) -> None:
    """Something stands behind the end."""
    data += dice.randbytes(dice.choice((1, 30, 5000)))


def _flip(dice: random.Random, data: bytearray) -> None:
    """Single bits are wrong."""
    for _ in range(dice.choice((1, 5, 100))):
        if data:
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _zeros(dice: random.Random, data: bytearray) -> None:
    """A stretch of zeros, as after a power cut."""
    start = dice.randrange(len(data) + 1)
    size = min(dice.choice((1, 100, PAGE)), len(data) - start)
    data[start : start + size] = bytes(size)


def _page(dice: random.Random, data: bytearray) -> None:
    """A page is gone."""
    start = dice.randrange(len(data) // PAGE + 1) * PAGE
    del data[start : start + PAGE]


def _lines(dice: random.Random, data: bytearray) -> None:
    """Lines twice, gone, or in the place of others."""
    lines = data.splitlines(keepends=True)
    for _ in range(dice.choice((1, 3, 20))):
        if lines:
            taken = lines[dice.randrange(len(lines))]
            at = dice.randrange(len(lines))
            lines[at : at + dice.randint(0, 2)] = [taken] * dice.randint(0, 2)
    data[:] = b"".join(lines)


def _forged(dice: random.Random, data: bytearray) -> None:
    """A line of somebody who knows how to compute a checksum, but not what may stand in it."""
    body = dice.choice(
        (
            b'{"event":"measured","arm":"dense","seed":0,"step":-1',
            b'{"event":"measured","arm":"dense","seed":0,"step":1e999',
            b'{"event":"finished","outcome":"\\u001b[2J","lanes":[]',
            b'{"event":"warned","sentence":7',
            b'{"event":' + b"[" * 4000,
            b"{",
            b"null",
        )
    )
    at = data.rfind(b"\n", 0, dice.randrange(len(data) + 1)) + 1
    data[at:at] = body + b',"crc":"%08x"}\n' % zlib.crc32(body)


HARMS: tuple[Callable[[random.Random, bytearray], None], ...] = (
    _cut, _tail, _flip, _zeros, _page, _lines, _forged,
)  # fmt: skip


def expected(data: bytes) -> tuple[list[AnyEvent], int]:
    """What a reader has to find, told from the bytes alone; and how many lines are no good."""
    lines = data.split(b"\n")[:-1]
    good = [story()[line] for line in lines if line in story()]
    return good, len(lines) - len(good)


def hurt(dice: random.Random) -> bytes:
    """The log of the story, hurt one to three times."""
    data = bytearray(b"".join(line + b"\n" for line in story()))
    for _ in range(dice.randint(1, 3)):
        dice.choice(HARMS)(dice, data)
    return bytes(data)


@trials(10_000, at_once=100)
def test_what_is_whole_in_a_damaged_log_is_read_and_nothing_else(
    seeds: range, tmp_path: Path
) -> None:
    """A damaged log gives its whole lines in order, counts the others, and opens as a run."""
    run = fakes.recorded_run(tmp_path, "finished", found=list(story().values()))
    for seed in seeds:
        dice = random.Random(seed)
        data = hurt(dice)
        run.events.write_bytes(data)
        wanted, bad = expected(data)
        batch = Tail(run).read()
        assert list(batch.events) == wanted, f"seed {seed}"
        assert batch.damaged + batch.unknown == bad, f"seed {seed}"
        if seed % 10 == 0:
            _opens(run, data, dice, seed)


def _opens(run: RunDir, data: bytes, dice: random.Random, seed: int) -> None:
    """The run is listed and watched as well, and read while the log comes in pieces."""
    wanted, _ = expected(data)
    glance(run)
    watch = Watch(run)
    assert watch.look().state, f"seed {seed}"
    watch.close()
    run.events.write_bytes(b"")
    found: list[object] = []
    tail, at = Tail(run), 0
    while at < len(data):
        size = dice.choice((1, 100, 5000))
        with run.events.open("ab") as file:
            file.write(data[at : at + size])
        at += size
        found += tail.read().events
    assert found == wanted, f"seed {seed}, in pieces"
