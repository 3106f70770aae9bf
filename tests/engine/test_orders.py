"""The control folder as the trainer sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.engine import orders, trainer
from grok_tui.engine.orders import Orders
from grok_tui.protocol import control, rundir
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import Measured, Obeyed
from tests.engine import runs, tiny

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    return rundir.create(tmp_path, "x")


def answered(seen: Orders) -> list[str]:
    """The names of what waits, each taken away as far as that can be."""
    found = [path.name for path, _ in seen.look()]
    for name in found:
        seen.remove(seen._run.control / name)
    return found


@pytest.fixture(autouse=True)
def at_every_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """No look is too early."""
    monkeypatch.setattr(orders, "LOOK_EVERY", 0.0)


def test_a_folder_among_the_commands_is_answered_once(run: RunDir) -> None:
    """It stays, and was refused ten times a second as long as the run lasted."""
    (run.control / "folder").mkdir()
    seen = Orders(run, Disk())
    assert answered(seen) == ["folder"]
    assert answered(seen) == []
    sent = control.send(run, "pause", "test")
    assert answered(seen) == [f"{sent}.json"]
    (run.control / "folder").rmdir()
    assert answered(seen) == []
    (run.control / "folder").write_text("another")
    assert answered(seen) == ["folder"]
    assert not list(run.control.iterdir())


def test_a_command_that_cannot_be_removed_is_obeyed_once(run: RunDir) -> None:
    class Sticky(Disk):
        def unlink(self, path: Path) -> None:
            raise PermissionError(13, "Permission denied", str(path))

    sent = control.send(run, "checkpoint", "test")
    seen = Orders(run, Sticky())
    assert answered(seen) == [f"{sent}.json"]
    assert answered(seen) == []


def test_what_dead_senders_left_half_written_goes_with_the_next_trainer(run: RunDir) -> None:
    """It stayed for ever."""
    (run.control / ".00000000000000000001-aaaaaaaa.json.tmp").write_bytes(b"{")
    (run.control / ".somebody").touch()
    control.send(run, "pause", "test")
    seen = Orders(run, Disk())
    assert len(answered(seen)) == 1
    assert len(list(run.control.iterdir())) == 2
    seen.sweep()
    assert [path.name for path in run.control.iterdir()] == [".somebody"]


def test_a_heap_of_junk_does_not_hold_up_the_training(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, tiny.tiny(steps=30))
    heap = 3 * trainer.ORDERS_AT_ONCE
    for number in range(heap):
        (run.control / f"junk-{number}").write_text("")
    assert runs.train(run) == 0
    events = runs.events(run)
    obeyed = [at for at, event in enumerate(events) if isinstance(event, Obeyed)]
    assert len(obeyed) == heap
    between = events[obeyed[0] : obeyed[-1]]
    assert any(isinstance(event, Measured) for event in between), "it stood still for all of them"
