"""Commands: sent whole, read in order, refused when they are anything else."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.protocol import control, rundir

if TYPE_CHECKING:
    from pathlib import Path

NAME = "0" * 20 + "-abcdefgh.json"


@pytest.fixture
def run(tmp_path: Path) -> rundir.RunDir:
    return rundir.create(tmp_path, "x")


def test_commands_are_read_in_the_order_of_sending(run: rundir.RunDir) -> None:
    for command in control.COMMANDS:
        control.send(run, command, "a test")
    orders = [control.read(path) for path in control.waiting(run)]
    assert [order.command for order in orders if isinstance(order, control.Order)] == list(
        control.COMMANDS
    )


def test_orders_with_more_to_say_come_through(run: rundir.RunDir) -> None:
    sent: list[control.AnyOrder] = [
        control.TakeTicket(by="x", method="magnitude", pruning_rate=0.6, source="dense"),
        control.AddSeeds(by="x", seeds=tuple(range(2**31 - 250, 2**31))),
        control.Halt(by="x", arm="dense", seed=3),
    ]
    for order in sent:
        control.post(run, order)
    assert [control.read(path) for path in control.waiting(run)] == sent
    assert [order.command for order in sent] == ["ticket", "seeds", "halt"]
    with pytest.raises(RunError, match=r"cannot send halt to .*: too much for one order"):
        control.post(run, control.Halt(by="x" * 5000, arm="dense", seed=3))


def test_a_half_written_command_is_not_seen(run: rundir.RunDir) -> None:
    (run.control / f".{NAME}.tmp").write_text("{")
    assert control.waiting(run) == []


def test_a_run_that_is_gone_or_read_only_says_so(tmp_path: Path) -> None:
    gone = rundir.RunDir(tmp_path / "gone")
    assert control.waiting(gone) == []
    with pytest.raises(RunError, match="cannot send stop to gone"):
        control.send(gone, "stop", "a test")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "refused: not a command"),
        (b'{"format":1,"command":"explode","by":"x"}', "refused: not a command"),
        (b'{"format":2,"command":"stop","by":"x"}', "refused: not a command"),
        (b" " * 5000, "refused: too large"),
        (b'{"command":"ticket","by":"x"}', "refused: not a command"),
        (b'{"command":"ticket","by":"x","method":"' + b"m" * 41 + b'"}', "refused: not a command"),
        (b'{"command":"seeds","by":"x","seeds":[]}', "refused: not a command"),
        (b'{"command":"seeds","by":"x","seeds":[1.5]}', "refused: not a command"),
        (b'{"command":"halt","by":"x","arm":"a","seed":"0"}', "refused: not a command"),
        (b'{"command":"stop","by":"x","seed":0}', "refused: not a command"),
        (b'{"command":"stop","by":' + b"[" * 2000 + b"]" * 2000 + b"}", "refused: not a command"),
    ],
)
def test_anything_else_is_refused(run: rundir.RunDir, content: bytes, reason: str) -> None:
    (run.control / NAME).write_bytes(content)
    assert control.read(run.control / NAME) == reason


def test_links_pipes_and_other_names_are_refused_without_being_followed(
    run: rundir.RunDir, tmp_path: Path
) -> None:
    (run.control / NAME).symlink_to(tmp_path)
    assert control.read(run.control / NAME) == "refused: cannot be opened"
    pipe = run.control / NAME.replace("a", "b")
    os.mkfifo(pipe)
    assert control.read(pipe) == "refused: cannot be opened"
    assert control.read(run.control / "stop.json") == "refused: not named as a command"


def test_nothing_waits_in_a_folder_that_the_control_folder_is_a_link_to(
    run: rundir.RunDir, tmp_path: Path
) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("kept")
    run.control.rmdir()
    run.control.symlink_to(tmp_path / "letters")
    assert control.waiting(run) == []


def test_a_name_with_a_line_end_is_none(run: rundir.RunDir) -> None:
    assert control.read(run.control / f"{NAME}\n") == "refused: not named as a command"


def test_what_the_disk_does_not_give_is_refused(
    run: rundir.RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run.control / NAME).write_text("{}")

    def fail(*_: object) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "read", fail)
    assert control.read(run.control / NAME) == "refused: cannot be read"


def test_nothing_is_sent_through_a_link(run: rundir.RunDir, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    run.control.rmdir()
    run.control.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="control is a link"):
        control.send(run, "pause", "test")
    assert list((tmp_path / "elsewhere").iterdir()) == []
