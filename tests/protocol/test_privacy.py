"""What others may read of this machine."""

from __future__ import annotations

import os
import platform
import pwd
from typing import TYPE_CHECKING

import pytest

from grok_tui.protocol.privacy import Veil, told

if TYPE_CHECKING:
    from pathlib import Path

THEIRS = {
    "HOME": "/home/alice",
    "USER": "alice",
    "HOSTNAME": "wonder.example.org",
    "WANDB_API_KEY": "0123456789abcdef",
    "SHORT_KEY": "abc",
    "GITHUB_PAT": "ghp_abcdefgh",
    "DB_PWD": "open-sesame",
    "OLDPWD": "/home/alice/runs",
    "EDITOR": "some-editor",
}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("/home/alice/runs and /home/alice", "~/runs and ~"),
        ("/home/alicette /mnt/home/alice", "/home/alicette /mnt/home/USER"),
        ("alice's alice_data, Alice, malice", "USER's USER_data, USER, malice"),
        ("on wonder.example.org, on wonder:22", "on HOST, on HOST:22"),
        ("key=0123456789ABCDEF, abc, some-editor", "key=SECRET, abc, some-editor"),
        ("ghp_abcdefgh:open-sesame", "SECRET:SECRET"),
        ("https://me:word@git.example.org/x", "https://git.example.org/x"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_people_machines_homes_and_secrets_are_covered(text: str, seen: str) -> None:
    assert Veil(THEIRS).over(text) == seen


def test_a_home_behind_a_link_is_covered(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    veil = Veil({"HOME": str(tmp_path / "link")})
    assert veil.over(f"{tmp_path}/real/x {tmp_path}/link/y") == "~/x ~/y"


def test_the_system_is_asked_as_well_as_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = ("carol", "x", 7, 7, "Carol Hare,room 5", "/users/carol", "/bin/sh")
    monkeypatch.setattr(pwd, "getpwuid", lambda _: pwd.struct_passwd(fields))
    monkeypatch.setattr(platform, "node", lambda: "tea.party")
    text = "/users/carol/x, carol, Carol Hare, tea.party, tea"
    assert Veil({}).over(text) == "~/x, USER, USER, HOST, HOST"


def test_a_user_without_a_name_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: int) -> pwd.struct_passwd:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    monkeypatch.setattr(platform, "node", lambda: "")
    assert Veil({"HOME": "/"}).over("/ and //") == "/ and //"


def test_only_a_few_variables_are_told() -> None:
    assert told({"TERM": "xterm", "LC_ALL": "C", "TMUX": "/tmp/x,1", "PATH": "/bin"}) == {
        "TERM": "xterm",
        "LC_ALL": "C",
        "TMUX": "yes",
    }
    assert told({}) == {"TMUX": "no"}
    assert "HOME" in os.environ
