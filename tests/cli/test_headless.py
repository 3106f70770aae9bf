"""Following a run without the TUI, on logs that nobody trained."""

from __future__ import annotations

import io
import json
import os
import re
import signal
from typing import TYPE_CHECKING

import pytest

from grok_tui.cli import headless
from grok_tui.cli.headless import RawLog, Stop, conclude, follow
from grok_tui.cli.progress import Bars, Lines
from grok_tui.cli.tables import show_json, show_lines
from grok_tui.errors import Interrupted, RunFailed
from grok_tui.monitor import launch
from grok_tui.monitor.watch import View, Watch
from grok_tui.protocol import control
from grok_tui.protocol.events import Failed
from tests import fakes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Silent:
    """A reporter that keeps what it is told, and lets a test act at each look."""

    def __init__(self, act: Callable[[int], object] = lambda _: None) -> None:
        self.sentences: list[str] = []
        self.looks = 0
        self.closed = False
        self._act = act

    def show(self, view: View) -> None:
        self.looks += 1
        self._act(self.looks)

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headless, "LOOK", 0)


def view_of(tmp_path: Path, state: fakes.State) -> View:
    return Watch(fakes.recorded_run(tmp_path, state)).look()


def at_once(_: RunDir) -> None:
    """The trainer has begun."""


def lines(*views: View, at: Sequence[float] = ()) -> list[str]:
    """What `Lines` prints for these views, the clock standing at each of `at`."""
    clock, out = Clock(), io.StringIO()
    reporter = Lines(out, clock)
    for view, now in zip(views, at or [0] * len(views), strict=True):
        clock.now = now
        reporter.show(view)
    return out.getvalue().splitlines()


def test_a_milestone_is_a_line_and_is_said_once(tmp_path: Path) -> None:
    view = view_of(tmp_path, "finished")
    found = lines(view, view)
    assert found.count("dense seed 0: memorised at step 42") == 1
    assert found.count("random-mask seed 0: not generalised in 5000 steps") == 1


def test_every_ten_seconds_there_is_a_line(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "running")
    view = Watch(run).look()
    fakes.let_go(run)
    said = lines(view, at=[0])
    later = lines(view, view, view, view, at=[0, 9, 10, 19])
    assert len(later) == len(said) + 1
    assert later[-1].startswith("10 s: 1 of 6 lanes done; ")
    assert "steps/s" in later[-1]


def test_plain_lines_have_no_control_codes(tmp_path: Path) -> None:
    found = lines(view_of(tmp_path, "finished"), Watch(fakes.hostile_run(tmp_path)).look())
    assert found
    assert all(line.isprintable() for line in found)


def terminal(monkeypatch: pytest.MonkeyPatch, width: int, height: int) -> io.StringIO:
    """A stream that is taken for a terminal of this size."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("LINES", str(height))
    out = io.StringIO()
    out.isatty = lambda: True  # type: ignore[method-assign]
    return out


def test_bars_have_a_line_for_each_lane_and_give_the_cursor_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = terminal(monkeypatch, 120, 30)
    bars = Bars(out)
    bars.show(view_of(tmp_path, "finished"))
    bars.close()
    for arm in fakes.FATES:
        assert f"{arm} seed 0" in out.getvalue()
    assert out.getvalue().rindex("\x1b[?25h") > out.getvalue().rindex("\x1b[?25l")


def test_eighty_columns_hold_step_speed_time_left_and_accuracies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = terminal(monkeypatch, 80, 24)
    run = fakes.recorded_run(tmp_path, "running")
    bars = Bars(out)
    bars.show(Watch(run).look())
    bars.close()
    fakes.let_go(run)
    assert re.search(r"/5000, \d+ steps/s, < \d+ s +train 1.00 test 0.\d\d", out.getvalue())
    assert "…" not in out.getvalue()


def test_eighty_columns_hold_names_of_any_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = terminal(monkeypatch, 80, 30)
    made_of = fakes.many_arms(arms=8, seeds=1)
    found = fakes.many_events(made_of, last=1141)
    run = fakes.recorded_run(tmp_path, "running", made_of=made_of, found=found)
    bars = Bars(out)
    bars.show(Watch(run).look())
    bars.close()
    fakes.let_go(run)
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", out.getvalue()).splitlines()
    assert max(map(len, lines)) <= 80
    last = [line.split()[0] for line in lines if "seed 0" in line][-7:]
    assert [name[-3:] for name in last] == [f"-0{number}" for number in range(1, 8)]
    assert "..." not in out.getvalue()


def test_follow_returns_when_the_trainer_is_done_and_closes_the_reporter(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "running")

    def act(look: int) -> None:
        if look == 3:
            fakes.append(run, [fakes.finished([])])
            fakes.let_go(run)

    reporter = Silent(act)
    view = follow(run, reporter, wait=at_once)
    assert view.state == "finished"
    assert reporter.closed
    assert reporter.looks > 3


def test_the_first_signal_asks_the_trainer_to_stop(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "running")
    commands: list[object] = []

    def act(look: int) -> None:
        if look == 2:  # twice at once, as timeout(1) does it: still the first
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)
        if look == 4:
            commands.extend(
                getattr(control.read(path), "command", "") for path in control.waiting(run)
            )
            fakes.append(run, [fakes.finished([], "stopped")])
            fakes.let_go(run)

    before = signal.getsignal(signal.SIGTERM)
    reporter = Silent(act)
    assert follow(run, reporter, wait=at_once).state == "stopped"
    assert commands == ["stop"]
    assert len(reporter.sentences) == 1
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_second_signal_leaves_at_once(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "running")
    reporter = Silent(lambda look: os.kill(os.getpid(), signal.SIGINT))
    try:
        with pytest.raises(Interrupted):
            follow(run, reporter, wait=at_once)
    finally:
        fakes.let_go(run)
    assert reporter.closed


def test_leaving_before_the_trainer_reads_commands_ends_it_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[RunDir] = []
    monkeypatch.setattr(launch, "terminate", ended.append)

    def twice(_: RunDir) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    run = fakes.recorded_run(tmp_path, "starting")
    with pytest.raises(Interrupted, match="was asked to stop"):
        follow(run, Silent(), wait=twice)
    fakes.let_go(run)
    assert ended == [run]


def test_a_trainer_that_was_asked_is_not_ended_by_signal_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[RunDir] = []
    monkeypatch.setattr(launch, "terminate", ended.append)
    run = fakes.recorded_run(tmp_path, "running")
    with Stop(run) as stop:
        os.kill(os.getpid(), signal.SIGINT)
        stop.ask(Watch(run).look())
        with pytest.raises(Interrupted):
            os.kill(os.getpid(), signal.SIGINT)
    fakes.let_go(run)
    assert ended == []


def test_a_trainer_that_has_not_begun_is_asked_once_it_has(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "starting")
    with Stop(run) as stop:
        stop.wanted = True
        early = stop.ask(Watch(run).look())
        fakes.append(run, fakes.run_events(fakes.config(), last=5, ended=False))
        asked = stop.ask(Watch(run).look())
        again = stop.ask(Watch(run).look())
    fakes.let_go(run)
    assert (early, asked, again) == (False, True, False)


def test_a_trainer_that_does_not_answer_is_asked_again(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "running")
    clock = Clock()
    view = Watch(run).look()
    with Stop(run, clock) as stop:
        stop.wanted = True
        answers = [stop.ask(view) for clock.now in (0, 4, 6)]
    fakes.let_go(run)
    assert answers == [True, False, True]


def test_json_is_the_log_itself_each_line_once(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path)
    out = io.StringIO()
    raw = RawLog(run, out)
    raw.copy()
    raw.copy()
    assert out.getvalue() == run.events.read_text()


def test_json_leaves_out_torn_and_damaged_lines(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path)
    whole = run.events.read_text()
    with run.events.open("a") as file:
        file.write('{"event":"paused","crc":"00000000"}\n{"event":"pau')
    out = io.StringIO()
    RawLog(run, out).copy()
    assert out.getvalue() == whole


def test_json_to_a_terminal_does_not_steer_it(tmp_path: Path) -> None:
    run = fakes.hostile_run(tmp_path)
    out = io.StringIO()
    out.isatty = lambda: True  # type: ignore[method-assign]
    RawLog(run, out).copy()
    assert out.getvalue().replace("\n", "").isprintable()


def test_json_objects_can_be_read_back(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path)
    out = io.StringIO()
    RawLog(run, out).copy()
    kinds = [json.loads(line)["event"] for line in out.getvalue().splitlines()]
    assert (kinds[0], kinds[-1]) == ("started", "finished")


def test_a_finished_run_prints_its_verdict(tmp_path: Path) -> None:
    out = io.StringIO()
    conclude(view_of(tmp_path, "finished"), out)
    found = out.getvalue().splitlines()
    assert found[0].startswith("arm")
    assert [line.split()[0] for line in found[1:7]] == list(fakes.FATES)
    assert found[7] == ""
    assert len(found) == 11


def test_a_stopped_run_prints_what_there_is_and_is_interrupted(tmp_path: Path) -> None:
    out = io.StringIO()
    with pytest.raises(Interrupted, match="resume") as raised:
        conclude(view_of(tmp_path, "stopped"), out)
    assert raised.value.exit_code == 130
    assert "dense" in out.getvalue()


def test_a_failed_run_raises_the_sentence_of_the_trainer(tmp_path: Path) -> None:
    out = io.StringIO()
    with pytest.raises(RunFailed, match=r"^the disk is full$"):
        conclude(view_of(tmp_path, "failed"), out)
    assert out.getvalue() == ""


def test_a_failed_run_names_its_crash_report(tmp_path: Path) -> None:
    ended = Failed(sentence="no", traceback="", report="crash-1.txt")
    run = fakes.recorded_run(tmp_path, "failed", found=[fakes.started(fakes.config()), ended])
    with pytest.raises(RunFailed) as raised:
        conclude(Watch(run).look(), None)
    assert str(raised.value) == f"no; see {run.path}/crash-1.txt"
    view = Watch(run).look()
    assert f"crash report: {run.path}/crash-1.txt" in show_lines(view)
    assert json.loads(show_json(view))["crash_report"] == f"{run.path}/crash-1.txt"


def test_what_to_type_next_says_where_the_runs_are(tmp_path: Path) -> None:
    again = f"`grok-tui --runs-dir {tmp_path} resume {fakes.RUN_ID}` goes on"
    with pytest.raises(RunFailed, match=re.escape(again)):
        conclude(view_of(tmp_path, "interrupted"), None)


def test_a_killed_trainer_is_a_failure_that_names_resume(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="resume 2026") as raised:
        conclude(view_of(tmp_path, "interrupted"), None)
    assert raised.value.exit_code == 3


@pytest.mark.parametrize("wait", [headless.wait_until_begun, headless.wait_until_started])
def test_an_interrupt_while_a_trainer_loads_tells_it_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait: Callable[[RunDir], None]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    ended: list[RunDir] = []
    monkeypatch.setattr(launch, "wait_until_started", interrupt)
    monkeypatch.setattr(launch, "terminate", ended.append)
    run = fakes.recorded_run(tmp_path, "interrupted")
    with pytest.raises(Interrupted, match=f"trainer of {run.id} was asked to stop"):
        wait(run)
    assert ended == [run]


def test_a_trainer_whose_disk_is_full_is_asked_by_a_signal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order is a file: there was no room for it, and the trainer was left alone."""
    told: list[RunDir] = []
    monkeypatch.setattr(launch, "terminate", told.append)
    view = view_of(tmp_path, "running")
    view.run.control.rmdir()  # as good as full: no order can be put there
    with Stop(view.run) as stop:
        stop.wanted = True
        assert stop.ask(view)
    assert told == [view.run]
    fakes.let_go(view.run)
