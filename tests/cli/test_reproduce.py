"""`grok-tui reproduce`: what it starts, what it takes as it is, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.cli import headless
from grok_tui.errors import RunError
from grok_tui.monitor import launch
from grok_tui.protocol import presets, rundir
from grok_tui.protocol.events import Failed
from tests import fakes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.rundir import RunDir
    from tests.cli.conftest import Grok

ID = "20261121-10150{}-fig2d-abcd"


@pytest.fixture
def started(runs: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Config, str]]:
    """Name, configuration and device of each run that is started; each has ended at once."""
    calls: list[tuple[str, Config, str]] = []

    def start(
        config: Config, _: Path, name: str, device: str, command: Sequence[str], threads: int
    ) -> RunDir:
        calls.append((name, config, device))
        return fakes.recorded_run(runs, made_of=config, run_id=ID.format(len(calls)))

    monkeypatch.setattr(launch, "start", start)
    monkeypatch.setattr(headless, "wait_until_begun", lambda _: None)
    return calls


def config(name: str = "fig2d", seeds: str = "3") -> Config:
    return presets.load(name, (), seeds)[0]


def test_what_is_missing_is_trained_and_judged(
    grok: Grok, started: list[tuple[str, Config, str]], runs: Path
) -> None:
    result = grok("reproduce", "fig2d", "--device", "cpu")
    assert result.code == 0
    assert started == [("fig2d", config(), "cpu")]
    assert "fig2d" in result.out
    assert "1 reproduced" in result.out
    assert "grok-tui plot" in result.out
    assert (runs / "reproduction-fast" / "reproduction.md").is_file()
    assert (runs / "reproduction-fast" / "figures" / "fig2d.svg").is_file()


def test_a_finished_run_is_taken_as_it_is(
    grok: Grok, started: list[tuple[str, Config, str]], runs: Path
) -> None:
    fakes.recorded_run(runs, made_of=config())
    result = grok("reproduce", "fig2d")
    assert (result.code, started, result.err) == (0, [], "")


def test_other_seeds_are_another_run(
    grok: Grok, started: list[tuple[str, Config, str]], runs: Path
) -> None:
    fakes.recorded_run(runs, made_of=config())
    assert grok("reproduce", "fig2d", "--seeds", "0,5").code == 0
    assert [made.seeds for _, made, _ in started] == [(0, 5)]


def test_the_report_says_what_else_is_known(
    grok: Grok, started: list[tuple[str, Config, str]], runs: Path
) -> None:
    fakes.recorded_run(runs, made_of=config("fig2e"), run_id=ID.format(9), found=[])
    grok("reproduce", "fig2d")
    page = (runs / "reproduction-fast" / "reproduction.md").read_text()
    assert "**Reproduced.**" in page.split("\n## fig2d\n")[1].split("\n## ")[0]
    assert "Fig3: not run." in page


def test_an_interrupted_run_goes_on(
    grok: Grok,
    started: list[tuple[str, Config, str]],
    runs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stopped = fakes.recorded_run(runs, "interrupted", made_of=config())

    def resume(run: RunDir) -> None:
        assert run == stopped
        run.events.write_bytes(fakes.log(fakes.run_events(config())))

    monkeypatch.setattr(launch, "resume", resume)
    monkeypatch.setattr(headless, "wait_until_started", lambda _: None)
    result = grok("reproduce", "fig2d")
    assert (result.code, started) == (0, [])
    assert "1 reproduced" in result.out


def test_a_run_that_trains_already_is_joined(
    grok: Grok, started: list[tuple[str, Config, str]], runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = fakes.recorded_run(runs, "running", made_of=config())
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 2:
            run.events.write_bytes(fakes.log(fakes.run_events(config())))
            fakes.let_go(run)

    monkeypatch.setattr("grok_tui.cli.headless.time.sleep", sleep)
    assert (grok("reproduce", "fig2d").code, started) == (0, [])


def test_what_another_one_has_trained_meanwhile_is_taken(
    grok: Grok, started: list[tuple[str, Config, str]], runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = launch.start

    def start(made: Config, *rest: object) -> RunDir:
        fakes.recorded_run(runs, made_of=config("fig10-images"), run_id=ID.format(8))
        return good(made, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(launch, "start", start)
    assert grok("reproduce", "fig2d", "fig10-images").code == 0
    assert [name for name, *_ in started] == ["fig2d"]


def test_a_run_that_fails_does_not_stop_the_others(
    grok: Grok,
    started: list[tuple[str, Config, str]],
    runs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = launch.start

    def start(made: Config, folder: Path, name: str, *rest: object) -> RunDir:
        if name == "fig2d":
            raise RunError("cannot start a run: the disk is full")
        return good(made, folder, name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(launch, "start", start)
    result = grok("reproduce", "fig2d", "fig10-images")
    assert result.code == 3
    assert [name for name, *_ in started] == ["fig10-images"]
    assert "fig2d failed: cannot start a run: the disk is full" in result.err
    assert result.err.endswith("grok-tui: 1 of 2 runs failed: fig2d\n")
    assert "reproduced" in result.out


def test_a_trainer_that_fails_says_why(
    grok: Grok, started: list[tuple[str, Config, str]], runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(made: Config, *_: object) -> RunDir:
        ended = Failed(sentence="the numbers ran out", traceback="")
        return fakes.recorded_run(runs, "failed", made_of=made, found=[fakes.started(made), ended])

    monkeypatch.setattr(launch, "start", start)
    result = grok("reproduce", "fig2d")
    assert result.code == 3
    assert "fig2d failed: the numbers ran out" in result.err
    page = (runs / "reproduction-fast" / "reproduction.md").read_text()
    assert "Fig2d: the numbers ran out." in page


def test_a_run_that_is_stopped_ends_it_and_says_how_to_go_on(
    grok: Grok, runs: Path, monkeypatch: pytest.MonkeyPatch, started: list[tuple[str, Config, str]]
) -> None:
    def start(made: Config, *_: object) -> RunDir:
        return fakes.recorded_run(runs, "stopped", made_of=made)

    monkeypatch.setattr(launch, "start", start)
    result = grok("reproduce", "fig2d", "fig10-images")
    assert (result.code, result.out) == (130, "")
    assert "was stopped; `grok-tui reproduce` with the same options goes on" in result.err


def test_an_interrupt_between_two_runs_is_one_sentence(
    grok: Grok, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(*_: object) -> RunDir:
        raise KeyboardInterrupt

    monkeypatch.setattr(launch, "start", start)
    result = grok("reproduce", "fig2d")
    assert result.code == 130
    assert result.err.splitlines()[-1].startswith("grok-tui: stopped; `grok-tui reproduce`")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fig99",), "fig99: no such figure"),
        (("--variant", "slow"), "--variant slow: expected fast or paper"),
        (("--seeds", "many"), "--seeds many: expected a number of seeds"),
        (("--device", "tpu"), "--device tpu: expected auto"),
    ],
)
def test_wrong_usage_is_one_sentence(grok: Grok, arguments: tuple[str, ...], said: str) -> None:
    result = grok("reproduce", *arguments)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert result.err.count("\n") == 1


def test_the_reports_of_both_variants_lie_beside_each_other(
    grok: Grok, started: list[tuple[str, Config, str]], runs: Path
) -> None:
    assert grok("reproduce", "fig2d", "--variant", "paper").code == 0
    assert [name for name, *_ in started] == ["fig2d-paper"]
    assert (runs / "reproduction-paper" / "reproduction.md").is_file()


def test_a_report_is_no_run(grok: Grok, started: list[tuple[str, Config, str]], runs: Path) -> None:
    grok("reproduce", "fig2d")
    assert [run.id for run in rundir.run_folders(runs)] == [ID.format(1)]
