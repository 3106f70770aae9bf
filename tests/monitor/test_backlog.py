"""Long logs that other processes read: what comes is what one by one would have brought."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.monitor import backlog, tail
from grok_tui.monitor.backlog import Backlog
from grok_tui.monitor.history import EMPTY, fold
from grok_tui.monitor.reader import Parcel, parcels
from grok_tui.monitor.tail import Tail
from grok_tui.monitor.watch import Watch
from grok_tui.protocol import events
from tests import fakes, logs
from tests.monitor.test_history import plain

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from grok_tui.monitor.history import History
    from grok_tui.protocol.rundir import RunDir


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of a few thousand bytes is long."""
    monkeypatch.setattr(tail, "LONG", 4000)
    monkeypatch.setattr(backlog, "STRETCH", 3000)


def followed(run: RunDir) -> tuple[History, int, int]:
    """A history of all that the tail brings, the lines that it could not read, the unknown ones."""
    history, damaged, unknown = EMPTY, 0, 0
    reader = Tail(run)
    for batch in reader.blocks(beside=True):
        history = fold(EMPTY if batch.restarted else history, batch.events)
        damaged += batch.damaged
        unknown += batch.unknown
    reader.close()
    return history, damaged, unknown


def alone(run: RunDir) -> tuple[History, int, int]:
    """The same, line by line in this process."""
    batch = Tail(run).read()
    history = EMPTY
    for event in batch.events:
        history = fold(history, [event])
    return history, batch.damaged, batch.unknown


def same(run: RunDir) -> bool:
    one, other = followed(run), alone(run)
    return plain(one[0]) == plain(other[0]) and one[1:] == other[1:]


def test_a_wild_log_is_read_as_line_by_line(tmp_path: Path, short: None) -> None:
    run = logs.wild_run(tmp_path, 1500)
    assert same(run)
    history, damaged, _ = followed(run)
    assert damaged > 0
    assert sum(len(lane.steps) for lane in history.lanes.values()) > 500


@pytest.mark.parametrize("size", [90, 285, 700, 4096])
def test_stretches_of_any_size_are_the_log(tmp_path: Path, size: int) -> None:
    """Every line belongs to the stretch that it begins in."""
    run = logs.made_run(tmp_path, 60, 2)
    data = run.events.read_bytes()
    with run.events.open("rb") as file:
        found = [list(parcels(file.fileno(), (0, len(data)), (k, 3), size)) for k in range(3)]
    order = [found[number % 3][number // 3] for number in range(-(-len(data) // size))]
    assert all(parcel.complete for parcel in order)
    assert max(parcel.end for parcel in order) == len(data)
    whole = fold(EMPTY, [piece for parcel in order for piece in parcel.pieces])
    assert plain(whole) == plain(alone(run)[0])


def test_a_torn_end_and_what_grows_meanwhile_are_read_here(tmp_path: Path, short: None) -> None:
    run = logs.made_run(tmp_path, 200, 2)
    data = run.events.read_bytes()
    run.events.write_bytes(data[:-400])
    watched = Watch(run)
    early = watched.look()
    run.events.write_bytes(data)
    late = watched.look()
    watched.close()
    assert (early.state, late.state) == ("interrupted", "finished")
    assert plain(late.history) == plain(alone(run)[0])


def test_a_line_too_long_is_left_to_us(
    tmp_path: Path, short: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = logs.made_run(tmp_path, 200, 2)
    lines = run.events.read_bytes().splitlines(keepends=True)
    for length in (2_000, 10_000, 3 << 20):
        run.events.write_bytes(b"".join([*lines[:90], b"x" * length, b"\n", *lines[90:]]))
        assert same(run)
        assert followed(run)[1] == 1


def test_a_reader_that_dies_is_done_without(tmp_path: Path, short: None) -> None:
    run = logs.made_run(tmp_path, 400, 2)
    reader = Tail(run)
    blocks = reader.blocks(beside=True)
    found = [next(blocks)]
    assert reader._backlog is not None
    for one in reader._backlog._readers:
        one.kill()
        one.wait()
    found += blocks
    history = fold(EMPTY, [piece for batch in found for piece in batch.events])
    assert plain(history) == plain(alone(run)[0])


def test_what_does_not_fit_through_the_pipe_is_read_here(tmp_path: Path, short: None) -> None:
    """A seed may be larger than what is sent: the reader fails."""
    run = logs.made_run(tmp_path, 200, 2)
    with run.events.open("ab") as file:
        odd = msgspec.structs.replace(
            fakes.measured("dense", 0, 900, fakes.Fate(1, None)), seed=10**30
        )
        file.write(events.encode(odd))
    assert same(run)
    assert ("dense", 10**30) in followed(run)[0].lanes


def test_without_python_to_start_it_is_read_here(
    tmp_path: Path, short: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert same(logs.made_run(tmp_path, 200, 2))


def test_a_log_that_is_replaced_meanwhile_is_read_from_its_start(
    tmp_path: Path, short: None
) -> None:
    run = logs.made_run(tmp_path, 400, 2)
    watched = Watch(run)
    assert watched.look(patience=0).behind
    new = run.path / "new"
    new.write_bytes(b"".join(map(events.encode, fakes.run_events(fakes.config(), last=20))))
    new.replace(run.events)
    view = watched.look()
    watched.close()
    assert plain(view.history) == plain(alone(run)[0])


def test_who_stops_looking_leaves_nobody_behind(tmp_path: Path, short: None) -> None:
    run = logs.made_run(tmp_path, 4000, 2)
    watched = Watch(run)
    view = watched.look(patience=0)
    assert 0 < view.share < 1
    watched.close()
    again = watched.look()
    assert again.share == 1
    assert plain(again.history) == plain(alone(run)[0])


def test_one_log_at_a_time_is_read_by_others(tmp_path: Path, short: None) -> None:
    run = logs.made_run(tmp_path, 4000, 2)
    first, second = Watch(run), Watch(run)
    first.look(patience=0)
    beside = first._tail._backlog
    assert beside is not None
    assert second.look().share == 1
    assert second._tail._backlog is None
    del first  # and nobody has said close
    assert [one.returncode is not None for one in beside._readers] == []
    third = Watch(run)
    third.look(patience=0)
    assert third._tail._backlog is not None
    third.close()


def test_readers_are_gone_when_closed(tmp_path: Path, short: None) -> None:
    run = logs.made_run(tmp_path, 4000, 2)
    with run.events.open("rb") as file:
        open_log = Backlog(file.fileno(), 0, os.fstat(file.fileno()).st_size)
        first = open_log.take()
        readers: list[subprocess.Popen[bytes]] = open_log._readers
        open_log.close()
    assert isinstance(first, Parcel)
    assert [one.returncode is not None for one in readers] == [True, True]
