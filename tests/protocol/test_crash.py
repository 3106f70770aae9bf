"""A crash report has what is needed to mend it, and nothing of whose it is."""

from __future__ import annotations

import os
import platform
import stat
import traceback
from typing import TYPE_CHECKING

from grok_tui import __version__
from grok_tui.protocol import crash
from grok_tui.protocol.disk import Disk
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SECRETS = {
    "HOME": "/home/alice",
    "USER": "alice",
    "HOSTNAME": "wonderland",
    "GITHUB_TOKEN": "ghp_0123456789abcdef",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG",
    "SSH_CONNECTION": "203.0.113.7 50000 203.0.113.8 22",
    "TMUX": "/tmp/tmux-1000/default,3000,0",
    "PRIVATE_PLAN": "the queen of hearts",
}


def fault(words: str) -> str:
    """A traceback whose frames hold secrets in variables."""
    try:
        held = SECRETS["PRIVATE_PLAN"]
        raise ValueError(words or held)
    except ValueError:
        return traceback.format_exc()


class Refusing(Disk):
    """A disk that takes nothing below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)

    def rename(self, old: Path, new: Path) -> None:
        if str(new).startswith(self._folder):
            raise OSError(30, "Read-only file system")
        super().rename(old, new)


def test_no_secret_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = fakes.recorded_run(tmp_path, "failed")
    remote = "https://alice:hunter2hunter2@git.example.org/secret-plan.git"
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text(f'[remote "origin"]\n\turl = {remote}\n')
    said = f"on wonderland: {SECRETS['GITHUB_TOKEN']} of alice in /home/alice/lab, {remote}\n"
    run.trainer_log.write_text(said)
    config = run.config.read_text()
    run.config.write_text(config.replace('about = "', 'about = "by alice on wonderland. ', 1))
    monkeypatch.setattr(platform, "node", lambda: "wonderland")
    monkeypatch.chdir(tmp_path)
    command = ("grok-tui", "run", "/home/alice/mine.toml")
    traced = fault(f"cannot open /home/alice/lab on wonderland with {SECRETS['GITHUB_TOKEN']}")
    text = crash.report(traced, command, run, SECRETS)
    for secret in (*SECRETS.values(), "alice", "hunter2", "wonderland", "queen", "tmux-1000"):
        assert secret.lower() not in text.lower(), secret
    assert "cannot open ~/lab on HOST with SECRET" in text
    assert "command     grok-tui run ~/mine.toml" in text
    assert "in ~/lab, https://git.example.org/secret-plan.git" in text
    assert "environment TMUX=yes" in text


def test_all_that_a_maintainer_needs_is_in_it(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "failed")
    run.manifest.write_text('{"format": 1}')
    run.trainer_log.write_text("".join(f"line {number}\n" for number in range(100)))
    traced = fault("the numbers ran out")
    text = crash.report(traced, ("grok-tui", "show", "a b"), run, {"TERM": "xterm", "LANG": "C"})
    facts = {line[:12].strip(): line[12:] for line in text.partition("\n== ")[0].splitlines()[1:]}
    assert facts["grok-tui"] == __version__
    assert facts["python"].endswith(platform.python_version())
    assert facts["packages"].startswith("torch 2.")
    assert facts["command"] == "grok-tui show 'a b'"
    assert facts["environment"] == "LANG=C TERM=xterm TMUX=no"
    assert facts["device"].startswith("cpu (")
    assert facts["disk"].endswith("MiB free")
    assert "MiB at most in this process" in facts["memory"]
    assert "SIGTERM default" in facts["signals"]
    parts = dict(part.split(" ==\n", 1) for part in text.split("\n== ")[1:])
    assert parts["traceback"] == traced
    named = parts[f"config.toml of {run.id}"]
    assert 'title = "A grokked ticket removes the delay"' in named
    assert parts["checkpoints/manifest.json"] == '{"format": 1}\n'
    assert len(parts["events.jsonl, its last 20 lines"].splitlines()) == 20
    printed = parts["trainer.log, its last 40 lines"].splitlines()
    assert (len(printed), printed[-1]) == (40, "line 99")


def test_it_is_short_and_plain_whatever_the_run_holds(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, "failed")
    run.config.write_text("x" * (1 << 20))
    run.manifest.write_text(
        "\x1b[2J\u202e\udcff".encode("utf-8", "surrogateescape").decode("latin1")
    )
    run.trainer_log.write_text(("y" * 10_000 + "\n") * 100)
    run.events.unlink()
    os.mkfifo(run.events)
    text = crash.report("z" * 1_000_000, (), run)
    assert len(text) < 400_000
    assert all(one == "\n" or " " <= one <= "~" for one in text)
    assert "its last 20 lines ==\ncannot be told: OSError" in text
    assert "\\x1b[2J" in text


def test_what_cannot_be_told_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crash, "version", lambda _: 1 / 0)
    text = crash.report("why", ("grok-tui",))
    assert "packages    cannot be told: ZeroDivisionError\ncommand     grok-tui\n" in text
    assert text.endswith("\n== traceback ==\nwhy\n")


def test_it_is_for_its_owner_and_there_are_few(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"crash-2999112{number}T101500Z-1.txt").touch()  # the clock was put back
    (tmp_path / "crash-of-mine.txt").touch()
    path = crash.keep("what happened\n", tmp_path)
    assert path is not None
    assert path.read_text() == "what happened\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    names = sorted(entry.name for entry in tmp_path.iterdir())
    assert len(names) == crash.KEPT + 1
    assert "crash-of-mine.txt" in names
    assert "crash-29991122T101500Z-1.txt" not in names


def test_where_the_folder_takes_none_it_is_kept_with_the_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    run = tmp_path / "run"
    run.mkdir()
    path = crash.keep("x", run, Refusing(run))
    assert path is not None
    assert path.parent == tmp_path / "state" / "grok-tui"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert crash.keep("x", run, Refusing(tmp_path)) is None
    assert list(run.iterdir()) == []


def test_a_run_that_was_removed_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = crash.keep("x", tmp_path / "gone")
    assert path is not None
    assert path.parent.parent == tmp_path / "state"
    assert not (tmp_path / "gone").exists()
