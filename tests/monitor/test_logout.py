"""Whether a trainer would outlive the logout, by the files of systemd."""

from __future__ import annotations

import pwd
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.logout import threat

if TYPE_CHECKING:
    from pathlib import Path

SESSION = "0::/user.slice/user-1000.slice/session-3.scope\n"
OLD_SESSION = "12:pids:/x\n1:name=systemd:/user.slice/user-1000.slice/session-c1.scope\n"
DESKTOP = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/vte-spawn-1.scope\n"
SERVICE = "0::/system.slice/slurmstepd.scope/job_7\n"
YES = "[Login]\nKillUserProcesses=yes\n"


@pytest.fixture(autouse=True)
def alice(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = ("alice", "x", 1000, 1000, "", "/home/alice", "/bin/sh")
    monkeypatch.setattr(pwd, "getpwuid", lambda _: pwd.struct_passwd(fields))


def machine(root: Path, group: str, **files: str) -> Path:
    """A root with this control group and these files, `/` written `__` and `.` `_` in names."""
    names = {"main": "etc/systemd/logind.conf", "drop": "etc/systemd/logind.conf.d/10-a.conf",
             "vendor": "usr/lib/systemd/logind.conf.d/50-b.conf",
             "linger": "var/lib/systemd/linger/alice"}  # fmt: skip
    for path, text in {
        "proc/self/cgroup": group,
        **{names[k]: v for k, v in files.items()},
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.mark.parametrize(
    ("group", "files", "threatened"),
    [
        (SESSION, {"main": YES}, True),
        (OLD_SESSION, {"main": YES}, True),
        (SESSION, {"main": "#KillUserProcesses=yes\n"}, True),
        (SESSION, {"main": "#KillUserProcesses=no\n"}, False),
        (SESSION, {}, False),
        (SESSION, {"main": YES, "drop": "KillUserProcesses=no\n"}, False),
        (SESSION, {"main": "#KillUserProcesses=no\n", "vendor": YES}, True),
        (SESSION, {"vendor": YES, "drop": "#KillUserProcesses=no\n"}, True),
        (SESSION, {"main": f"{YES}KillExcludeUsers=root alice\n"}, False),
        (SESSION, {"main": f"{YES}#KillExcludeUsers=root\n#KillOnlyUsers=\n"}, True),
        (SESSION, {"main": f"{YES}KillOnlyUsers=bob\n"}, False),
        (SESSION, {"main": "KillOnlyUsers=alice bob\n"}, True),
        (SESSION, {"main": YES, "linger": ""}, True),
        (SERVICE, {"main": YES}, False),
        ("", {"main": YES}, False),
    ],
)
def test_a_session_is_ended_where_logind_says_so(
    tmp_path: Path, group: str, files: dict[str, str], threatened: bool
) -> None:
    said = threat(machine(tmp_path, group, **files))
    assert bool(said) is threatened
    assert ("systemd-run --user --scope" in said) is threatened


def test_root_is_spared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = ("root", "x", 0, 0, "", "/root", "/bin/sh")
    monkeypatch.setattr(pwd, "getpwuid", lambda _: pwd.struct_passwd(fields))
    assert threat(machine(tmp_path, SESSION, main=YES)) == ""


def test_what_a_desktop_started_goes_on_where_the_user_lingers(tmp_path: Path) -> None:
    assert "`loginctl enable-linger`" in threat(machine(tmp_path, DESKTOP, main="#x\n"))
    assert threat(machine(tmp_path, DESKTOP, linger="")) == ""


def test_without_systemd_or_a_name_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(_: int) -> pwd.struct_passwd:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert threat(tmp_path) == ""
    assert threat(machine(tmp_path, SESSION, main=YES)) != ""
