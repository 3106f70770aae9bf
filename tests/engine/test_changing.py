"""Orders that change what a run trains: on disk before they are told, the same when repeated."""

from __future__ import annotations

import errno
import itertools
import os
from typing import TYPE_CHECKING, Any

import pytest

from grok_tui.engine import orders, rehearsal
from grok_tui.engine.answers import Choice
from grok_tui.engine.signals import Signals
from grok_tui.engine.starting import Starter
from grok_tui.errors import RunError, RunFailed
from grok_tui.protocol import control, presets
from grok_tui.protocol.control import AddSeeds, Halt, TakeTicket
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import Extended, Finished, LaneFinished, Obeyed, Resumed, Warned
from tests.engine import runs, tiny

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grok_tui.engine.experiment import Experiment
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.control import AnyOrder
    from grok_tui.protocol.rundir import RunDir

CONFIG = tiny.tiny((tiny.DENSE, tiny.TICKET), seeds=(1,), steps=70)
NOW = TakeTicket(by="a test", method="magnitude", pruning_rate=0.5, source="dense")
SEEDS = AddSeeds(by="a test", seeds=(4,))


@pytest.fixture(autouse=True)
def looks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands are seen at the step after they were sent."""
    monkeypatch.setattr(orders, "LOOK_EVERY", 0.0)


class Script(Signals):
    """Sends orders when the trainer looks for the n-th time; at `stop_at` it asks for a stop."""

    def __init__(
        self, run: RunDir, script: Mapping[int, Sequence[AnyOrder]], stop_at: int = 10**9
    ) -> None:
        self._run, self._script, self._stop_at = run, script, stop_at
        self._looks = itertools.count(1)
        super().__init__()

    @property
    def stop(self) -> bool:
        """Whether it is time."""
        look = next(self._looks)
        for order in self._script.get(look, ()):
            control.post(self._run, order)
        return look >= self._stop_at

    @stop.setter
    def stop(self, value: bool) -> None:
        """Signals sets its flags; here only the count decides."""


def obeyed(run: RunDir) -> list[str]:
    return [event.result for event in runs.events(run) if isinstance(event, Obeyed)]


def assert_repeatable(run: RunDir, folder: Path) -> None:
    """The run is what its config.toml trains, to the last bit."""
    again = runs.new_run(folder / "again", presets.load_config(run.config))
    assert runs.train(again) == 0
    assert runs.by_lane(again) == runs.by_lane(run)
    assert runs.artifacts(again) == runs.artifacts(run)


@pytest.mark.long
def test_a_run_that_was_extended_is_repeated_by_its_config(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    script: dict[int, list[AnyOrder]] = {23: [NOW], 31: [SEEDS], 60: [NOW, NOW]}
    assert runs.train(run, Script(run, script)) == 0
    names = [arm.name for arm in presets.load_config(run.config).arms]
    assert names == ["dense", "ticket", "ticket-23", "ticket-60", "ticket-60-2"]
    assert obeyed(run) == [
        "ticket-23 is trained beside the others",
        "seed 4 is trained beside the others",
        "ticket-60 is trained beside the others",
        "ticket-60-2 is trained beside the others",
    ]
    assert_repeatable(run, tmp_path)


def test_the_log_has_a_checkpoint_between_the_change_and_its_answer(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    runs.train(run, Script(run, {5: [NOW], 9: [SEEDS], 12: [Halt(by="x", arm="dense", seed=4)]}))
    kinds = runs.kinds(run)
    for kind in (Extended, LaneFinished):
        first = kinds.index(kind.__name__)
        assert "Checkpointed" in kinds[first : kinds.index("Obeyed", first)]


@pytest.mark.faults
@pytest.mark.parametrize("stop_at", [24, 40, 61, 75])
def test_stopped_and_resumed_it_is_the_same(tmp_path: Path, stop_at: int) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    assert runs.train(run, Script(run, {23: [NOW], 31: [SEEDS]}, stop_at)) == 130
    assert runs.train(run) == 0
    assert len(presets.load_config(run.config).arms) == 3
    assert_repeatable(run, tmp_path)


def test_a_checkpoint_from_before_is_taken_on_and_the_change_made_again(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    runs.train(run, Script(run, {23: [NOW]}, 30))
    newest = sorted(run.checkpoints.glob("*.safetensors"))
    for path in newest[1:]:
        path.write_bytes(b"damaged")
    assert runs.train(run) == 0
    (resumed,) = [event for event in runs.events(run) if isinstance(event, Resumed)]
    assert resumed.file == newest[0].name
    added = [event for event in runs.events(run) if isinstance(event, Extended)]
    assert [(event.arms, event.by) for event in added][-1][0] == ("ticket-23",)
    assert_repeatable(run, tmp_path)


def test_without_any_checkpoint_the_whole_begins_anew(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    runs.train(run, Script(run, {23: [NOW]}, 30))
    for path in run.checkpoints.iterdir():
        path.unlink()
    assert runs.train(run) == 0
    assert_repeatable(run, tmp_path)


def test_lanes_that_are_added_to_one_are_trained_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def choose(experiment: Experiment, *_: object) -> tuple[Choice, str]:
        asked.append(len(experiment.running))
        return (Choice(1, 2) if len(experiment.running) > 1 else Choice()), ""

    monkeypatch.setattr(rehearsal, "choose", choose)
    run = runs.new_run(tmp_path, tiny.tiny(seeds=(1,)))
    assert runs.train(run, Script(run, {9: [SEEDS], 15: [NOW]}), threads=0) == 0
    assert asked == [1, 2]
    assert_repeatable(run, tmp_path)


@pytest.mark.long
def test_a_run_whose_products_have_threads_of_their_own_says_that_it_keeps_them(
    tmp_path: Path,
) -> None:
    run = runs.new_run(tmp_path, tiny.tiny(seeds=(1,)))
    assert runs.train(run, Script(run, {9: [SEEDS]}), threads=2) == 0
    (warned,) = [event for event in runs.events(run) if isinstance(event, Warned)]
    assert warned.sentence.startswith("products are computed with 2 threads, as this run began")


def test_a_halted_lane_stays_halted(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    halt = Halt(by="a test", arm="dense", seed=1)
    script: dict[int, list[AnyOrder]] = {
        50: [halt, halt, Halt(by="", arm="dense", seed=2), Halt(by="", arm="\x1b", seed=1)]
    }
    assert runs.train(run, Script(run, script, 55)) == 130
    assert obeyed(run)[0] == "dense seed 1 was halted at step 50"
    assert obeyed(run)[1] == "refused: dense seed 1 has ended already"
    assert obeyed(run)[2] == "refused: there is no lane dense seed 2"
    assert obeyed(run)[3] == "refused: there is no lane \x1b seed 1"
    assert runs.train(run) == 0
    ends = [event for event in runs.events(run) if isinstance(event, LaneFinished)]
    assert [(end.arm, end.reason) for end in ends] == [("dense", "halted"), ("ticket", "steps")]
    end = runs.events(run)[-1]
    assert isinstance(end, Finished)
    assert (end.outcome, end.lanes[0].reason) == ("completed", "halted")
    assert "dense-seed1.safetensors" in runs.artifacts(run)


def test_a_run_all_of_whose_lanes_were_halted_is_complete(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, tiny.tiny(seeds=(1,)))
    assert runs.train(run, Script(run, {9: [Halt(by="", arm="dense", seed=1)]})) == 0
    assert runs.kinds(run)[-1] == "Finished"


def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_changes(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    before = run.config.read_bytes()
    wrong = TakeTicket(by="", method="magnitude", pruning_rate=7.0, source="dense")
    script: dict[int, list[AnyOrder]] = {4: [wrong, AddSeeds(by="", seeds=(1,))]}
    assert runs.train(run, Script(run, script)) == 0
    assert obeyed(run) == [
        "refused: arms.ticket-4.pruning_rate: expected a number at least 0 and below 1, got 7.0",
        "refused: seeds: the same seed stands twice; expected different seeds",
    ]
    assert run.config.read_bytes() == before
    assert_repeatable(run, tmp_path)


class FullForConfig(Disk):
    """A disk on which a certain file cannot be written."""

    def __init__(self, name: str) -> None:
        self._name = name

    def replace(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        if path.name == self._name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().replace(path, data, mode)


def test_a_full_disk_refuses_the_order_or_says_that_it_is_not_safe_yet(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    assert runs.train(run, Script(run, {4: [NOW]}), FullForConfig("config.toml")) == 0
    assert obeyed(run) == ["refused: config.toml cannot be written: No space left on device"]
    assert_repeatable(run, tmp_path)
    other = runs.new_run(tmp_path / "other", CONFIG)
    script = Script(other, {4: [NOW]})
    assert runs.train(other, script, FullForConfig("000002.safetensors")) == 0
    said = "no checkpoint could be written: no space left on device"
    assert obeyed(other) == [f"ticket-4 is trained beside the others, but {said}"]


class UnsyncedConfig(Disk):
    """A disk on which config.toml gets its name, and the folder is then not synced."""

    def sync_folder(self, folder: Path) -> None:
        config = folder / "config.toml"
        if config.exists() and "ticket" in config.read_text():
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().sync_folder(folder)


def test_an_order_that_is_refused_is_not_in_the_config(tmp_path: Path) -> None:
    """It was, and the next trainer trained what this one had refused."""
    run = runs.new_run(tmp_path, tiny.tiny((tiny.DENSE,), steps=60))
    before = run.config.read_bytes()
    assert runs.train(run, Script(run, {4: [NOW]}), UnsyncedConfig()) == 0
    assert obeyed(run) == ["refused: config.toml cannot be written: Input/output error"]
    assert run.config.read_bytes() == before


def test_what_cannot_be_begun_ends_the_run_which_goes_on_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    before = run.config.read_bytes()
    start = Starter.start

    def lacking(starter: Starter, arm: Arm, *given: Any) -> object:
        if arm.name == "ticket-20":
            raise MemoryError("no room")
        return start(starter, arm, *given)

    monkeypatch.setattr(Starter, "start", lacking)
    with pytest.raises(RunFailed, match="ticket could not be begun: no room"):
        runs.train(run, Script(run, {20: [NOW]}))
    assert run.config.read_bytes() == before
    assert runs.train(run) == 0
    assert_repeatable(run, tmp_path)


def test_an_order_is_obeyed_while_paused_and_after_the_last_step_of_a_lane(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    plain = control.Pause(by=""), control.Continue(by="")
    script: dict[int, list[AnyOrder]] = {
        9: [plain[0]],
        12: [NOW],
        15: [plain[1]],
        20: [AddSeeds(by="", seeds=(2,))],
        85: [NOW],
    }
    assert runs.train(run, Script(run, script)) == 0
    names = [arm.name for arm in presets.load_config(run.config).arms]
    assert names[2] == "ticket-9"
    assert_repeatable(run, tmp_path)


def test_a_config_that_was_edited_meanwhile_is_refused(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    runs.train(run, Script(run, {23: [NOW]}, 30))
    run.config.write_text(run.config.read_text().replace("steps = 70", "steps = 71"))
    with pytest.raises(RunError, match=r"config\.toml is not the one"):
        runs.train(run)
