"""Where the program begins: the TUI without the machinery of the other commands, or with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from grok_tui.cli import start
from grok_tui.cli.commands import app as typed
from grok_tui.cli.crashed import admit
from grok_tui.cli.opening import PLAIN, Asked
from grok_tui.cli.start import Plain, hoisted, plainly
from grok_tui.errors import RunError
from grok_tui.protocol.privacy import Veil
from tests import fakes

if TYPE_CHECKING:
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.rundir import RunDir


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["ls", "--runs-dir", "a"], ["--runs-dir", "a", "ls"]),
        (["show", "--runs-dir=a", "last"], ["--runs-dir=a", "show", "last"]),
        (["ls", "--runs-dir"], ["--runs-dir", "ls"]),
        (["run", "--", "--runs-dir", "a"], ["run", "--", "--runs-dir", "a"]),
        (["attach", "--no-mouse", "last"], ["--no-mouse", "attach", "last"]),
        (
            ["run", "quickstart", "--refresh", "2", "--set", "a=1", "--low-bandwidth"],
            ["--refresh", "2", "--low-bandwidth", "run", "quickstart", "--set", "a=1"],
        ),
    ],
)
def test_options_of_the_program_stand_anywhere(arguments: list[str], expected: list[str]) -> None:
    assert hoisted(arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "run", "demo"),
    [
        ([], "", False),
        (["attach"], "last", False),
        (["attach", "fig1"], "fig1", False),
        (["--runs-dir", "/elsewhere", "attach", "fig1"], "fig1", False),
        (["demo"], "", True),
        (["--runs-dir", "/elsewhere", "demo"], "", True),
    ],
)
def test_the_tui_alone_needs_no_machinery(
    arguments: list[str], run: str, demo: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROK_TUI_RUNS", "~/theirs")
    runs = Path("/elsewhere" if len(arguments) > 2 else "~/theirs").expanduser()
    assert plainly(arguments) == Plain(runs, run, demo)


@pytest.mark.parametrize(
    "line",
    [
        *("ls", "last", "run quickstart", "--help", "--version", "attach --help", "attach a b"),
        *("demo --help", "demo fig1"),
        *("--theme dark attach", "--no-mouse attach", "attach -- a", "--runs-dir=a attach"),
        "--runs-dir",
    ],
)
def test_whatever_else_is_asked_is_left_to_typer(line: str) -> None:
    assert plainly(line.split()) is None
    assert plainly(["attach", ""]) is None


@pytest.mark.parametrize("arguments", [["attach", "aaaa"], ["attach"], [], ["demo"]])
@pytest.mark.parametrize("given", ["option", "environment", "nothing"])
def test_both_ways_open_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], given: str
) -> None:
    """The short way is no second meaning of the words."""
    opened: list[tuple[Asked, Path, RunDir | None, bool]] = []

    def opens(asked: Asked, runs: Path, run: RunDir | None = None, *, demo: bool = False) -> None:
        opened.append((asked, runs, run, demo))

    runs = tmp_path / "runs"
    monkeypatch.setattr("grok_tui.cli.commands.open_tui", opens)
    monkeypatch.setattr(start, "open_tui", opens)
    monkeypatch.delenv("GROK_TUI_RUNS", raising=False)
    monkeypatch.chdir(tmp_path)
    if given == "environment":
        monkeypatch.setenv("GROK_TUI_RUNS", str(runs))
    fakes.recorded_run(runs, run_id="20261121-101501-one-aaaa")
    fakes.recorded_run(runs, run_id="20261121-101502-two-bbbb")
    line = ["--runs-dir", str(runs), *arguments] if given == "option" else arguments
    with pytest.raises(SystemExit):
        typed(line)
    monkeypatch.setattr("sys.argv", ["grok-tui", *line])
    start.main()
    assert opened[0] == opened[1]
    assert opened[1][:2] == (PLAIN, runs)


def test_a_setting_of_the_environment_is_left_to_typer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Asked] = []
    monkeypatch.setattr(
        "grok_tui.cli.commands.open_tui", lambda asked, *_, **__: seen.append(asked)
    )
    monkeypatch.setenv("GROK_TUI_LOW_BANDWIDTH", "1")
    monkeypatch.setattr("sys.argv", ["grok-tui", "--runs-dir", str(tmp_path)])
    with pytest.raises(SystemExit):
        start.main()
    assert seen[0].thrifty


def test_what_cannot_be_opened_is_a_sentence_and_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["grok-tui", "--runs-dir", str(tmp_path), "attach", "nowhere"])
    with pytest.raises(SystemExit) as ended:
        start.main()
    assert ended.value.code == RunError.exit_code
    assert capsys.readouterr().err.startswith("grok-tui: there are no runs in ")


def test_a_fault_of_ours_is_a_sentence_and_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down(view: View, room: int = 0) -> NoReturn:
        raise ZeroDivisionError("\x1b[2J")

    run = fakes.recorded_run(tmp_path / "runs")
    files = sorted(path.name for path in run.path.iterdir())
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("grok_tui.cli.tables.show_lines", break_down)
    monkeypatch.setattr("sys.argv", ["grok-tui", "--runs-dir", str(run.path.parent), "show", "a"])
    with pytest.raises(SystemExit) as ended:
        start.main()
    assert ended.value.code == 1
    (path,) = (tmp_path / "state" / "grok-tui").iterdir()
    said = capsys.readouterr().err
    assert said == (
        "grok-tui: a fault of ours, ZeroDivisionError: \ufffd[2J; "
        f"what is needed to mend it is in {path}\n"
    )
    text = path.read_text()
    assert "in break_down\n    raise ZeroDivisionError" in text
    assert Veil().over(f"command     grok-tui --runs-dir {run.path.parent} show a\n") in text
    assert f"== config.toml of {run.id} ==" in text
    assert sorted(path.name for path in run.path.iterdir()) == files


def test_a_report_that_cannot_be_kept_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    admit(ValueError("wrong"), ("grok-tui", "ls"))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "grok-tui crash report, format 1"
    assert lines[-1] == "grok-tui: a fault of ours, ValueError: wrong; what is needed is above"
