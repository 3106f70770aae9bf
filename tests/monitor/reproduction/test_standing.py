"""How claims stand: while nothing is there, while runs train, when they ended, however they did."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor import watch
from grok_tui.monitor.reproduction import rows, runs, standing
from grok_tui.monitor.reproduction.standing import Standing, Standings
from tests import fakes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grok_tui.monitor.reproduction.evidence import Evidence
    from grok_tui.protocol.rundir import RunDir

ID = "2026112{}-101500-run-abcd"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    for run in list(fakes._HELD):
        if run.path.parent == tmp_path:
            fakes.let_go(run)


def wanted(name: str) -> runs.Wanted:
    (one,) = (one for one in runs.wanted(rows.ROWS, "fast", "3") if name in one.presets)
    return one


def made(folder: Path, name: str, state: fakes.State, day: int = 1) -> RunDir:
    return fakes.recorded_run(folder, state, made_of=wanted(name).config, run_id=ID.format(day))


def row(found: tuple[Standing, ...], name: str) -> Standing:
    (one,) = (one for one in found if one.row.name == name)
    return one


def test_where_there_is_no_run_it_is_said_what_is_needed(folder: Path) -> None:
    found = Standings(folder, "fast", "3").look()
    assert [one.row for one in found] == list(rows.ROWS)
    fig2d = row(found, "fig2d")
    assert (fig2d.state, fig2d.numbers, fig2d.fraction) == ("missing", ["needs fig2d"], 0.0)
    assert [one.name for one in row(found, "fig2c").missing][:2] == ["fig1", "fig2c-subtraction"]
    assert row(found, "extra-noise").state == "reported", "it rests on no run"


def test_a_run_that_trains_is_shown_with_its_progress(folder: Path) -> None:
    made(folder, "fig2d", "running")
    looker = Standings(folder, "fast", "3")
    one = row(looker.look(), "fig2d")
    assert one.state == "running"
    assert one.words == f"running {100 * one.fraction:.0f} %"
    assert 0 < one.fraction < 1
    assert [run.state for run in one.runs.values()] == ["running"]


@pytest.mark.parametrize("state", ["stopped", "failed", "interrupted"])
def test_a_run_that_ended_badly_is_what_the_claim_says(folder: Path, state: fakes.State) -> None:
    made(folder, "fig2d", state)
    one = row(Standings(folder, "fast", "3").look(), "fig2d")
    assert (one.state, [missing.name for missing in one.missing]) == (state, ["fig2d"])


def test_what_waits_for_its_turn_is_queued(folder: Path) -> None:
    looker = Standings(folder, "fast", "3")
    found = looker.look(rows.find(["fig2d"]))
    assert row(found, "fig2d").state == "queued"
    assert row(found, "fig2e").state == "missing"


def test_a_claim_of_several_runs_counts_those_that_are_there(folder: Path) -> None:
    made(folder, "fig2c-division", "finished")
    one = row(Standings(folder, "fast", "3").look(), "fig2c")
    assert one.words == "1 of 6 runs"
    assert one.fraction == pytest.approx(1 / 6)


def test_a_finished_run_is_judged_once_as_long_as_it_is_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def sound(run: RunDir) -> tuple[None, str]:
        read.append(run.id)
        return None, "not today"

    monkeypatch.setattr(runs, "sound", sound)
    looker = Standings(folder, "fast", "3")
    made(folder, "fig2d", "finished", 1)
    soon = row(looker.look(judge=False), "fig2d")
    assert (soon.state, soon.numbers, read) == ("judging", [], [])
    first = row(looker.look(), "fig2d")
    looker.look()
    assert (first.state, first.numbers) == ("undecided", ["fig2d: not today"])
    assert read == [ID.format(1)]
    made(folder, "fig2d", "finished", 2)
    looker.look()
    assert read == [ID.format(1), ID.format(2)], "a newer one is another"


def test_one_run_behind_many_claims_is_read_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    whole = runs.sound

    def sound(run: RunDir) -> tuple[Evidence | None, str]:
        read.append(run.id)
        return whole(run)

    (fig2d,) = rows.find(["fig2d"])
    twice = (fig2d, replace(fig2d, figures=("another",)))
    monkeypatch.setattr(standing, "ROWS", twice)
    monkeypatch.setattr(runs, "sound", sound)
    made(folder, "fig2d", "finished")
    found = Standings(folder, "fast", "3").look()
    assert [one.row.name for one in found if one.finding] == ["fig2d", "another"]
    assert read == [ID.format(1)]


def test_a_log_that_is_too_long_or_damaged_is_not_judged(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made(folder, "fig2d", "finished")
    monkeypatch.setattr(standing, "LONGEST_LOG", 10)
    one = row(Standings(folder, "fast", "3").look(), "fig2d")
    assert one.numbers == [f"fig2d: {standing.TOO_LONG}"]
    monkeypatch.undo()
    first, *rest = run.events.read_bytes().split(b"\n")
    run.events.write_bytes(b"\n".join([first, b"{broken", *rest]))
    one = row(Standings(folder, "fast", "3").look(), "fig2d")
    assert one.numbers == [f"fig2d: lines of the log of {run.id} are damaged"]


def test_watches_of_runs_that_ended_are_let_go(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(watch.Watch, "close", lambda _: closed.append(True))
    run = made(folder, "fig2d", "running")
    looker = Standings(folder, "fast", "3")
    looker.look()
    assert not closed
    fakes.let_go(run)
    looker.look()
    assert closed == [True]


def test_a_configuration_that_changes_is_read_again(folder: Path) -> None:
    run = made(folder, "fig2d", "running")
    looker = Standings(folder, "fast", "3")
    assert row(looker.look(), "fig2d").state == "running"
    run.config.write_text(run.config.read_text().replace("steps = ", "steps = 1"))
    assert row(looker.look(), "fig2d").state == "missing", "an arm was added: it is another run"
