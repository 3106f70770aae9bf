"""Sweeps in a list: how far they are, by the last lines of their packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.sweeps import listing
from grok_tui.monitor.sweeps.listing import listed
from grok_tui.protocol.owned import Lock
from tests.placing.staged import Staged, made

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_done_are_those_that_trained_to_their_end(tmp_path: Path) -> None:
    sweep = made(tmp_path)
    place = Staged(sweep, devices=3)
    first, second, third = (pack.run for pack in sweep.plans()[0].packs)
    for pack in (first, second, third):
        place.start(place.run(pack))
    place.ends(first)
    place.stops(second, told=True)
    place.vanishes(third)
    (one,) = listed(tmp_path)
    assert (one.sweep, one.state, one.done, one.packs) == (sweep, "stopped", 1, 3)
    assert one.title == "Tiny"
    lock = Lock(sweep, "held")
    assert [one.state for one in listed(tmp_path)] == ["training"]
    lock.release()
    for pack in (second, third):
        place.start(place.run(pack))
        place.ends(pack)
    assert [(one.state, one.done) for one in listed(tmp_path)] == [("done", 3)]


def test_a_sweep_trains_while_a_trainer_outlives_its_driver_and_says_so_if_it_fails(
    tmp_path: Path,
) -> None:
    sweep = made(tmp_path)
    place = Staged(sweep, devices=3)
    first = sweep.plans()[0].packs[0].run
    place.start(place.run(first))
    assert [one.state for one in listed(tmp_path)] == ["training"]
    place.fails(first)
    assert [(one.state, one.done) for one in listed(tmp_path)] == [("failed", 0)]


def test_no_more_packs_are_looked_at_than_there_is_time_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST", 2)
    made(tmp_path)
    assert [(one.done, one.packs) for one in listed(tmp_path)] == [(None, 3)]


def test_what_a_stranger_put_there_is_named_and_not_followed(tmp_path: Path) -> None:
    sweep = made(tmp_path)
    sweep.file.write_text("title = [")
    sweep.packs.rename(tmp_path / "elsewhere")
    sweep.packs.symlink_to(tmp_path / "elsewhere")
    (one,) = listed(tmp_path)
    assert (one.title, one.packs) == ("", 0)
    assert list(listed(tmp_path / "nowhere")) == []
