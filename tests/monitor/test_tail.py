"""A log may be live, torn, cut, replaced, damaged or missing; reading it never raises."""

from __future__ import annotations

import os
import random
import zlib
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.lines import Batch
from grok_tui.monitor.tail import Tail
from grok_tui.protocol import events
from grok_tui.protocol.events import AnyEvent, Paused, Warned
from grok_tui.protocol.rundir import RunDir
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

STORY = fakes.run_events(fakes.config(only=("dense",), steps=40))
LINES = [events.encode(event) for event in STORY]


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    return RunDir(tmp_path)


def whole(body: bytes) -> bytes:
    return body + b',"crc":"%08x"}' % zlib.crc32(body)


def test_a_missing_log_is_an_empty_one(run: RunDir) -> None:
    assert Tail(run).read() == Batch()


def test_each_line_is_read_once(run: RunDir) -> None:
    reader = Tail(run)
    run.events.write_bytes(b"".join(LINES[:3]))
    assert reader.read().events == tuple(STORY[:3])
    assert reader.read() == Batch()
    with run.events.open("ab") as file:
        file.write(b"".join(LINES[3:]))
    assert reader.read().events == tuple(STORY[3:])


def test_a_log_cut_at_every_byte_gives_its_longest_whole_prefix(run: RunDir) -> None:
    data = b"".join(LINES[:5])
    ends = [0]
    for line in LINES[:5]:
        ends.append(ends[-1] + len(line))
    for cut in range(len(data) + 1):
        run.events.write_bytes(data[:cut])
        batch = Tail(run).read()
        expected = max(index for index, end in enumerate(ends) if end <= cut)
        assert batch.events == tuple(STORY[:expected])
        assert batch.damaged == batch.unknown == 0


def test_a_torn_line_counts_when_its_rest_arrives(run: RunDir) -> None:
    reader = Tail(run)
    run.events.write_bytes(LINES[0] + LINES[1][:20])
    assert reader.read().events == (STORY[0],)
    with run.events.open("ab") as file:
        file.write(LINES[1][20:])
    assert reader.read() == Batch((STORY[1],))


def test_flipped_bytes_cost_their_line_and_no_other(run: RunDir) -> None:
    chance = random.Random(1)
    for _ in range(300):
        index = chance.randrange(len(LINES))
        line = bytearray(LINES[index])
        line[chance.randrange(len(line) - 1)] ^= 1 << chance.randrange(8)
        run.events.write_bytes(b"".join([*LINES[:index], bytes(line), *LINES[index + 1 :]]))
        batch = Tail(run).read()
        expected: list[AnyEvent] = [*STORY[:index], *STORY[index + 1 :]]
        assert batch.events == tuple(expected)
        assert batch.damaged in (1, 2)  # two where a newline was made


@pytest.mark.parametrize(
    "rubbish", [b"\n", b"\0" * 4096 + b"\n", b"not json\n", b"[" * 5000 + b"\n"]
)
def test_garbage_is_counted(run: RunDir, rubbish: bytes) -> None:
    run.events.write_bytes(LINES[0] + rubbish + LINES[1])
    assert Tail(run).read() == Batch((STORY[0], STORY[1]), damaged=1)


def test_a_whole_line_with_wrong_values_is_damaged(run: RunDir) -> None:
    huge = b'{"event":"checkpointed","file":"f","bytes":1,"milliseconds":1e999'
    lines = [b'{"event":"reached","arm":3', b'{"event":7', b"[1", huge]
    run.events.write_bytes(b"\n".join(map(whole, lines)) + b"\n")
    assert Tail(run).read() == Batch(damaged=4)


def test_nesting_without_end_is_damaged(run: RunDir) -> None:
    run.events.write_bytes(whole(b'{"event":"paused","x":' + b"[" * 200_000) + b"\n")
    assert Tail(run).read() == Batch(damaged=1)


def test_events_of_a_newer_version_are_counted_apart(run: RunDir) -> None:
    run.events.write_bytes(whole(b'{"event":"levitated","height":3') + b"\n" + LINES[0])
    assert Tail(run).read() == Batch((STORY[0],), unknown=1)


def test_keys_of_a_newer_version_are_let_through(run: RunDir) -> None:
    run.events.write_bytes(whole(b'{"event":"paused","why":"asked"') + b"\n")
    assert Tail(run).read().events == (Paused(),)


def test_a_replaced_log_is_read_from_its_start(run: RunDir) -> None:
    reader = Tail(run)
    run.events.write_bytes(b"".join(LINES))
    reader.read()
    new = run.path / "new"
    new.write_bytes(b"".join(LINES[:2]))
    new.replace(run.events)
    assert reader.read() == Batch(tuple(STORY[:2]), restarted=True)
    assert reader.read() == Batch()


def test_a_cut_log_is_read_from_its_start(run: RunDir) -> None:
    reader = Tail(run)
    run.events.write_bytes(b"".join(LINES))
    reader.read()
    os.truncate(run.events, len(LINES[0]))
    assert reader.read() == Batch((STORY[0],), restarted=True)


@pytest.mark.parametrize("gone", [True, False])
def test_a_log_that_is_emptied_or_removed_says_so_once(run: RunDir, gone: bool) -> None:
    reader = Tail(run)
    run.events.write_bytes(b"".join(LINES))
    reader.read()
    if gone:
        run.events.unlink()
    else:
        os.truncate(run.events, 0)
    assert reader.read() == Batch(restarted=True)
    assert reader.read() == Batch()


def test_blocks_together_are_the_log(run: RunDir) -> None:
    run.events.write_bytes(b"".join(LINES))
    blocks = list(Tail(run).blocks(1000))
    assert len(blocks) > 3
    assert [event for block in blocks for event in block.events] == STORY


def test_a_line_too_long_is_skipped_in_bounded_memory(
    run: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MAX_LINE", 2000)
    run.events.write_bytes(LINES[0] + b"x" * 50_000)
    reader = Tail(run)
    assert [event for block in reader.blocks(4000) for event in block.events] == [STORY[0]]
    with run.events.open("ab") as file:
        file.write(b"y" * 9_000 + b"\n" + LINES[1])
    batches = list(reader.blocks(4000))
    assert sum(batch.damaged for batch in batches) == 1
    assert [event for batch in batches for event in batch.events] == [STORY[1]]


@pytest.mark.parametrize("kind", ["fifo", "folder", "link"])
def test_what_is_no_plain_file_is_an_empty_log(run: RunDir, kind: str) -> None:
    if kind == "fifo":
        os.mkfifo(run.events)
    elif kind == "folder":
        run.events.mkdir()
    else:
        target = run.path / "elsewhere"
        target.write_bytes(b"".join(LINES))
        run.events.symlink_to(target)
    assert Tail(run).read() == Batch()


def test_a_log_that_cannot_be_read_is_an_empty_one(
    run: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.events.write_bytes(LINES[0])

    def fails(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "pread", fails)
    assert Tail(run).read() == Batch()


def test_strings_of_other_planes_survive(run: RunDir) -> None:
    event = Warned(sentence="\U0001f980 \x1b[2J \u202e")
    run.events.write_bytes(events.encode(event))
    assert Tail(run).read().events == (event,)
