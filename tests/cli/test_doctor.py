"""What `grok-tui doctor` prints, and what it leaves with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from grok_tui.cli import doctor as module
from grok_tui.cli.commands import app
from grok_tui.cli.doctor import SAMPLES, lines
from grok_tui.cli.health import computing
from grok_tui.cli.health.finding import Finding
from grok_tui.cli.health.surroundings import surroundings
from grok_tui.monitor import logout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOOD = Finding("disk", "12 GB are free")
WARNED = Finding("disk", "none \x1b[2J is free", "remove runs")
BAD = Finding("torch", "does not work", "install it", bad=True)


def asked(*words: str) -> int:
    """The exit code of the command."""
    with pytest.raises(SystemExit) as ended:
        app(["doctor", *words])
    return int(ended.value.code or 0)


def given(monkeypatch: pytest.MonkeyPatch, *found: Finding) -> None:
    monkeypatch.setattr(module, "findings", lambda *_: iter(found))


def test_a_finding_is_a_line_and_what_to_do_is_the_next() -> None:
    assert list(lines(GOOD)) == ["ok    disk        12 GB are free"]
    assert list(lines(WARNED)) == [
        "warn  disk        none \ufffd[2J is free",
        "                  remove runs",
    ]
    assert next(lines(BAD)).startswith("bad   torch       ")


@pytest.mark.parametrize(
    ("found", "code"), [((), 0), ((GOOD, WARNED), 0), ((BAD, GOOD), 1), ((WARNED, BAD), 1)]
)
def test_only_what_is_bad_counts_in_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, found: tuple[Finding, ...], code: int
) -> None:
    given(monkeypatch, *found)
    assert asked() == code
    assert asked("--json") == code


def test_each_kind_of_shape_is_shown_with_what_to_do_if_it_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(monkeypatch)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    asked()
    shown = capsys.readouterr().out
    for name, sample, instead in SAMPLES:
        assert f"{name:<12}{sample}  if you do not see {len(sample)} shapes: {instead}" in shown
    assert "--theme ansi-dark" in shown
    monkeypatch.setenv("NO_COLOR", "1")
    asked()
    assert "\x1b" not in capsys.readouterr().out


def test_programs_read_an_object_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(monkeypatch, GOOD, WARNED)
    asked("--json")
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert [json.loads(line) for line in shown.splitlines()] == [
        {"mark": "ok", "name": "disk", "found": "12 GB are free", "advice": ""},
        {"mark": "warn", "name": "disk", "found": "none \x1b[2J is free", "advice": "remove runs"},
    ]


def test_everything_is_looked_at_and_torch_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Torch:
        def findings(self, *_: object) -> Iterator[Finding]:
            yield Finding("torch", "2.9")

    monkeypatch.setattr(computing, "Torch", Torch)
    monkeypatch.setattr("grok_tui.monitor.machine.devices", lambda: ("H100",))
    monkeypatch.setenv("GROK_TUI_RUNS", str(tmp_path / "runs"))
    asked("--json")
    names = [json.loads(line)["name"] for line in capsys.readouterr().out.splitlines()]
    assert names[0] == "grok-tui"
    assert names[-1] == "torch"
    assert {"terminal", "logout", "runs", "filesystem", "disk", "trainers", "clock"} <= set(names)


def test_the_terminal_is_told_with_what_lies_between() -> None:
    environment = {"TERM": "tmux-256color", "TMUX": "x", "SSH_CONNECTION": "1 2 3 4"}
    found = {one.name: one for one in surroundings(environment)}
    assert found["terminal"].found.startswith("tmux-256color, ")
    assert found["terminal"].found.endswith(", in tmux, over ssh")
    assert found["the TUI"].found == "needs a terminal and there is none here"
    assert found["colours"].found == "256"
    assert found["logout"].mark == "ok"


def test_what_could_be_better_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logout, "threat", lambda: "systemd ends it: `do this`, or: that")
    monkeypatch.setenv("COLUMNS", "79")
    found = {one.name: one for one in surroundings({"TERM": "screen", "TMUX": "x", "STY": "y"})}
    assert found["logout"].found == "systemd ends it"
    assert found["logout"].advice == "`do this`, or: that"
    assert "79x" in found["terminal"].found
    assert {found[name].mark for name in ("terminal", "colours", "logout")} == {"warn"}
    poor = {"TERM": "xterm", "LC_ALL": "C"}
    assert [one.mark for one in surroundings(poor) if one.name == "characters"] == ["warn"]
    linux = {**poor, "TERM": "linux"}
    assert [one.mark for one in surroundings(linux) if one.name == "characters"] == ["ok"]
    found = {one.name: one for one in surroundings({"TERM": "xterm", "NO_COLOR": ""})}
    assert (found["colours"].mark, found["colours"].found) == ("ok", "none: NO_COLOR is set")
    assert {one.name: one for one in surroundings({"COLORTERM": "24bit"})}["colours"].found == "all"
