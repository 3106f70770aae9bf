"""A run from its folder: the log it writes, stopping, resuming, obeying, failing disks."""

from __future__ import annotations

import errno
import threading
import time
from typing import TYPE_CHECKING

import msgspec
import pytest
from safetensors.torch import load_file

from grok_tui.engine import recorder, trainer
from grok_tui.engine.signals import Signals
from grok_tui.errors import RunError, RunFailed
from grok_tui.protocol import control
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import Checkpointed, Finished, Obeyed, Resumed, Warned
from tests.engine import runs, tiny
from tests.engine.runs import StopAtLook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

CONFIG = tiny.tiny(tiny.ALL, seeds=(1,), steps=70)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    run = runs.new_run(tmp_path_factory.mktemp("straight"), CONFIG)
    assert runs.train(run) == 0
    return run


def test_the_log_begins_with_started_and_ends_with_finished(straight: RunDir) -> None:
    found = runs.kinds(straight)
    assert found[0] == "Started"
    assert found[-1] == "Finished"
    assert found.index("Checkpointed") < found.index("Reached")


def test_the_end_lists_every_lane_in_the_order_of_the_preset(straight: RunDir) -> None:
    end = runs.events(straight)[-1]
    assert isinstance(end, Finished)
    assert end.outcome == "completed"
    expected = [(arm.name, 1) for arm in tiny.ALL]
    assert [(lane.arm, lane.seed) for lane in end.lanes] == expected


def test_artifacts_can_be_taken_up_by_another_run(straight: RunDir, tmp_path: Path) -> None:
    file = straight.artifacts / "ticket-seed1.safetensors"
    found = load_file(file)
    assert set(found) >= {"mask.W_E", "init.W_in", "final.W_U", "train_pairs", "test_pairs"}
    kept = found["mask.W_E"] == 1
    assert (found["final.W_E"][~kept] == 0).all()
    again = msgspec.structs.replace(
        tiny.tiny((tiny.DENSE,), steps=3),
        task=msgspec.structs.replace(CONFIG.task, split_from=str(file)),
        model=msgspec.structs.replace(
            CONFIG.model, weights_from=str(file), weights_prefix="final."
        ),
    )
    first = tiny.measured(tiny.run(again), "dense")[0]
    last = tiny.measured(runs.events(straight), "ticket", 1)[-1]
    assert (first.train_loss, first.test_accuracy) == (last.train_loss, last.test_accuracy)


@pytest.mark.faults
@pytest.mark.parametrize("looks", [1, 30, 60, 100])
def test_a_run_that_was_stopped_and_resumed_equals_one_that_was_not(
    straight: RunDir, tmp_path: Path, looks: int
) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    assert runs.train(run, StopAtLook(looks)) == 130
    end = runs.events(run)[-1]
    assert isinstance(end, Finished)
    assert end.outcome == "stopped"
    assert runs.train(run) == 0
    assert runs.lasting(run) == runs.lasting(straight)
    assert runs.artifacts(run) == runs.artifacts(straight)
    resumed = [event for event in runs.events(run) if isinstance(event, Resumed)]
    assert [event.exact for event in resumed] == [True]


def test_a_run_can_be_stopped_again_and_again(straight: RunDir, tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    for _ in range(3):
        assert runs.train(run, StopAtLook(25)) == 130
    assert runs.train(run) == 0
    assert runs.lasting(run) == runs.lasting(straight)


def stopped(folder: Path, looks: int = 60) -> RunDir:
    run = runs.new_run(folder, CONFIG)
    assert runs.train(run, StopAtLook(looks)) == 130
    return run


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_a_damaged_checkpoint_gives_way_to_the_one_before(straight: RunDir, tmp_path: Path) -> None:
    run = stopped(tmp_path)
    newest = max(run.checkpoints.glob("*.safetensors"))
    flip(newest)
    assert runs.train(run) == 0
    assert runs.lasting(run) == runs.lasting(straight)
    warned = [event for event in runs.events(run) if isinstance(event, Warned)]
    assert "the one before is taken" in warned[0].sentence


def test_without_a_whole_checkpoint_the_run_begins_anew(straight: RunDir, tmp_path: Path) -> None:
    run = stopped(tmp_path)
    logged = run.events.read_bytes()
    for path in run.checkpoints.glob("*.safetensors"):
        flip(path)
    assert runs.train(run) == 0
    assert runs.lasting(run) == runs.lasting(straight)
    assert runs.kinds(run)[:2] == ["Started", "Resumed"]
    assert run.events_before(1).read_bytes() == logged
    warned = [event.sentence for event in runs.events(run) if isinstance(event, Warned)]
    assert warned[-1] == "what was logged until now is kept in events-before-1.jsonl"


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b'{"checkpoints": [{"file": "../x"}]}'])
def test_a_damaged_manifest_is_no_obstacle(straight: RunDir, tmp_path: Path, junk: bytes) -> None:
    run = stopped(tmp_path)
    run.manifest.write_bytes(junk)
    assert runs.train(run) == 0
    assert runs.lasting(run) == runs.lasting(straight)


def test_a_log_that_lost_its_end_is_taken_on_from_an_older_checkpoint(
    straight: RunDir, tmp_path: Path
) -> None:
    run = stopped(tmp_path)
    run.events.write_bytes(run.events.read_bytes()[:9000])
    assert runs.train(run) == 0
    assert runs.lasting(run) == runs.lasting(straight)


def test_a_torn_last_line_is_cut_away(straight: RunDir, tmp_path: Path) -> None:
    run = stopped(tmp_path)
    with run.events.open("ab") as file:
        file.write(b'{"event":"measured","arm":"den')
    assert runs.train(run) == 0
    assert runs.lasting(run) == runs.lasting(straight)


def test_another_configuration_is_refused(tmp_path: Path) -> None:
    run = stopped(tmp_path)
    run.config.write_text(run.config.read_text().replace("steps = 70", "steps = 71"))
    with pytest.raises(RunError, match=r"config\.toml is not the one"):
        runs.train(run)


def test_only_two_checkpoints_are_kept(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    for _ in range(3):
        runs.train(run, StopAtLook(20))
    kept = sorted(path.name for path in run.checkpoints.iterdir())
    assert len(kept) == 4
    assert kept[2:] == ["manifest-before.json", "manifest.json"]


class Commander:
    """Sends commands to a run from another thread, each after the one before was obeyed."""

    def __init__(self, run: RunDir, script: Callable[[Commander], None]) -> None:
        self.run = run
        self._thread = threading.Thread(target=script, args=(self,), daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join(20)

    def send(self, command: control.Command) -> None:
        control.send(self.run, command, "test")
        self.until(lambda: not control.waiting(self.run))

    def until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            time.sleep(0.01)


def test_commands_are_obeyed_and_change_no_value(straight: RunDir, tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    sizes: list[int] = []

    def script(commander: Commander) -> None:
        commander.send("pause")
        commander.send("pause")
        sizes.append(run.events.stat().st_size)
        time.sleep(0.2)
        sizes.append(run.events.stat().st_size)
        commander.send("checkpoint")
        commander.send("continue")

    control.send(run, "pause", "test")
    with Commander(run, script):
        assert runs.train(run) == 0
    assert sizes[0] == sizes[1]
    obeyed = [event for event in runs.events(run) if isinstance(event, Obeyed)]
    assert [(event.command, event.result) for event in obeyed] == [
        ("pause", "paused"),
        ("pause", "already paused"),
        ("pause", "already paused"),
        ("checkpoint", "checkpoint written"),
        ("continue", "continued"),
    ]
    assert runs.lasting(run) == runs.lasting(straight)


def test_a_paused_run_can_be_stopped(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    control.send(run, "pause", "test")
    with Commander(run, lambda commander: commander.send("stop")):
        assert runs.train(run) == 130
    assert runs.kinds(run)[-2:] == ["Obeyed", "Finished"]


def test_junk_in_the_control_folder_is_refused_and_removed(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    (run.control / "junk").write_text("{}")
    (run.control / f"{1:020d}-abcdefgh.json").write_text('{"command": "rm"}')
    assert runs.train(run) == 0
    obeyed = [event for event in runs.events(run) if isinstance(event, Obeyed)]
    assert all(event.result.startswith("refused") for event in obeyed)
    assert len(obeyed) == 2
    assert not list(run.control.iterdir())


def test_the_signal_for_a_checkpoint_writes_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "CHECKPOINT_SHARE", 1e-9)  # none for the stage, however slow
    run = runs.new_run(tmp_path, CONFIG)
    signals = Signals()
    signals.checkpoint = True
    assert runs.train(run, signals) == 0
    assert len([event for event in runs.events(run) if isinstance(event, Checkpointed)]) == 2


class FaultyDisk(Disk):
    """Fails the chosen writes with an error, or writes only a part of what it is given."""

    def __init__(self, error: int, first: int, last: int) -> None:
        self._error = error
        self._range = range(first, last)
        self._writes = 0

    def write(self, descriptor: int, data: bytes) -> int:
        self._writes += 1
        if self._writes in self._range:
            if self._error:
                raise OSError(self._error, "No space left on device")
            return super().write(descriptor, data[: max(1, len(data) // 2)])
        return super().write(descriptor, data)


def test_short_writes_lose_nothing(straight: RunDir, tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    assert runs.train(run, disk=FaultyDisk(0, 1, 500)) == 0
    assert runs.lasting(run) == runs.lasting(straight)


@pytest.mark.parametrize("first", [3, 4, 5, 6, 8, 12])
def test_a_full_disk_is_waited_for(
    straight: RunDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    monkeypatch.setattr(recorder, "RETRY_EVERY", 0.0)
    run = runs.new_run(tmp_path, CONFIG)
    assert runs.train(run, disk=FaultyDisk(errno.ENOSPC, first, first + 3)) == 0
    assert runs.lasting(run) == runs.lasting(straight)
    assert [event for event in runs.events(run) if isinstance(event, Warned)]


def test_a_stop_while_the_disk_is_full_fails_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "RETRY_EVERY", 1.0)
    run = runs.new_run(tmp_path, CONFIG)
    with pytest.raises(RunFailed, match="disk is full"):
        runs.train(run, StopAtLook(1), FaultyDisk(errno.ENOSPC, 3, 10**9))


def test_a_broken_disk_ends_the_run(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    with pytest.raises(OSError, match="No space"):
        runs.train(run, disk=FaultyDisk(errno.EIO, 2, 10**9))


def test_a_checkpoint_that_cannot_be_written_costs_nothing_else(
    straight: RunDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.new_run(tmp_path, CONFIG)

    def fail(*_: object) -> None:
        raise OSError(errno.EDQUOT, "Quota exceeded")

    monkeypatch.setattr("grok_tui.engine.checkpoints.Checkpoints.write", fail)
    assert runs.train(run) == 0
    assert runs.lasting(run) == runs.lasting(straight)
    warned = [event for event in runs.events(run) if isinstance(event, Warned)]
    assert warned[0].sentence == "no checkpoint could be written: quota exceeded"
    other = runs.new_run(tmp_path, CONFIG)
    with pytest.raises(RunFailed, match="stopped, but no checkpoint could be written"):
        runs.train(other, StopAtLook(3))


def test_checkpoints_are_paced_by_what_they_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "CHECKPOINT_EVERY", 0.0)
    monkeypatch.setattr(trainer, "CHECKPOINT_SHARE", 1e9)
    run = runs.new_run(tmp_path, CONFIG)
    assert runs.train(run) == 0
    often = runs.kinds(run).count("Checkpointed")
    monkeypatch.setattr(trainer, "CHECKPOINT_SHARE", 1e-9)
    other = runs.new_run(tmp_path, CONFIG)
    assert runs.train(other) == 0
    assert runs.kinds(other).count("Checkpointed") == 1 < often
