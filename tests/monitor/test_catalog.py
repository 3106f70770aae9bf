"""Runs are found by name and told in a line, whatever lies in their folders."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.monitor.catalog import Catalog, Summary, find, read_config, summaries, summary
from grok_tui.monitor.facts import run_keys
from grok_tui.monitor.filter import parse
from grok_tui.monitor.logparts import log_part
from grok_tui.monitor.sparkline import drawn
from grok_tui.protocol import events
from grok_tui.protocol.events import LaneFinished
from grok_tui.protocol.rundir import RunDir, TrainerLock
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

IDS = [f"20261121-10150{number}-{name}-abcd" for number, name in enumerate(["dense", "early", "x"])]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for run_id in IDS:
        (tmp_path / run_id).mkdir()
    return tmp_path


def test_a_run_is_found_by_id_by_a_part_and_as_the_last(runs: Path) -> None:
    assert find(runs, IDS[0]).id == IDS[0]
    assert find(runs, "early").id == IDS[1]
    assert find(runs, "last").id == IDS[2]


def test_a_part_that_fits_several_names_them(runs: Path) -> None:
    for number in range(10, 16):
        (runs / f"20261121-1016{number}-early-abcd").mkdir()
    with pytest.raises(
        RunError, match=r"“early” fits 7 runs.*-early-abcd, .* and 2 more$"
    ) as error:
        find(runs, "early")
    assert str(error.value).count("-early-") == 5


@pytest.mark.parametrize("text", ["nothing", "", "../..", "\x1b[2J"])
def test_a_part_that_fits_none_names_the_newest(runs: Path, text: str) -> None:
    with pytest.raises(RunError, match=IDS[2]) as error:
        find(runs, text)
    assert "\x1b" not in str(error.value)


def test_an_empty_folder_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="start one with"):
        find(tmp_path / "missing", "last")


def test_only_folders_named_as_runs_are_listed(runs: Path) -> None:
    (runs / "notes").mkdir()
    (runs / "20261121-101509-file-abcd").write_text("")
    (runs / "20261121-101509-link-abcd").symlink_to(runs / IDS[0])
    assert [found.run.id for found in summaries(runs)] == IDS[::-1]
    assert [found.run.id for found in summaries(runs, limit=2)] == IDS[:0:-1]


@pytest.mark.parametrize(
    ("state", "milestones", "step"),
    [
        ("starting", "", 0),
        ("running", "1/6 generalised", 597),
        ("paused", "1/6 generalised", 597),
        ("finished", "4/6 generalised", 5000),
        ("stopped", "1/6 generalised", 597),
        ("failed", "1/6 generalised", 597),
        ("interrupted", "1/6 generalised", 597),
    ],
)
def test_a_run_in_a_line(tmp_path: Path, state: fakes.State, milestones: str, step: int) -> None:
    found = summary(fakes.recorded_run(tmp_path, state))
    assert (found.state, found.milestones) == (state, milestones)
    assert (found.title, found.planned, found.problem) == (fakes.config().title, 5000, "")
    assert found.arms == tuple(fakes.FATES)
    assert found.seeds == (0,)
    assert found.step == step


def test_before_anything_generalised_memorised_lanes_are_told(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "running", last=50)
    assert summary(run).milestones == "4/6 memorised"
    run.config.unlink()
    found = summary(run)
    assert (found.milestones, found.arms, found.planned) == ("4 memorised", (), 0)
    assert "config.toml" in found.problem


def test_lanes_that_ended_count_for_the_step(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "running", last=50)
    fakes.append(run, [LaneFinished(arm="dense", seed=0, step=777, reason="steps")])
    assert summary(run).step == 777


def test_a_paused_run_stays_paused_when_more_is_said(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "paused")
    told = events.Obeyed(command="checkpoint", id="1", result="done")
    fakes.append(run, [told] * 3)
    assert summary(run).state == "paused"


def test_a_torn_or_damaged_log_is_told_as_far_as_it_goes(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "interrupted")
    mark = b'{"event":"reached",'
    with run.events.open("ab") as file:
        file.write(mark + b"rubbish\n" + mark)
    assert summary(run).milestones == "1/6 generalised"
    run.events.write_bytes(b"\0" * 10_000)
    assert summary(run).milestones == ""


def test_a_hostile_run_is_listed(tmp_path: Path) -> None:
    fakes.hostile_run(tmp_path)
    [found] = summaries(tmp_path)
    assert found.state == "failed"
    assert "\x1b" not in found.problem
    assert found.title == ""


def test_any_file_may_be_missing_or_something_else(runs: Path) -> None:
    run = RunDir(runs / IDS[0])
    os.mkfifo(run.events)
    run.config.mkdir()
    run.about.mkdir()
    run.lock.mkdir()
    found = summary(run)
    assert found.state == "interrupted"
    assert log_part(run, 10) == b""
    assert read_config(run)[0] is None


def test_a_log_that_is_a_link_is_not_followed(runs: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(fakes.log([fakes.started(fakes.config())]))
    run = RunDir(runs / IDS[0])
    run.events.symlink_to(target)
    assert log_part(run, 10) == b""


def test_the_time_is_that_of_the_id(tmp_path: Path) -> None:
    found = summary(fakes.recorded_run(tmp_path))
    assert time.strftime("%Y%m%d-%H%M%S", time.localtime(found.started_at)) == fakes.RUN_ID[:15]


def test_a_time_that_never_was_is_long_ago(tmp_path: Path) -> None:
    found = summary(fakes.recorded_run(tmp_path, run_id="20269999-999999-x-abcd"))
    assert found.started_at == 0.0


def test_what_the_table_needs_is_that_of_the_dense_arm(tmp_path: Path) -> None:
    config = fakes.config(seeds=(0, 1), only=("grokked-ticket", "dense"))
    found = summary(fakes.recorded_run(tmp_path, made_of=config))
    assert found.arm == "dense"
    assert (found.t_mem.median, found.t_gen.reached, found.t_gen.missed) == (42, 2, 0)
    assert 1141 <= (found.t_gen.median or 0) < 1155
    assert 27 < (found.tau_grok.median or 0) < 28
    assert drawn(found.curve) == "▁▁▁▁▁▁▁▁▁██ "
    assert (found.best, found.last) == pytest.approx((0.98, 0.98), abs=0.02)
    assert found.kept == pytest.approx(0.4, abs=1e-4)
    assert found.speed is not None


def test_what_was_not_reached_is_no_number(tmp_path: Path) -> None:
    config = fakes.config(only=("random-mask",), steps=500)
    found = summary(fakes.recorded_run(tmp_path, made_of=config))
    assert (found.arm, found.t_gen.median, found.t_gen.missed) == ("random-mask", None, 1)
    assert found.facts["t_gen"] is None
    assert found.facts["state"] == ("finished", "ended", "memorised")


def test_a_run_is_filtered_by_what_it_is_and_came_to(tmp_path: Path) -> None:
    facts = summary(fakes.recorded_run(tmp_path)).facts
    for text in (
        "quickstart ticket",
        "state=finished state=ended state=grokked",
        "p=67 wd=1 t_gen>1000 tau=20..30 best>90% reached=4 lanes=6 step=5000",
        "preset=quickstart speed>0 kept<50%",
    ):
        assert parse(text, run_keys()).fits(facts), text
    assert not parse("state=alive or state=stopped").fits(facts)


def test_a_run_without_a_configuration_shows_the_curve_of_its_first_lane(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path)
    run.config.unlink()
    found = summary(run)
    assert found.curve[0] is not None
    assert found.facts["reached"] == 4
    assert found.facts["lanes"] == 6


def test_a_lane_that_was_stopped_may_still_get_there(tmp_path: Path) -> None:
    found = summary(fakes.recorded_run(tmp_path, "stopped"))
    assert (found.t_gen.missed, found.t_gen.pending) == (0, 1)


def looked(catalog: Catalog, page: int = 60) -> list[list[str]]:
    return [[one.run.id for one in found] for found, _ in catalog.look(page)]


def test_the_newest_page_comes_before_all_at_the_first_look(runs: Path) -> None:
    for run_id in IDS:
        (runs / run_id / "events.jsonl").write_bytes(fakes.log([fakes.started(fakes.config())]))
    catalog = Catalog(runs)
    assert [complete for _, complete in catalog.look(2)] == [False, True]
    assert looked(Catalog(runs), 2) == [IDS[:0:-1], IDS[::-1]]
    assert looked(catalog, 2) == [IDS[::-1]]
    assert looked(Catalog(runs / "missing")) == [[]]


def test_what_stands_as_it_stood_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = fakes.recorded_run(tmp_path, "stopped", run_id=IDS[0])
    trained = fakes.recorded_run(tmp_path, "running", run_id=IDS[1])
    read: list[str] = []

    def counted(run: RunDir) -> Summary:
        read.append(run.id)
        return summary(run)

    monkeypatch.setattr("grok_tui.monitor.catalog.summary", counted)
    catalog = Catalog(tmp_path)
    looked(catalog)
    looked(catalog)
    assert read == [IDS[1], IDS[0], IDS[1]]
    fakes.let_go(trained)
    fakes.append(ended, [fakes.finished([])])
    read.clear()
    looked(catalog)
    looked(catalog)
    assert read == [IDS[1], IDS[0]]
    ended.path.rename(tmp_path / "away")
    assert looked(catalog) == [[IDS[1]]]


def test_a_run_that_is_taken_on_is_seen_at_once(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "stopped")
    catalog = Catalog(tmp_path)
    looked(catalog)
    lock = TrainerLock(run)
    assert [one.state for found, _ in catalog.look() for one in found] == ["running"]
    lock.release()
